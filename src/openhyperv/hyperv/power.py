"""Changing what a machine does: start, shut down, turn off, reset, pause, save, resume."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, DeadlineError, NotFoundError, error_context
from openhyperv.hyperv.names import SHUTDOWN, device, system
from openhyperv.hyperv.states import MachineState, RequestedState
from openhyperv.hyperv.values import number
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.types import Value
from openhyperv.wire.wql import equal, select, target_is

_SHUTDOWN_REASON = "Requested by OpenHyperV"
_EVENT_INTERVAL_S = 0.25
_LOOK_INTERVAL_S = 5.0


def request_state(session: Session, guid: str, state: RequestedState, *, timeout_s: float) -> None:
    """Ask for a state and wait for the job that brings it about; one request and an event.

    :raises ConflictError: the machine's present state does not allow it; asking a running machine to start
        is such a conflict, never taken for success
    :raises JobError: the host tried and failed
    """
    arguments = {"RequestedState": state.value}
    session.run(system(guid), "RequestStateChange", arguments, timeout_s=timeout_s, target=guid)


def shut_down(session: Session, guid: str, *, timeout_s: float) -> None:
    """Ask the guest to shut down, and wait until it is off.

    :raises ConflictError: no guest is listening: it is off, still booting, or has no integration services
    :raises DeadlineError: it has not gone off in time; it may still do so
    """
    deadline = Deadline.after(timeout_s)
    component = device("Msvm_ShutdownComponent", guid, SHUTDOWN)
    arguments: dict[str, Value] = {"Force": False, "Reason": _SHUTDOWN_REASON}
    try:
        session.run(component, "InitiateShutdown", arguments, timeout_s=deadline.remaining_s, target=guid)
    except NotFoundError as error:
        raise ConflictError(
            "The machine is not running, so that no guest can shut down.",
            host=session.host,
            target=guid,
            operation="shut down",
        ) from error
    try:
        wait_for_state(session, guid, MachineState.OFF, deadline)
    except DeadlineError as error:
        error.remedy = "The guest does not go off: allow it more time, or turn it off."
        raise


def read_state(session: Session, guid: str) -> MachineState:
    """What the machine does now.

    :raises NotFoundError: there is no such machine
    """
    return MachineState(number(session.get(system(guid)), "EnabledState"))


def wait_for_state(session: Session, guid: str, wanted: MachineState, deadline: Deadline) -> None:
    """Wait until a machine has reached a state: by event, with a look now and then in case one is lost.

    :raises DeadlineError: it has not reached it in time
    """
    condition = target_is("Msvm_ComputerSystem") & equal("TargetInstance.Name", guid)
    query = select("__InstanceModificationEvent").where(condition).within(_EVENT_INTERVAL_S)
    with error_context(host=session.host, target=guid), session.subscribe(query) as subscription:
        while read_state(session, guid) is not wanted:
            patience_s = min(_LOOK_INTERVAL_S, deadline.check(f"wait for {wanted.label}"))
            next(subscription.events(patience_s), None)
