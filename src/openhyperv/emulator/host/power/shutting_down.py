"""What virtual machines do when their host goes down: each its AutomaticShutdownAction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event
from time import monotonic

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.power.requesting import request_state
from openhyperv.emulator.host.power.transitions import SHUTDOWN_TIMEOUT_S, Request

_ACTIONS: Mapping[object, Request] = {2: Request.DISABLED, 3: Request.OFFLINE, 4: Request.SHUT_DOWN}
"""Msvm_VirtualSystemSettingData.AutomaticShutdownAction."""
_LOOK_EVERY_S = 0.02
_FILE = "ran.json"


def shut_down_machines(host: Host, hurry: Event) -> None:
    """Turn off, save or shut down every VM that runs, and remember which ran; returns once all rest.

    One that does not obey in time, or before ``hurry`` is set, is left to lose its power with the host.
    """
    with host.lock:
        running = [system for system in host.systems if system.state.is_on]
        (host.data / _FILE).write_text(json.dumps([system.guid for system in running]), "utf-8")
        jobs = list(_begun(host, running))
    deadline = monotonic() + SHUTDOWN_TIMEOUT_S
    while any(not job.state.is_final for job in jobs) and monotonic() < deadline:
        if hurry.wait(_LOOK_EVERY_S):
            return


def _begun(host: Host, running: list[VirtualSystem]) -> Iterator[Job]:
    for system in running:
        request = _ACTIONS.get(system.configuration.value("AutomaticShutdownAction"))
        if request is not None and not system.is_busy:
            yield request_state(host, system, request)


def ran_before(data: Path) -> frozenset[str]:
    """The GUIDs of the VMs that ran when the host was last taken down in order; told once."""
    file = data / _FILE
    if not file.exists():
        return frozenset()
    guids = frozenset(json.loads(file.read_text("utf-8")))
    file.unlink()
    return guids
