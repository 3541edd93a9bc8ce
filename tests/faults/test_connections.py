"""Hosts that are out of reach, refuse us, fall silent or lie: a typed error with a remedy, in time."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import (
    Action,
    DrippingBody,
    ResetBefore,
    Slow,
    TruncatedBody,
    Unauthorized,
)
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import (
    AuthenticationError,
    CertificateError,
    ConnectionLostError,
    DeadlineError,
    HyperVError,
    ProtocolError,
    UnreachableError,
)
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import system
from openhyperv.transport.target import Target
from tests.emulated import emulated_host, target_of
from tests.faults.leftovers import assert_nothing_left
from tests.faults.peers import dead_peer, hostile_peer, silent_peer
from tests.hyperv.specs import machine_spec, with_disk
from tests.witness import Witness, changes

GUID = "11111111-2222-3333-4444-555555555555"
TIMEOUT_S = 1.5
"""What an operation is given here, and ..."""
GRACE_S = 1.5
"""... how much later its error may come on a busy machine."""


@contextmanager
def refused_in_time(expected: type[HyperVError]) -> Iterator[pytest.ExceptionInfo[HyperVError]]:
    """The block raises just that error within the deadline."""
    started_s = monotonic()
    with pytest.raises(expected) as caught:
        yield caught
    assert monotonic() - started_s < TIMEOUT_S + GRACE_S
    assert type(caught.value) is expected


def look(host: Host) -> object:
    """A request that changes nothing."""
    return host.session.get(system(GUID), timeout_s=TIMEOUT_S)


def start(host: Host) -> object:
    """A request that changes something."""
    return host.machine(GUID).start(timeout_s=TIMEOUT_S)


def create(host: Host) -> object:
    """Many requests, files among them."""
    return host.create(with_disk(), timeout_s=TIMEOUT_S)


BOTH = pytest.mark.parametrize("act", [look, start])
Act = Callable[[Host], object]


@BOTH
def test_a_host_that_is_down(act: Act) -> None:
    target = dead_peer()
    with Host.connect(target) as host, refused_in_time(UnreachableError) as caught:
        act(host)
    error = caught.value
    assert (error.host, error.retryable, error.outcome_unknown) == ("127.0.0.1", True, False)
    assert error.operation
    assert error.remedy
    assert str(target.port) in str(error)


def test_a_host_whose_name_nobody_knows() -> None:
    target = Target("no-such-host.invalid", username="u", password="p")
    with Host.connect(target) as host, pytest.raises(UnreachableError) as caught:
        look(host)
    assert caught.value.host == "no-such-host.invalid"
    assert caught.value.remedy


@BOTH
def test_a_port_that_takes_connections_and_says_nothing(act: Act) -> None:
    with silent_peer() as target, Host.connect(target) as host, refused_in_time(DeadlineError) as caught:
        act(host)
    assert caught.value.host == "127.0.0.1"
    assert not caught.value.outcome_unknown


def test_a_port_of_another_service(emulated: EmulatedHost) -> None:
    target = target_of(emulated)
    with Host.connect(evolve(target, port=target.smb_port)) as host, pytest.raises(HyperVError) as caught:
        look(host)
    assert isinstance(caught.value, (ProtocolError, ConnectionLostError, DeadlineError))
    assert caught.value.host == target.host


@pytest.fixture(scope="module")
def behind_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path_factory.mktemp("tls"), is_tls=True) as running:
        yield running


def test_a_certificate_that_nobody_vouches_for(behind_tls: EmulatedHost) -> None:
    trusted = target_of(behind_tls)
    with Host.connect(trusted) as host:
        assert host.facts().name == "HV1"
    with (
        Host.connect(evolve(trusted, ca_file=None)) as host,
        refused_in_time(CertificateError) as caught,
    ):
        look(host)
    error = caught.value
    assert (error.host, error.retryable, error.outcome_unknown) == ("localhost", False, False)
    assert error.remedy
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)


def test_a_certificate_for_another_name(behind_tls: EmulatedHost) -> None:
    target = evolve(target_of(behind_tls), host="127.0.0.2")
    with Host.connect(target) as host, pytest.raises((CertificateError, UnreachableError)) as caught:
        look(host)
    assert caught.value.host == "127.0.0.2"


@pytest.mark.parametrize("change", [{"password": "hunter2"}, {"username": "nobody"}])
@pytest.mark.parametrize("act", [look, start, create])
def test_an_account_that_the_host_does_not_know(
    emulated: EmulatedHost, witness: Witness, act: Act, change: dict[str, str]
) -> None:
    target = evolve(target_of(emulated), **change)
    with (
        witness.watching() as seen,
        Host.connect(target) as host,
        refused_in_time(AuthenticationError) as caught,
    ):
        act(host)
    error = caught.value
    assert (error.host, error.retryable, error.outcome_unknown) == (target.host, False, False)
    assert error.operation
    assert error.remedy
    assert "hunter2" not in str(error)
    assert seen == []


def test_a_host_that_forgets_who_we_are_is_told_again(host: Host, witness: Witness) -> None:
    spec = machine_spec("forgotten")
    rule = Rule(action=Unauthorized(), method="DefineSystem", count=1)
    with witness.misfortune(rule) as seen:
        machine = host.create(spec)
    assert changes(seen).count("Msvm_VirtualSystemManagementService.DefineSystem") == 2
    assert [found.name for found in host.machines()].count("forgotten") == 1
    machine.delete()


def test_a_host_that_forgets_again_and_again(emulated: EmulatedHost, host: Host, witness: Witness) -> None:
    spec = machine_spec("forgotten")
    rule = Rule(action=Unauthorized(), method="DefineSystem")
    with witness.misfortune(rule), pytest.raises(AuthenticationError) as caught:
        host.create(spec)
    assert not caught.value.outcome_unknown
    assert_nothing_left(emulated, spec)


@pytest.mark.parametrize("action", [DrippingBody(), Slow(delay_s=30)])
@BOTH
def test_an_answer_that_does_not_come_in_time(host: Host, witness: Witness, act: Act, action: Action) -> None:
    host.session.jobs.watch.start()
    slow = (
        Rule(action=action, operation=OperationName.GET),
        Rule(action=action, operation=OperationName.INVOKE),
    )
    with witness.misfortune(*slow) as seen, refused_in_time(DeadlineError) as caught:
        act(host)
    error = caught.value
    assert (error.host, error.retryable) == (host.session.host, True)
    assert error.operation
    assert GUID in (error.target or "")
    assert error.outcome_unknown is (act is start)
    assert len(changes(seen)) == (1 if act is start else 0)


@pytest.mark.parametrize("action", [TruncatedBody(), ResetBefore()])
@BOTH
def test_an_answer_that_breaks_off(host: Host, witness: Witness, act: Act, action: Action) -> None:
    host.session.jobs.watch.start()
    broken = (
        Rule(action=action, operation=OperationName.GET),
        Rule(action=action, operation=OperationName.INVOKE),
    )
    with witness.misfortune(*broken) as seen, refused_in_time(ConnectionLostError) as caught:
        act(host)
    error = caught.value
    assert (error.host, error.retryable) == (host.session.host, True)
    assert GUID in (error.target or "")
    assert error.outcome_unknown is (act is start)
    assert len(changes(seen)) == (1 if act is start else 0)


_BOMB = b"""<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><e>&c;</e>"""
_EXTERNAL = b"""<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]><e>&x;</e>"""
_DEEP = b"<e>" * 100_000 + b"</e>" * 100_000
_ENVELOPE = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>%s</s:Body></s:Envelope>'


@pytest.mark.parametrize(
    "body",
    [
        _BOMB,
        _EXTERNAL,
        _DEEP,
        b"",
        b"hello",
        b"\xff\xfe\x00",
        _ENVELOPE % b"",
        _ENVELOPE % b"<a/><b/>",
        _ENVELOPE % b"<unknown/>",
        _ENVELOPE % b"<s:Fault/>",
    ],
    ids=[
        "bomb",
        "external",
        "deep",
        "empty",
        "text",
        "binary",
        "no-content",
        "two-contents",
        "unknown-content",
        "empty-fault",
    ],
)
@pytest.mark.parametrize(
    "ask",
    [
        look,
        lambda host: list(host.machines()),
        lambda host: host.session.identify(timeout_s=TIMEOUT_S),
        lambda host: host.session.invoke(system(GUID), "RequestStateChange", timeout_s=TIMEOUT_S),
    ],
    ids=["get", "query", "identify", "invoke"],
)
def test_an_answer_that_is_an_attack_or_nonsense(ask: Act, body: bytes) -> None:
    with hostile_peer(body) as target, Host.connect(target) as host, pytest.raises(HyperVError) as caught:
        ask(host)
    assert isinstance(caught.value, ProtocolError), caught.value
    assert caught.value.host == target.host
    assert caught.value.operation
    assert "root:" not in str(caught.value)


_ANOTHER = b"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:RelatesTo>uuid:ANOTHER</a:RelatesTo>
</s:Header><s:Body/></s:Envelope>"""


def test_an_answer_to_another_request() -> None:
    with (
        hostile_peer(_ANOTHER) as target,
        Host.connect(target) as host,
        pytest.raises(ProtocolError, match="another request") as caught,
    ):
        host.session.invoke(system(GUID), "RequestStateChange", timeout_s=TIMEOUT_S)
    assert caught.value.outcome_unknown


def test_an_answer_larger_than_anything_allowed() -> None:
    limits = evolve(Target("127.0.0.1").limits, reply_bytes=1_000_000)
    body = _ENVELOPE % (b"<a>" + b"x" * 2_000_000 + b"</a>")
    with (
        hostile_peer(body) as target,
        Host.connect(evolve(target, limits=limits)) as host,
        pytest.raises(ProtocolError) as caught,
    ):
        look(host)
    assert caught.value.host == target.host
