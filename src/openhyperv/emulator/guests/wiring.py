"""Where devices hang in a guest: fixed places, so that a saved state finds them again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from pathlib import Path

from attrs import define, field

from openhyperv.emulator.guests.machine import Bus, GuestDrive, GuestError, GuestMachine

NIC_PLACES = 8
SCSI_CONTROLLERS = 4


def short_id(device_id: str) -> str:
    """A name for QEMU, whose own may have 31 plain characters."""
    return f"{zlib.crc32(device_id.encode()):08x}"


@define
class Wiring:
    """Which network card sits in which place, which SCSI controllers exist, and what memory came at boot."""

    memory_mb: int

    nics: dict[str, int] = field(factory=dict)
    controllers: set[int] = field(factory=set)

    @classmethod
    def of(cls, machine: GuestMachine) -> Wiring:
        """The wiring of a machine that boots."""
        wiring = cls(machine.memory_mb, controllers=_controllers(machine.drives))
        if machine.generation == 2:
            wiring.controllers.add(0)
        for nic in machine.nics:
            wiring.place_nic(nic.device_id)
        return wiring

    @classmethod
    def load(cls, path: Path) -> Wiring:
        """The wiring that was saved."""
        data = json.loads(path.read_text())
        return cls(data["memory_mb"], data["nics"], set(data["controllers"]))

    def save(self, path: Path) -> None:
        """Keep it for :meth:`load`."""
        controllers = sorted(self.controllers)
        data = {"memory_mb": self.memory_mb, "nics": self.nics, "controllers": controllers}
        path.write_text(json.dumps(data))

    def place_nic(self, device_id: str) -> int:
        """The first free place for a network card.

        :raises GuestError: there is none
        """
        free = set(range(NIC_PLACES)) - set(self.nics.values())
        if not free:
            raise GuestError(f"A machine has at most {NIC_PLACES} network adapters.")
        self.nics[device_id] = min(free)
        return self.nics[device_id]


def _controllers(drives: Iterable[GuestDrive]) -> set[int]:
    return {drive.controller for drive in drives if drive.bus is Bus.SCSI}
