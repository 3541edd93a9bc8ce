"""The ways of a virtual machine from state to state, and what each does to the guest."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from attrs import frozen

from openhyperv.emulator.guests.machine import Guest
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines.virtual_system import SystemState, VirtualSystem
from openhyperv.emulator.host.power.starting import start_guest

Work = Callable[[Host, VirtualSystem], None]


@frozen
class Transition:
    """One way from a state to another: ``passing`` while ``work`` runs, without the lock."""

    job_type: JobType
    caption: str
    passing: SystemState
    target: SystemState
    work: Work


class Request(IntEnum):
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


SHUTDOWN_TIMEOUT_S = 300
"""How long a guest may take to shut down when RequestStateChange asks it to."""
_ON, _OFF, _SAVED, _PAUSED = SystemState.RUNNING, SystemState.OFF, SystemState.SAVED, SystemState.PAUSED
START = Transition(JobType.START, "Starting Virtual Machine", SystemState.STARTING, _ON, _boot)
_RESTORE = Transition(JobType.RESTORE, "Restoring Virtual Machine", SystemState.STARTING, _ON, _restore)
TURN_OFF = Transition(JobType.POWER_OFF, "Turning Off Virtual Machine", SystemState.STOPPING, _OFF, _turn_off)
_RESET = Transition(JobType.RESET, "Resetting Virtual Machine", SystemState.STARTING, _ON, _reset)
_REBOOT = Transition(JobType.REBOOT, "Rebooting Virtual Machine", SystemState.STARTING, _ON, _reset)
_SAVE = Transition(JobType.SAVE, "Saving Virtual Machine", SystemState.SAVING, _SAVED, _save)

TRANSITIONS: dict[tuple[int, SystemState], Transition] = {
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
KNOWN_REQUESTS = frozenset(request for request, _ in TRANSITIONS)
