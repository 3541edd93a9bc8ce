"""Time-outs, quotas and operations' ids, as WinRM enforces them (MS-WSMV 3.1, wsman-cim.md 3 and 3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import ResetAfter, Slow
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.errors import ConnectionLostError
from tests.emulated import emulated_host
from tests.foreign.fault_shapes import fault, wmi_error
from tests.foreign.golden import expect
from tests.foreign.raw_wsman import (
    ENUMERATION,
    SYSTEM,
    TRANSFER,
    V2,
    Answer,
    RawClient,
    check,
    envelope,
    raw_client,
)

GET = f"{TRANSFER}/Get"
HOST = {"Name": "HV1"}
OPERATION = "uuid:0A1B2C3D-0000-4000-8000-0000000000BB"
LIMITS = ServiceLimits(
    max_envelope_bytes=64 * 1024, max_batch_items=2, enumeration_timeout_s=0.4, max_operations_per_user=2
)
STATE_CHANGE = f"{SYSTEM}/RequestStateChange"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """A host that allows little."""
    with emulated_host(tmp_path_factory.mktemp("host"), machines=3, limits=LIMITS) as host:
        yield host


@pytest.fixture
def rules(stage: EmulatedHost) -> Iterator[EmulatedHost]:
    """The host, which has no rules afterwards."""
    yield stage
    stage.rules.replace([])


def operation_id(text: str, *, again: bool = False) -> str:
    return f'<p:OperationID s:mustUnderstand="{str(again).lower()}">{text}</p:OperationID>'


def get(raw: RawClient, header: str = "") -> Answer:
    return raw.ask(GET, SYSTEM, selectors=HOST, header=header)


def test_a_slow_host_answers_when_the_time_is_over(raw: RawClient, rules: EmulatedHost) -> None:
    """3.1.4.1.6: the client expects an answer or a fault within OperationTimeout."""
    rules.rules.replace([Rule(action=Slow(delay_s=60), operation=OperationName.GET)])
    began_s = monotonic()
    answer = get(raw, "<w:OperationTimeout>PT0.3S</w:OperationTimeout>")
    check(answer, "w:TimedOut", 2150858793)
    assert answer.text("//s:Code/s:Value") == "s:Receiver"
    assert 0.3 <= monotonic() - began_s < 20


def test_a_host_slow_within_the_time(raw: RawClient, rules: EmulatedHost) -> None:
    rules.rules.replace([Rule(action=Slow(delay_s=0.2), operation=OperationName.GET)])
    assert get(raw, "<w:OperationTimeout>PT20S</w:OperationTimeout>").status == 200


def test_what_was_too_slow_has_happened(raw: RawClient, rules: EmulatedHost, vm: str) -> None:
    """WinRM stops waiting, WMI does not stop working."""
    rules.rules.replace([Rule(action=Slow(delay_s=60), operation=OperationName.INVOKE)])
    body = f'<c:RequestStateChange_INPUT xmlns:c="{SYSTEM}"><c:RequestedState>2</c:RequestedState>'
    timeout = "<w:OperationTimeout>PT0.1S</w:OperationTimeout>"
    keys = {"Name": vm}
    late = raw.ask(
        STATE_CHANGE, SYSTEM, f"{body}</c:RequestStateChange_INPUT>", selectors=keys, header=timeout
    )
    check(late, "w:TimedOut", 2150858793)
    deadline = monotonic() + 20
    while raw.get("Msvm_ComputerSystem", Name=vm).text("//*[local-name()='EnabledState']") != "2":
        assert monotonic() < deadline
        sleep(0.05)


def test_an_operation_id_is_used_once(raw: RawClient) -> None:
    """3.1.4.2: the id of an operation whose answer is kept cannot name another one."""
    assert get(raw, operation_id(OPERATION)).status == 200
    again = get(raw, operation_id(OPERATION))
    check(again, "a:InvalidMessageInformationHeader", 2150858767)
    assert get(raw, operation_id("uuid:another")).status == 200
    assert get(raw, operation_id(OPERATION)).status == 200, "forgotten when the connection went on"


def test_a_retransmission_is_answered_like_the_original(rules: EmulatedHost, vm: str) -> None:
    """3.1.4.2: the connection was lost after the execution; the method does not run a second time."""
    body = f'<c:RequestStateChange_INPUT xmlns:c="{SYSTEM}"><c:RequestedState>7</c:RequestedState>'
    parts = (STATE_CHANGE, SYSTEM, f"{body}</c:RequestStateChange_INPUT>")
    with raw_client(rules) as raw:
        rules.rules.replace([Rule(action=ResetAfter(), operation=OperationName.INVOKE, count=1)])
        with pytest.raises(ConnectionLostError):
            raw.send_change(
                envelope(*parts, selectors={"Name": vm}, header=operation_id("uuid:x"), message_id="uuid:1")
            )
        asked = rules.service.counts()["Invoke", "Msvm_ComputerSystem"]
    with raw_client(rules) as raw:
        repeated = envelope(*parts, selectors={"Name": vm}, header=operation_id("uuid:x", again=True))
        answer = raw.send_change(repeated)
        assert answer.text("//s:Header/a:RelatesTo") == "uuid:1", "the kept answer, as it was"
        assert answer.text("//*[local-name()='ReturnValue']") == "32773"
        fresh = envelope(*parts, selectors={"Name": vm}, header=operation_id("uuid:new", again=True))
        assert raw.send_change(fresh).text("//s:Header/a:RelatesTo") != "uuid:1"
    assert rules.service.counts()["Invoke", "Msvm_ComputerSystem"] == asked + 2


def enumerated(raw: RawClient) -> str | None:
    return raw.enumerate(SYSTEM, "").text("//n:EnumerationContext")


def release(raw: RawClient, context: str | None) -> int:
    body = f"<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>"
    return raw.ask(f"{ENUMERATION}/Release", f"{V2}/*", body).status


def test_an_idle_enumeration_is_dropped(raw: RawClient) -> None:
    """EnumerationTimeoutms: the time between Pulls, not since the beginning."""
    context = enumerated(raw)
    for _ in range(3):
        sleep(0.2)
        context = raw.pull(context).text("//n:EnumerationContext")
    sleep(0.6)
    answer = raw.pull(context)
    check(answer, "n:InvalidEnumerationContext", 2150858779)
    assert answer.text("//s:Code/s:Value") == "s:Receiver"


def test_the_quota_of_open_operations(raw: RawClient) -> None:
    """Recorded by pywinrm: an internal error, and MSFT_WmiError without a WSManFault."""
    contexts = [enumerated(raw), enumerated(raw)]
    answer = raw.enumerate(SYSTEM, "")
    assert (answer.status, answer.text("//s:Header/a:Action")) == (
        500,
        "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
    )
    expect(answer.find("//s:Fault"), fault("s:Receiver", "w:InternalError", wmi_error(27, 2150859174, 30)))
    assert [release(raw, context) for context in contexts] == [200, 200]
    assert release(raw, enumerated(raw)) == 200


def test_the_most_items_of_a_batch(raw: RawClient) -> None:
    """MaxBatchItems caps MaxElements."""
    answer = raw.query("SELECT * FROM Msvm_ComputerSystem", max_elements=1000)
    assert len(answer.all("//w:Items/*")) == 2
    release(raw, answer.text("//n:EnumerationContext"))


def test_the_hosts_own_envelope_limit(raw: RawClient) -> None:
    """MaxEnvelopeSizekb caps what the client allows; what cannot be split is refused, not cut."""
    whole = raw.enumerate(
        f"{V2}/CIM_ResourceAllocationSettingData",
        "<w:OptimizeEnumeration/><w:MaxElements>2</w:MaxElements>",
    )
    assert whole.status == 200
    assert len(whole.all("//w:Items/*")) == 2
    release(raw, whole.text("//n:EnumerationContext"))
    thumbnails = "".join(f"<c:RequestedInformation>{code}</c:RequestedInformation>" for code in (5, 6, 7))
    service = f"{V2}/Msvm_VirtualSystemManagementService"
    keys = {"CreationClassName": "Msvm_VirtualSystemManagementService"}
    large = raw.invoke(service, "GetSummaryInformation", thumbnails, keys)
    check(large, "w:EncodingLimit", 2150858824, "MaxEnvelopeSize")


@pytest.mark.parametrize("must", ["true", "false"])
@pytest.mark.parametrize("name", ["Get", "Put"])
def test_fragments(raw: RawClient, name: str, must: str) -> None:
    """3.1.4.1.18: the header must be understood. Unlike Windows this host takes no fragments, and says so."""
    xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116"
    header = f'<w:FragmentTransfer s:mustUnderstand="{must}" Dialect="{xpath}">Name</w:FragmentTransfer>'
    body = "" if name == "Get" else "<w:XmlFragment><Name>x</Name></w:XmlFragment>"
    answer = raw.ask(f"{TRANSFER}/{name}", SYSTEM, body, selectors=HOST, header=header)
    if must == "true":
        check(answer, "w:UnsupportedFeature", 2150858818, "FragmentLevelAccess")
    else:
        check(answer, "a:InvalidMessageInformationHeader", 2150858767)


def test_an_operation_that_had_to_wait_for_another(raw: RawClient, stage: EmulatedHost) -> None:
    """The time counts wherever it goes: here the whole host is busy with something else."""
    busy, done = Event(), Event()

    def be_busy() -> None:
        with stage.host.lock:
            busy.set()
            done.wait(0.5)

    worker = Thread(target=be_busy)
    worker.start()
    assert busy.wait(20)
    answer = get(raw, "<w:OperationTimeout>PT0.1S</w:OperationTimeout>")
    worker.join()
    check(answer, "w:TimedOut", 2150858793)
    assert get(raw, "<w:OperationTimeout>PT20S</w:OperationTimeout>").status == 200
