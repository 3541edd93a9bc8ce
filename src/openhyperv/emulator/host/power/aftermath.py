"""What becomes of a virtual machine when its guest powers off, restarts, crashes or shows a heartbeat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from openhyperv.emulator.guests.machine import GuestEvent
from openhyperv.emulator.host.checkpoints.destroying import merge_later
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.virtual_system import Session, SystemState, VirtualSystem
from openhyperv.emulator.host.power.requesting import begin, settle
from openhyperv.emulator.host.power.transitions import START, TURN_OFF, Request

RESTART = 3
"""Msvm_VirtualSystemSettingData.AutomaticRecoveryAction: start the VM again."""
SHORTEST_RUN = timedelta(seconds=30)  # UNVERIFIED: how long a VM must have run to be restarted after a crash


def react(host: Host, system: VirtualSystem, session: Session, event: GuestEvent) -> None:
    """Follow a guest's event; events of a run that is over change nothing."""
    with host.lock:
        if system.session is not session:
            return
        if event is GuestEvent.HEARTBEAT:
            _note_heartbeat(host, system, session)
        elif event is GuestEvent.REBOOTED:
            _rebooted(host, system, session)
        else:
            _ended(host, system, session, event)


def _note_heartbeat(host: Host, system: VirtualSystem, session: Session) -> None:
    if session.last_heartbeat is None:
        with host.passing(system):
            session.last_heartbeat = datetime.now(UTC)
    session.last_heartbeat = datetime.now(UTC)


def _rebooted(host: Host, system: VirtualSystem, session: Session) -> None:
    session.last_heartbeat = None
    if system.configuration.value("TurnOffOnGuestRestart") is True and system.state is SystemState.RUNNING:
        begin(host, system, TURN_OFF, Request.DISABLED)


def _ended(host: Host, system: VirtualSystem, session: Session, event: GuestEvent) -> None:
    session.ended_by = event
    session.ended.set()
    if not system.state.is_stable:
        return  # the job that moves the VM sees that the guest has ended
    settle(host, system, SystemState.OFF)
    if system.unmerged and not system.is_busy:
        merge_later(host, system)
    lasted = datetime.now(UTC) - session.started
    recovers = system.configuration.value("AutomaticRecoveryAction") == RESTART
    if event is GuestEvent.CRASHED and recovers and lasted >= SHORTEST_RUN and not system.is_busy:
        begin(host, system, START, Request.ENABLED)
