"""Runs machines in QEMU."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore, Lock

from attrs import evolve

from openhyperv.emulator.disks.running import Resolve
from openhyperv.emulator.guests.launch import Surroundings, launch
from openhyperv.emulator.guests.machine import GuestError, GuestEvent, GuestMachine
from openhyperv.emulator.guests.qemu_guest import QemuGuest
from openhyperv.emulator.guests.saved_state import SavedState
from openhyperv.emulator.guests.wiring import Wiring
from openhyperv.emulator.network.fabric import Fabric
from openhyperv.emulator.smb.pipes import PipeDirectory


class QemuRunner:
    """See :class:`~openhyperv.emulator.guests.machine.GuestRunner`.

    QEMU runs as nobody where we are root, may open no file and start no process, and dies with us.
    """

    def __init__(self, cache: Path, pipes: PipeDirectory, resolve: Resolve, fabric: Fabric) -> None:
        """``cache`` keeps firmware, ``pipes`` serves serial ports, ``resolve`` finds a disk's parents.

        ``fabric`` carries what network cards send.
        """
        self._surroundings = Surroundings(pipes, resolve, cache, fabric)
        self._starts = BoundedSemaphore(os.cpu_count() or 1)
        self._lock = Lock()
        self._guests: list[QemuGuest] = []
        self._is_closed = False

    def start(self, machine: GuestMachine, on_event: Callable[[GuestEvent], None]) -> QemuGuest:
        """Boot; as many machines at once as there are processors, the others wait."""
        SavedState.of(machine.state_dir).discard()
        with self._starts:
            return self._keep(launch(machine, Wiring.of(machine), self._surroundings, on_event))

    def restore(self, machine: GuestMachine, on_event: Callable[[GuestEvent], None]) -> QemuGuest:
        """Go on from the saved state, which is used up by that."""
        saved = SavedState.of(machine.state_dir)
        if not saved.exists:
            raise GuestError("The machine has no saved state.")
        wiring = Wiring.load(saved.wiring)
        as_booted = evolve(machine, memory_mb=wiring.memory_mb)
        with self._starts:
            guest = launch(as_booted, wiring, self._surroundings, on_event, before_it_runs=saved.read)
        saved.discard()
        return self._keep(guest)

    def close(self) -> None:
        """Turn off every guest; no more can be started."""
        with self._lock:
            self._is_closed = True
            guests, self._guests = self._guests, []
        for guest in guests:
            guest.turn_off()

    def _keep(self, guest: QemuGuest) -> QemuGuest:
        with self._lock:
            self._guests = [other for other in self._guests if other.process_id is not None]
            if not self._is_closed:
                self._guests.append(guest)
                return guest
        guest.turn_off()
        raise GuestError("The host is shutting down.")
