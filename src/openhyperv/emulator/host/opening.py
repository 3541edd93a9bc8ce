"""Switching a host on: its virtual machines are read back and follow their automatic start actions."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Timer

from openhyperv.emulator.disks.running import recover
from openhyperv.emulator.guests.machine import GuestRunner
from openhyperv.emulator.host.hardware import Hardware
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.virtual_system import SystemState, VirtualSystem
from openhyperv.emulator.host.power.aftermath import react
from openhyperv.emulator.host.power.requesting import request_state
from openhyperv.emulator.host.power.shutting_down import ran_before
from openhyperv.emulator.host.power.transitions import Request
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.switches.wiring import Wiring

START_IF_RUNNING = 3
START_ALWAYS = 4
"""Msvm_VirtualSystemSettingData.AutomaticStartupAction; 2 starts nothing."""


def open_host(
    name: str,
    profile: Profile,
    data: Path,
    runner: GuestRunner,
    hardware: Hardware | None = None,
    wiring: Wiring | None = None,
) -> Host:
    """A host with all that its data folder remembers. Guests that ran when it was last used are gone.

    Call :func:`start_automatically` once everything that VMs need, virtual switches above all, is there.
    """
    host = Host(name, profile, data, runner, hardware, wiring)
    host.guest_events.start(partial(react, host))
    ran = ran_before(data)
    for system in host.store.load():
        if host.state_dir(system).is_dir():
            recover(host.state_dir(system))
        if system.state.is_on:
            system.ran_before, system.state = True, SystemState.OFF
        system.ran_before = system.ran_before or system.guid in ran
        host.systems.add(system)
        host.wiring.follow_machine(system.configuration)
    host.sampler.start()
    return host


def start_automatically(host: Host) -> None:
    """Start the VMs that want to be started with the host, in the order and after the delays they ask for."""
    with host.lock:
        systems = sorted(host.systems, key=_sequence_number)
        for system in systems:
            if _wants_to_start(system):
                _start_later(host, system)


def _sequence_number(system: VirtualSystem) -> int:
    number = system.configuration.value("AutomaticStartupActionSequenceNumber")
    return number if isinstance(number, int) else 0


def _wants_to_start(system: VirtualSystem) -> bool:
    action = system.configuration.value("AutomaticStartupAction")
    return action == START_ALWAYS or (action == START_IF_RUNNING and system.ran_before)


def _start_later(host: Host, system: VirtualSystem) -> None:
    delay = system.configuration.value("AutomaticStartupActionDelay")
    seconds = delay.total_seconds() if isinstance(delay, timedelta) else 0
    if seconds == 0:
        request_state(host, system, Request.ENABLED)
        return
    timer = Timer(seconds, _start_if_off, (host, system))
    timer.daemon = True
    timer.start()


def _start_if_off(host: Host, system: VirtualSystem) -> None:
    with host.lock:
        if host.systems.find(system.guid) is system and system.state is SystemState.OFF:
            request_state(host, system, Request.ENABLED)
