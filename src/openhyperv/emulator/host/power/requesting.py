"""Taking a virtual machine to another state: what is refused, and the job that does it."""

from __future__ import annotations

from datetime import UTC, datetime

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.guests.machine import GuestError
from openhyperv.emulator.host.checkpoints.merging import merge_unused
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.jobs.state import JobState
from openhyperv.emulator.host.machines.host_devices import check_save
from openhyperv.emulator.host.machines.virtual_system import AT_REST, SystemState, VirtualSystem
from openhyperv.emulator.host.power.transitions import (
    KNOWN_REQUESTS,
    TRANSITIONS,
    TURN_OFF,
    Request,
    Transition,
)

_LOOK_EVERY_S = 0.02


def request_state(host: Host, system: VirtualSystem, requested: int) -> Job:
    """Begin what Msvm_ComputerSystem.RequestStateChange asks for; call it under the lock.

    :raises MethodFailure: 32773 for a state that no VM has, 32770 for one that its devices forbid, 32775 when
        the VM cannot go there now
    """
    if requested not in KNOWN_REQUESTS:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{requested} is no state to ask for.")
    if requested == Request.DISABLED and system.state is SystemState.STARTING and system.moving:
        return _turn_off_while_starting(host, system, system.moving)
    if requested == Request.OFFLINE:
        check_save(system.configuration)
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
