"""Changing what a machine does: start, turn off, reset, pause, save, resume; and waiting for it."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, error_context
from openhyperv.hyperv.names import system
from openhyperv.hyperv.states import MachineState, RequestedState
from openhyperv.hyperv.values import number
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.wql import equal, select, target_is

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


def reach(session: Session, guid: str, wanted: MachineState, *, timeout_s: float) -> None:
    """Bring a machine to a state unless it is there, or on its way there, already.

    One request and an event where it is not; only a host that refuses is asked what the machine does.

    :raises ConflictError: no way leads from the present state to that one
    """
    deadline = Deadline.after(timeout_s)
    try:
        request_state(session, guid, RequestedState(wanted.value), timeout_s=timeout_s)
    except ConflictError:
        present = read_state(session, guid)
        if present.heading is not wanted:
            raise
        if present is not wanted:
            wait_for_state(session, guid, wanted, deadline)


def start_anew(session: Session, guid: str, *, timeout_s: float) -> None:
    """Have a machine begin from its firmware, whatever it does now; a saved state is discarded.

    :raises DeadlineError: it does not run in time
    """
    deadline = Deadline.after(timeout_s)
    try:
        request_state(session, guid, RequestedState.RESET, timeout_s=timeout_s)
    except ConflictError:
        reach(session, guid, MachineState.OFF, timeout_s=deadline.check("turn off"))
        reach(session, guid, MachineState.RUNNING, timeout_s=deadline.check("start"))


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
