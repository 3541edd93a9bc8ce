"""Ending a machine the way its guest wants it: asking, asking again, and turning it off only if told to."""

from __future__ import annotations

from contextlib import suppress

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, DeadlineError, HyperVError, MethodError, NotFoundError
from openhyperv.hyperv.names import SHUTDOWN, device
from openhyperv.hyperv.power import request_state, wait_for_state
from openhyperv.hyperv.states import MachineState, RequestedState
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.types import Value

_REASON = "Requested by OpenHyperV"
_TURN_OFF_TIMEOUT_S = 120.0
_REFUSALS = (ConflictError, MethodError)
"""What is answered where nobody inside listens: the guest boots, or has no integration services."""


def shut_down(
    session: Session,
    guid: str,
    *,
    timeout_s: float,
    ask_again_s: float | None = None,
    then_turn_off: bool = False,
) -> None:
    """Ask the guest to shut down, and wait until it is off.

    With ``ask_again_s`` a guest that does not listen yet, or does not go off, is asked again that often until
    the time is up. With ``then_turn_off`` the machine is turned off where asking comes to nothing.

    :raises ConflictError: the machine is not on; or nobody inside listens
    :raises DeadlineError: it has not gone off in time; it may still do so
    """
    asking = _Asking(session, guid, Deadline.after(timeout_s), ask_again_s)
    asking.begin()
    while not asking.is_off():
        if asking.is_over:
            return asking.give_up(then_turn_off=then_turn_off)
        asking.ask()
    return None


def restart(session: Session, guid: str, *, timeout_s: float) -> None:
    """Have the guest shut down and start it again; reset one that does not listen, or go off in time.

    :raises ConflictError: the machine is not running
    """
    try:
        shut_down(session, guid, timeout_s=timeout_s)
    except (*_REFUSALS, DeadlineError):
        request_state(session, guid, RequestedState.RESET, timeout_s=_TURN_OFF_TIMEOUT_S)
    else:
        request_state(session, guid, RequestedState.RUNNING, timeout_s=_TURN_OFF_TIMEOUT_S)


class _Asking:
    """One guest that is asked until it is off, or time is up."""

    def __init__(self, session: Session, guid: str, deadline: Deadline, ask_again_s: float | None) -> None:
        self._session = session
        self._guid = guid
        self._deadline = deadline
        self._ask_again_s = ask_again_s
        self._refusal: HyperVError | None = None

    @property
    def is_over(self) -> bool:
        """No more is to be asked."""
        is_refused_for_good = self._ask_again_s is None and self._refusal is not None
        return is_refused_for_good or not self._deadline.remaining_s

    def begin(self) -> None:
        """Ask for the first time.

        :raises ConflictError: the machine is not on
        """
        try:
            self._ask()
        except NotFoundError as error:
            raise ConflictError(
                "The machine is not running, so that no guest can shut down.",
                host=self._session.host,
                target=self._guid,
                operation="shut down",
            ) from error

    def ask(self) -> None:
        """Ask once more; a machine that has gone off meanwhile is found so next."""
        with suppress(NotFoundError):
            self._ask()

    def _ask(self) -> None:
        component = device("Msvm_ShutdownComponent", self._guid, SHUTDOWN)
        arguments: dict[str, Value] = {"Force": False, "Reason": _REASON}
        timeout_s = self._deadline.remaining_s
        try:
            self._session.run(
                component, "InitiateShutdown", arguments, timeout_s=timeout_s, target=self._guid
            )
        except _REFUSALS as refusal:
            self._refusal = refusal
        else:
            self._refusal = None

    def is_off(self) -> bool:
        """Wait until it is off, or has to be asked again."""
        if self.is_over:
            return False
        left_s = self._deadline.remaining_s
        patience = Deadline.after(left_s if self._ask_again_s is None else min(left_s, self._ask_again_s))
        try:
            wait_for_state(self._session, self._guid, MachineState.OFF, patience)
        except DeadlineError:
            return False
        return True

    def give_up(self, *, then_turn_off: bool) -> None:
        """Turn the machine off, or say why it is still on."""
        if then_turn_off:
            request_state(self._session, self._guid, RequestedState.OFF, timeout_s=_TURN_OFF_TIMEOUT_S)
            return
        if self._refusal is not None:
            raise self._refusal
        error = self._deadline.missed("shut down")
        error.host, error.target = self._session.host, self._guid
        error.remedy = "The guest does not go off: allow it more time, or turn it off."
        raise error
