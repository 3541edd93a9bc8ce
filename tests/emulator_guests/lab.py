"""Machines for tests: their files, their serial ports, and what they do by themselves."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Condition
from typing import Any
from uuid import uuid4

from attrs import define, evolve, field

from openhyperv.emulator.guests.machine import Bus, Guest, GuestDrive, GuestEvent, GuestMachine
from openhyperv.emulator.guests.runner import QemuRunner
from tests.emulator_guests.com_port import ComPort

BOOT_DISK = r"83F8638B-8DCA-4152-9EDA-2CA8B33039B4\0\0\D"


class Events:
    """What a guest did by itself, in order; heartbeats are counted apart."""

    def __init__(self) -> None:
        self.told: list[GuestEvent] = []
        self.beats = 0
        self._changed = Condition()

    def __call__(self, event: GuestEvent) -> None:
        with self._changed:
            if event is GuestEvent.HEARTBEAT:
                self.beats += 1
            else:
                self.told.append(event)
            self._changed.notify_all()

    def wait(self, condition: Callable[[Events], bool], timeout_s: float = 60) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), timeout_s), self.told


@define
class Lab:
    """Makes machines and starts them; ``image_of`` names the Debian guests built for this session."""

    runner: QemuRunner
    directory: Path
    images: Path
    smb_port: int
    events: Events = field(factory=Events)

    def image(self, name: str, directory: Path) -> Path:
        directory.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(self.images / name, directory / name))

    def machine(self, image: str, generation: int, **changes: Any) -> GuestMachine:
        guid = str(uuid4()).upper()
        state_dir = self.directory / guid
        bus = Bus.IDE if generation == 1 else Bus.SCSI
        machine = GuestMachine(
            guid=guid,
            name=f"test, {image}",
            generation=generation,
            vcpus=1,
            memory_mb=256 if generation == 1 else 512,
            state_dir=state_dir,
            drives=[GuestDrive(BOOT_DISK, bus, 0, 0, self.image(image, state_dir / "disks"))],
            boot_order=[BOOT_DISK],
            serial_pipes=[f"{guid}-com1", f"{guid}-com2"],
        )
        return evolve(machine, **changes)

    def configuration_drive(self, uuid: str) -> Path:
        """An ISO image that names an instance."""
        tree, image = self.directory / f"{uuid}.d", self.directory / f"{uuid}.iso"
        (tree / "openstack/latest").mkdir(parents=True, exist_ok=True)
        (tree / "openstack/latest/meta_data.json").write_text(json.dumps({"uuid": uuid}))
        argv = [
            "xorriso",
            "-as",
            "mkisofs",
            "-quiet",
            "-J",
            "-r",
            "-V",
            "config-2",
            "-o",
            str(image),
            str(tree),
        ]
        subprocess.run(argv, check=True, timeout=60, capture_output=True)
        return image

    def open_ports(self, machine: GuestMachine) -> Sequence[ComPort]:
        return [ComPort(pipe, port=self.smb_port) for pipe in machine.serial_pipes if pipe]


@define
class Booted:
    """A guest that has reported, with both its ports connected; ``guest`` changes when it is restored."""

    machine: GuestMachine
    guest: Guest
    com1: ComPort
    com2: ComPort
    report: str
    events: Events
