"""What a virtual machine can be asked to do, in which states, and the job that does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from attrs import frozen

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.guests.machine import Guest, GuestError
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.job_state import JobState, JobType
from openhyperv.emulator.host.jobs import Job, JobFailure
from openhyperv.emulator.host.merging import merge_unused
from openhyperv.emulator.host.starting import start_guest
from openhyperv.emulator.host.virtual_system import AT_REST, SystemState, VirtualSystem

Work = Callable[[Host, VirtualSystem], None]


@frozen
class Transition:
    """One way from a state to another: ``passing`` while ``work`` runs, without the lock."""

    job_type: JobType
    caption: str
    passing: SystemState
    target: SystemState
    work: Work


class Request:
    """CIM_EnabledLogicalElement.RequestedState values that a VM understands."""

    ENABLED = 2
    DISABLED = 3
    SHUT_DOWN = 4
    OFFLINE = 6
    QUIESCE = 9
    REBOOT = 10
    RESET = 11


def guest_of(system: VirtualSystem) -> Guest:
    """The running guest.

    :raises JobFailure: there is none
    """
    guest = system.session.guest if system.session else None
    if guest is None:
        raise JobFailure(Code.INVALID_STATE, f"'{system.name}' is not running.")
    return guest


def _boot(host: Host, system: VirtualSystem) -> None:
    start_guest(host, system, restore=False)


def _restore(host: Host, system: VirtualSystem) -> None:
    start_guest(host, system, restore=True)


def _resume(_host: Host, system: VirtualSystem) -> None:
    guest_of(system).resume()


def _pause(_host: Host, system: VirtualSystem) -> None:
    guest_of(system).pause()


def _save(_host: Host, system: VirtualSystem) -> None:
    guest_of(system).save()


def _turn_off(_host: Host, system: VirtualSystem) -> None:
    guest_of(system).turn_off()


def _discard(_host: Host, _system: VirtualSystem) -> None:
    """A saved state is gone once the VM counts as off: the next start boots instead of restoring."""


def _reset(_host: Host, system: VirtualSystem) -> None:
    guest_of(system).reset()


def _shut_down(_host: Host, system: VirtualSystem) -> None:
    guest_of(system).press_power_button()
    session = system.session
    if session is not None and not session.ended.wait(SHUTDOWN_TIMEOUT_S):
        raise JobFailure(Code.FAILED, f"'{system.name}' did not shut down in time.")


_LOOK_EVERY_S = 0.02
SHUTDOWN_TIMEOUT_S = 300
"""How long a guest may take to shut down when RequestStateChange asks it to."""
_ON, _OFF, _SAVED, _PAUSED = SystemState.RUNNING, SystemState.OFF, SystemState.SAVED, SystemState.PAUSED
START = Transition(JobType.START, "Starting Virtual Machine", SystemState.STARTING, _ON, _boot)
_RESTORE = Transition(JobType.RESTORE, "Restoring Virtual Machine", SystemState.STARTING, _ON, _restore)
TURN_OFF = Transition(JobType.POWER_OFF, "Turning Off Virtual Machine", SystemState.STOPPING, _OFF, _turn_off)
_RESET = Transition(JobType.RESET, "Resetting Virtual Machine", SystemState.STARTING, _ON, _reset)
_REBOOT = Transition(JobType.REBOOT, "Rebooting Virtual Machine", SystemState.STARTING, _ON, _reset)
_SAVE = Transition(JobType.SAVE, "Saving Virtual Machine", SystemState.SAVING, _SAVED, _save)

TRANSITIONS = {
    (Request.ENABLED, _OFF): START,
    (Request.ENABLED, _SAVED): _RESTORE,
    (Request.ENABLED, _PAUSED): Transition(
        JobType.RESUME, "Resuming Virtual Machine", SystemState.RESUMING, _ON, _resume
    ),
    (Request.DISABLED, _ON): TURN_OFF,
    (Request.DISABLED, _PAUSED): TURN_OFF,
    (Request.DISABLED, _SAVED): Transition(
        JobType.POWER_OFF, "Discarding Saved State", SystemState.STOPPING, _OFF, _discard
    ),
    # UNVERIFIED: state 4 shuts the guest down cleanly; Microsoft documents it for v1 only
    (Request.SHUT_DOWN, _ON): Transition(
        JobType.SHUT_DOWN, "Shutting Down Virtual Machine", SystemState.STOPPING, _OFF, _shut_down
    ),
    (Request.OFFLINE, _ON): _SAVE,
    (Request.OFFLINE, _PAUSED): _SAVE,
    (Request.QUIESCE, _ON): Transition(
        JobType.PAUSE, "Pausing Virtual Machine", SystemState.PAUSING, _PAUSED, _pause
    ),
    (Request.REBOOT, _ON): _REBOOT,
    (Request.REBOOT, _OFF): START,
    (Request.REBOOT, _SAVED): _RESTORE,
    (Request.RESET, _ON): _RESET,
    (Request.RESET, _PAUSED): _RESET,
}
_KNOWN = frozenset(request for request, _ in TRANSITIONS)


def request_state(host: Host, system: VirtualSystem, requested: int) -> Job:
    """Begin what Msvm_ComputerSystem.RequestStateChange asks for; call it under the lock.

    :raises MethodFailure: 32773 for a state that no VM has, 32775 when the VM cannot go there now
    """
    if requested not in _KNOWN:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{requested} is no state to ask for.")
    if requested == Request.DISABLED and system.state is SystemState.STARTING and system.moving:
        return _turn_off_while_starting(host, system, system.moving)
    transition = TRANSITIONS.get((requested, system.state))
    if transition is None or system.is_busy:
        raise MethodFailure(Code.INVALID_STATE, f"A VM in state {system.state:d} cannot go to {requested}.")
    return begin(host, system, transition, requested)


def begin(host: Host, system: VirtualSystem, transition: Transition, requested: int) -> Job:
    """Start the job of a transition; call it under the lock."""
    before = system.state
    with host.passing(system):
        _enter(system, transition.passing, requested)
    system.moving = host.jobs.run(
        transition.job_type,
        lambda _job: _perform(host, system, transition, before),
        affected=[system.path],
        description=transition.caption,
        cancellable=False,
        abandoned=lambda: settle(host, system, before),
    )
    return system.moving


def _turn_off_while_starting(host: Host, system: VirtualSystem, starting: Job) -> Job:
    """End a start that hangs; one that cannot be ended any more is waited for, and the guest turned off."""

    def work(job: Job) -> None:
        while not starting.state.is_final:
            job.wait(_LOOK_EVERY_S)
        with host.lock:
            is_running = system.state is SystemState.RUNNING and not system.is_busy
            if is_running:
                with host.passing(system):
                    _enter(system, TURN_OFF.passing, Request.DISABLED)
        if is_running:
            _perform(host, system, TURN_OFF, SystemState.RUNNING)

    starting.cancel(JobState.TERMINATED)
    return host.jobs.run(
        TURN_OFF.job_type,
        work,
        affected=[system.path],
        description=TURN_OFF.caption,
        cancellable=False,
    )


def _enter(system: VirtualSystem, state: SystemState, requested: int) -> None:
    system.state, system.requested_state = state, requested
    system.state_changed = datetime.now(UTC)


def _perform(host: Host, system: VirtualSystem, transition: Transition, before: SystemState) -> None:
    reached = before
    try:
        transition.work(host, system)
        reached = transition.target
        if not reached.is_on:
            merge_unused(host, system)
    except GuestError as error:
        raise JobFailure(Code.FAILED, f"'{system.name}': {error}") from error
    finally:
        settle(host, system, reached)


def settle(host: Host, system: VirtualSystem, reached: SystemState) -> None:
    """Let a VM rest in a state; a guest that has ended meanwhile leaves it off whatever was reached."""
    with host.changing(system):
        ended = system.session is None or system.session.ended_by is not None
        if reached.is_on and ended:
            reached = SystemState.OFF
        if not reached.is_on:
            system.session = None
        _enter(system, reached, AT_REST)
