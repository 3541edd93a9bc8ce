"""Pull subscriptions as documented: what is granted, what an event looks like, and how it ends."""

from __future__ import annotations

from time import monotonic
from xml.sax.saxutils import escape

import pytest

from tests.foreign.raw_wsman import ENUMERATION, EVENTING, SYSTEM, TYPE, V2, WQL, Answer, RawClient

PULL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull"
CHANGES = (
    "SELECT * FROM __InstanceModificationEvent WITHIN 0.1 WHERE TargetInstance ISA 'Msvm_ComputerSystem'"
    " AND TargetInstance.EnabledState <> PreviousInstance.EnabledState"
)
QUICK = "<w:OperationTimeout>PT0.2S</w:OperationTimeout>"
LIMIT = "<n:MaxElements>20</n:MaxElements>"
PULLING = f"{ENUMERATION}/Pull"
PATIENT = "<w:OperationTimeout>PT20S</w:OperationTimeout>"


def subscribe(raw: RawClient, query: str = CHANGES, uri: str = f"{V2}/*") -> Answer:
    body = (
        f'<e:Subscribe><e:Delivery Mode="{PULL}"/><e:Expires>PT600S</e:Expires>'
        f'<w:Filter Dialect="{WQL}">{escape(query)}</w:Filter></e:Subscribe>'
    )
    return raw.ask(f"{EVENTING}/Subscribe", uri, body)


def change_state(raw: RawClient, vm: str) -> None:
    """Start the VM, or turn it off."""
    answer = raw.get("Msvm_ComputerSystem", Name=vm)
    state = answer.text("//*[local-name()='EnabledState']")
    wanted = f"<c:RequestedState>{3 if state == '2' else 2}</c:RequestedState>"
    output = raw.invoke(SYSTEM, "RequestStateChange", wanted, {"Name": vm})
    assert output.text("//*[local-name()='ReturnValue']") == "4096"


def unsubscribe(raw: RawClient, granted: Answer) -> Answer:
    identifier = f"<e:Identifier>{granted.text('//e:Identifier')}</e:Identifier>"
    return raw.ask(f"{EVENTING}/Unsubscribe", f"{V2}/*", "<e:Unsubscribe/>", header=identifier)


def test_what_is_granted(raw: RawClient) -> None:
    granted = subscribe(raw)
    assert granted.content.tag == f"{{{EVENTING}}}SubscribeResponse"
    assert granted.text("//e:SubscriptionManager/a:Address") == "http://hv1:5985/wsman"
    assert granted.text("//e:SubscriptionManager//w:ResourceURI") == f"{V2}/*"
    assert granted.text("//e:SubscribeResponse/e:Expires") == "PT600.000S"
    ended = unsubscribe(raw, granted)
    assert ended.status == 200
    assert ended.all("/s:Envelope/s:Body/*") == []
    assert raw.pull(granted.text("//n:EnumerationContext"), header=QUICK).code == 2150858779


def test_silence_is_a_timeout_and_the_subscription_goes_on(raw: RawClient, vm: str) -> None:
    granted = subscribe(raw)
    context = granted.text("//n:EnumerationContext")
    for _ in range(2):
        silent = raw.pull(context, header=QUICK)
        assert (silent.status, silent.subcode, silent.code) == (500, "w:TimedOut", 2150858793)
    change_state(raw, vm)
    answer = raw.pull(context, header=PATIENT)
    assert answer.text("//n:PullResponse/n:EnumerationContext") == context
    unsubscribe(raw, granted)


def test_an_event_carries_both_instances_whole(raw: RawClient, vm: str) -> None:
    granted = subscribe(raw)
    change_state(raw, vm)
    answer = raw.pull(granted.text("//n:EnumerationContext"), header=PATIENT)
    (event,) = answer.all("//n:Items/*")
    uri = f"{V2}/__InstanceModificationEvent"
    assert event.tag == f"{{{uri}}}__InstanceModificationEvent"
    assert event.get(TYPE) == "p:__InstanceModificationEvent_Type"
    members = {child.tag.partition("}")[2]: child for child in event}
    assert list(members) == sorted(members, key=str.lower)
    now = raw.get("Msvm_ComputerSystem", Name=vm).content
    expected = [child.tag for child in now]
    for name in ("TargetInstance", "PreviousInstance"):
        embedded = members[name]
        prefix, _, kind = (embedded.get(TYPE) or "").partition(":")
        assert (embedded.nsmap[prefix], kind) == (SYSTEM, "Msvm_ComputerSystem_Type")
        assert [child.tag for child in embedded] == expected
    assert int(members["TIME_CREATED"].text or "0") > 133_000_000_000_000_000
    unsubscribe(raw, granted)


def test_columns_of_an_event(raw: RawClient, vm: str) -> None:
    columns = "TargetInstance.Name, TargetInstance.OperationalStatus, TargetInstance.__CLASS"
    granted = subscribe(raw, CHANGES.replace("*", columns))
    change_state(raw, vm)
    answer = raw.pull(granted.text("//n:EnumerationContext"), header=PATIENT)
    (fragment,) = answer.all("//n:Items/w:XmlFragment")
    assert [(child.tag, child.text) for child in fragment] == [
        ("TargetInstance.__CLASS", "Msvm_ComputerSystem"),
        ("TargetInstance.Name", vm),
        ("TargetInstance.OperationalStatus", "2"),
    ]
    unsubscribe(raw, granted)


def test_events_that_do_not_fit_come_with_the_next_pull(raw: RawClient) -> None:
    systems = raw.query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName LIKE 'vm%'")
    names = sorted(found.text or "" for found in systems.all("//w:Items/*/*[local-name()='Name']"))
    granted = subscribe(raw)
    context = granted.text("//n:EnumerationContext")
    for name in names:
        change_state(raw, name)
    seen: list[str] = []
    deadline = monotonic() + 20
    while len(set(seen)) < len(names):
        assert monotonic() < deadline, seen
        pull = f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext>{LIMIT}</n:Pull>"
        answer = raw.ask(PULLING, f"{V2}/*", pull, header=PATIENT, max_envelope="8192")
        assert answer.status == 200, answer.code
        found = answer.all("//n:Items/*/*[local-name()='TargetInstance']/*[local-name()='Name']")
        seen += [element.text or "" for element in found]
    assert sorted(set(seen)) == names
    unsubscribe(raw, granted)


def test_release_ends_a_subscription_too(raw: RawClient) -> None:
    context = subscribe(raw).text("//n:EnumerationContext")
    body = f"<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>"
    assert raw.ask(f"{ENUMERATION}/Release", f"{V2}/*", body).status == 200
    assert raw.pull(context, header=QUICK).code == 2150858779


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM Msvm_ComputerSystem",
        "SELECT * FROM __InstanceModificationEvent WHERE TargetInstance ISA 'Msvm_ComputerSystem'",
        "SELECT * FROM __InstanceModificationEvent WITHIN 1 WHERE TargetInstance ISA 'Msvm_Nothing'",
        "nonsense",
    ],
)
def test_queries_about_no_events(raw: RawClient, query: str) -> None:
    answer = subscribe(raw, query)
    assert (answer.status, answer.code) == (500, 2150858778)


def test_a_query_needs_the_whole_namespace(raw: RawClient) -> None:
    assert subscribe(raw, uri=SYSTEM).subcode == "n:CannotProcessFilter"
