"""A create that fails at any of its requests, in any way, leaves no machine, no file and nothing open."""

from __future__ import annotations

import pytest
from attrs import frozen

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import (
    Action,
    JobFails,
    MethodReturns,
    ResetAfter,
    ResetBefore,
    TruncatedBody,
    WsmanFault,
)
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import ConnectionLostError, FaultError, HyperVError, JobError, MethodError
from openhyperv.hyperv.host import Host
from tests.faults.leftovers import assert_nothing_left
from tests.hyperv.stock import Stock
from tests.witness import Witness, changes

_SYSTEM_SERVICE = "Msvm_VirtualSystemManagementService"


@frozen
class Request:
    """One request of a create: the ``nth`` of its kind."""

    operation: OperationName
    class_name: str
    method: str = ""
    nth: int = 1

    def going_wrong(self, action: Action) -> Rule:
        """The rule that meets this request alone."""
        return Rule(
            action=action,
            operation=self.operation,
            class_name=self.class_name,
            method=self.method,
            after=self.nth - 1,
            count=1,
        )


LOOKUP = Request(OperationName.ENUMERATE, "CIM_VirtualSystemSettingData")
MAKE_DISK = Request(OperationName.INVOKE, "Msvm_ImageManagementService", "CreateVirtualHardDisk")
CHANGES = (
    MAKE_DISK,
    Request(OperationName.INVOKE, _SYSTEM_SERVICE, "DefineSystem"),
    Request(OperationName.INVOKE, _SYSTEM_SERVICE, "AddResourceSettings"),
    Request(OperationName.INVOKE, _SYSTEM_SERVICE, "AddResourceSettings", nth=2),
    Request(OperationName.INVOKE, _SYSTEM_SERVICE, "AddFeatureSettings"),
    Request(OperationName.INVOKE, _SYSTEM_SERVICE, "ModifyResourceSettings"),
    Request(OperationName.INVOKE, _SYSTEM_SERVICE, "ModifySystemSettings"),
)
UNDOING = (
    Request(OperationName.GET, "Msvm_VirtualSystemSettingData"),
    Request(OperationName.INVOKE, "Msvm_ComputerSystem", "RequestStateChange"),
    Request(OperationName.INVOKE, _SYSTEM_SERVICE, "DestroySystem"),
)
FAULT = WsmanFault(code=0x80041001, text="The provider broke.")
MISFORTUNES: tuple[tuple[Action, type[HyperVError]], ...] = (
    (ResetBefore(), ConnectionLostError),
    (ResetAfter(), ConnectionLostError),
    (TruncatedBody(), ConnectionLostError),
    (FAULT, FaultError),
    (MethodReturns(return_value=32768), MethodError),
)


def _name(thing: Request | Action | type[HyperVError]) -> str:
    if isinstance(thing, Request):
        return f"{thing.method or thing.class_name}{thing.nth}"
    return thing.__name__ if isinstance(thing, type) else type(thing).__name__


def test_these_are_all_requests_of_a_create(host: Host, stock: Stock, witness: Witness) -> None:
    host.session.jobs.watch.start()
    with witness.watching() as seen:
        machine = host.create(stock.spec())
    machine.delete()
    asked = [(request.name, request.class_name, request.method) for request in seen]
    known = [(request.operation, request.class_name, request.method) for request in (LOOKUP, *CHANGES)]
    assert asked == known


@pytest.mark.parametrize(("action", "expected"), MISFORTUNES, ids=_name)
@pytest.mark.parametrize("request_", CHANGES, ids=_name)
def test_nothing_is_left_whichever_request_fails(
    emulated: EmulatedHost,
    host: Host,
    stock: Stock,
    witness: Witness,
    request_: Request,
    action: Action,
    expected: type[HyperVError],
) -> None:
    spec = stock.spec("doomed")
    with witness.misfortune(request_.going_wrong(action)) as seen, pytest.raises(expected) as caught:
        host.create(spec)
    assert_nothing_left(emulated, spec)
    name = f"{request_.class_name}.{request_.method}"
    error = caught.value
    assert (error.host, error.operation) == (emulated.options.address, name)
    assert error.target
    assert "Service" not in error.target
    assert error.outcome_unknown is (expected is ConnectionLostError)
    assert not hasattr(error, "__notes__")
    assert changes(seen).count(name) == request_.nth, "it was sent a second time"


def test_nothing_is_left_when_the_job_fails(
    emulated: EmulatedHost, host: Host, stock: Stock, witness: Witness
) -> None:
    spec = stock.spec("doomed")
    rule = MAKE_DISK.going_wrong(JobFails(code=32774, text="The disk is on fire."))
    with witness.misfortune(rule), pytest.raises(JobError, match="The disk is on fire") as caught:
        host.create(spec)
    assert caught.value.code == 32774
    assert_nothing_left(emulated, spec)


@pytest.mark.parametrize("action", [TruncatedBody(), FAULT], ids=_name)
def test_nothing_is_made_when_the_look_fails(
    emulated: EmulatedHost, host: Host, stock: Stock, witness: Witness, action: Action
) -> None:
    spec = stock.spec("doomed")
    with witness.misfortune(LOOKUP.going_wrong(action)) as seen, pytest.raises(HyperVError) as caught:
        host.create(spec)
    assert not caught.value.outcome_unknown
    assert changes(seen) == []
    assert_nothing_left(emulated, spec)


@pytest.mark.parametrize("action", [ResetBefore(), ResetAfter()], ids=_name)
def test_a_lookup_whose_connection_breaks_is_repeated(
    host: Host, stock: Stock, witness: Witness, action: Action
) -> None:
    with witness.misfortune(LOOKUP.going_wrong(action)) as seen:
        machine = host.create(stock.spec())
    machine.delete()
    assert [request.class_name for request in seen[:2]] == [LOOKUP.class_name] * 2


@pytest.mark.parametrize("action", [ResetBefore(), ResetAfter(), FAULT], ids=_name)
@pytest.mark.parametrize("request_", UNDOING, ids=_name)
def test_undoing_survives_further_misfortunes(
    emulated: EmulatedHost, host: Host, stock: Stock, witness: Witness, request_: Request, action: Action
) -> None:
    spec = stock.spec("doomed")
    rules = (CHANGES[-1].going_wrong(MethodReturns(return_value=32773)), request_.going_wrong(action))
    with witness.misfortune(*rules), pytest.raises(MethodError) as caught:
        host.create(spec)
    assert caught.value.code == 32773
    assert_nothing_left(emulated, spec)
