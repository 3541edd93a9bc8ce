"""Enumerations that are refused, expire or break: a typed error, and nothing left open on the host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import (
    Action,
    ExpiredEnumeration,
    QuotaFault,
    ResetAfter,
    ResetBefore,
    TruncatedBody,
    WsmanFault,
)
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.errors import (
    AccessDeniedError,
    ConnectionLostError,
    FaultError,
    HyperVError,
    NotFoundError,
    QuotaError,
)
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import setting
from openhyperv.wire.fault import WbemCode, WsmanCode
from openhyperv.wire.wql import select
from tests.emulated import emulated_host, target_of
from tests.witness import Witness

MACHINES = 30
BATCH = 7


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, witness: Witness) -> Iterator[EmulatedHost]:
    """A host that gives few items at once, so that every listing takes several pulls."""
    limits = ServiceLimits(max_batch_items=BATCH)
    folder = tmp_path_factory.mktemp("host")
    with emulated_host(folder, witness, machines=MACHINES, limits=limits) as running:
        yield running


def test_a_listing_takes_one_request_and_its_pulls(emulated: EmulatedHost, host: Host) -> None:
    before = host.session.pool.traffic.requests
    assert len(list(host.machines())) == MACHINES
    assert host.session.pool.traffic.requests - before == -(-(MACHINES + 1) // BATCH)
    assert emulated.contexts.counts()[0] == 0


def test_a_listing_that_is_not_read_to_its_end_is_given_back(emulated: EmulatedHost, host: Host) -> None:
    machines = host.machines()
    next(machines)
    assert emulated.contexts.counts()[0] == 1
    del machines
    assert emulated.contexts.counts()[0] == 0


@pytest.mark.parametrize(
    ("action", "expected", "code"),
    [
        (ExpiredEnumeration(), FaultError, WsmanCode.INVALID_ENUMERATION_CONTEXT),
        (QuotaFault(), QuotaError, WsmanCode.USER_OPERATION_QUOTA),
        (WsmanFault(code=5), AccessDeniedError, WsmanCode.ACCESS_DENIED),
        (ResetBefore(), ConnectionLostError, None),
        (ResetAfter(), ConnectionLostError, None),
        (TruncatedBody(), ConnectionLostError, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Action) else "",
)
@pytest.mark.parametrize("nth", [1, 2, 4])
def test_a_listing_that_breaks(
    emulated: EmulatedHost,
    host: Host,
    witness: Witness,
    action: Action,
    expected: type[HyperVError],
    code: int | None,
    nth: int,
) -> None:
    rule = Rule(action=action, operation=OperationName.PULL, after=nth - 1, count=1)
    with witness.misfortune(rule), pytest.raises(expected) as caught:
        list(host.machines())
    error = caught.value
    assert (error.host, error.operation, error.code) == (host.session.host, "Pull", code)
    assert "Msvm_ComputerSystem" in (error.target or "")
    assert not error.outcome_unknown
    assert emulated.contexts.counts()[0] == 0


def test_a_user_with_too_many_operations_is_told_what_to_do(host: Host, witness: Witness) -> None:
    rule = Rule(action=QuotaFault(), operation=OperationName.ENUMERATE, count=1)
    with witness.misfortune(rule), pytest.raises(QuotaError) as caught:
        list(host.machines())
    error = caught.value
    assert (error.host, error.code, error.retryable) == (host.session.host, 2150859174, True)
    assert error.remedy
    assert len(list(host.machines())) == MACHINES


def test_the_quota_of_the_host_itself(tmp_path_factory: pytest.TempPathFactory) -> None:
    limits = ServiceLimits(max_batch_items=1, max_operations_per_user=3)
    with (
        emulated_host(tmp_path_factory.mktemp("small"), machines=2, limits=limits) as small,
        Host.connect(target_of(small)) as host,
    ):
        listings = [host.machines() for _ in range(4)]
        for listing in listings[:3]:
            next(listing)
        with pytest.raises(QuotaError) as caught:
            next(listings[3])
        assert caught.value.code == WsmanCode.USER_OPERATION_QUOTA
        del listings, listing
        assert small.contexts.counts() == (0, 0)
        assert len(list(host.machines())) == 2


def test_a_class_that_the_host_does_not_have(emulated: EmulatedHost, host: Host) -> None:
    with pytest.raises(NotFoundError) as caught:
        list(host.session.query(select("Msvm_Unheard")))
    error = caught.value
    assert (error.host, error.operation, error.code) == (
        host.session.host,
        "Enumerate",
        WbemCode.INVALID_CLASS,
    )
    assert error.target == "SELECT * FROM Msvm_Unheard"
    assert error.remedy
    with pytest.raises(NotFoundError):
        host.session.get(setting("Msvm_Unheard", "1"))
    assert emulated.contexts.counts()[0] == 0
