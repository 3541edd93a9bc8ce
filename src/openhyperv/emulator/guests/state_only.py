"""Guests without a machine: states only, for hosts with thousands of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic

from openhyperv.emulator.guests.counters import GuestCounters, modelled_counters
from openhyperv.emulator.guests.exchange import FileCopy, GuestReport, Items, Pool
from openhyperv.emulator.guests.keys import VIRTUAL_KEYS
from openhyperv.emulator.guests.machine import (
    CopyRefused,
    GuestDrive,
    GuestError,
    GuestEvent,
    GuestMachine,
    GuestNic,
)

_SCREEN = (1024, 768)
_NOT_READY = 21
"""Win32's ERROR_NOT_READY."""


class StateOnlyGuest:
    """See :class:`~openhyperv.emulator.guests.machine.Guest`: obeys at once, shows a black screen."""

    __slots__ = ("_drives", "_is_on", "_nics", "_on_event", "_ran_s", "_runs_since_s", "_saved", "_vcpus")

    process_id: int | None = None

    def __init__(self, machine: GuestMachine, on_event: Callable[[GuestEvent], None]) -> None:
        self._drives = {drive.device_id for drive in machine.drives}
        self._nics = {nic.device_id for nic in machine.nics}
        self._vcpus = machine.vcpus
        self._saved = saved_mark(machine)
        self._on_event = on_event
        self._is_on = True
        self._ran_s = 0.0
        self._runs_since_s: float | None = monotonic()

    def processor_s(self) -> float:
        """As much of each processor at any time."""
        return modelled_counters(self._running_s(), self._vcpus, (), ()).processor_s

    def counters(self) -> GuestCounters:
        """As a guest that is always equally busy; every device counts from the start on."""
        self._check_on()
        return modelled_counters(self._running_s(), self._vcpus, self._drives, self._nics)

    def _running_s(self) -> float:
        now_s = monotonic()
        return self._ran_s + now_s - (now_s if self._runs_since_s is None else self._runs_since_s)

    def pause(self) -> None:
        """Freeze."""
        self._check_on()
        if self._runs_since_s is not None:
            self._ran_s += monotonic() - self._runs_since_s
            self._runs_since_s = None

    def resume(self) -> None:
        """Go on."""
        self._check_on()
        if self._runs_since_s is None:
            self._runs_since_s = monotonic()

    def reset(self) -> None:
        """Start over."""
        self._check_on()

    def inject_nmi(self) -> None:
        """Nobody is interrupted."""
        self._check_on()

    def press_power_button(self) -> None:
        """Power off, as a well-behaved guest does."""
        self._check_on()
        self._is_on = False
        self._on_event(GuestEvent.POWERED_OFF)

    def turn_off(self) -> None:
        """End."""
        self._is_on = False

    def save(self) -> None:
        """End, and leave a mark that there is something to go on from."""
        self._check_on()
        self._saved.parent.mkdir(parents=True, exist_ok=True)
        self._saved.touch()
        self._is_on = False

    def checkpoint(self, moves: Sequence[tuple[str, Path, Path]]) -> None:
        """Go on with new leaves; nothing was written to the old ones."""
        self._check_on()
        for device_id, _, leaf in moves:
            self._check_device(device_id)
            _check_file(leaf)

    def add_drive(self, drive: GuestDrive) -> None:
        """Take a drive."""
        self._check_on()
        if drive.path is not None:
            _check_file(drive.path)
        self._drives.add(drive.device_id)

    def remove_drive(self, device_id: str) -> None:
        """Let go of a drive."""
        self._check_device(device_id)
        self._drives.discard(device_id)

    def change_medium(self, device_id: str, path: Path | None) -> None:
        """Take another DVD."""
        self._check_device(device_id)
        if path is not None:
            _check_file(path)

    def resize_drive(self, device_id: str, size_bytes: int) -> None:
        """See a disk's new size."""
        self._check_device(device_id)
        if size_bytes <= 0:
            raise GuestError("A disk has a size.")

    def limit_drive(self, device_id: str, maximum_iops: int) -> None:
        """Nothing is read or written that a limit could slow down."""
        self._check_device(device_id)
        if maximum_iops < 0:
            raise GuestError("A disk does no fewer than no operations.")

    def resize_memory(self, memory_mb: int) -> None:
        """Have more or less."""
        self._check_on()
        if memory_mb <= 0:
            raise GuestError("A machine has memory.")

    def add_nic(self, nic: GuestNic) -> None:
        """Take a network card."""
        self._check_on()
        self._nics.add(nic.device_id)

    def remove_nic(self, device_id: str) -> None:
        """Let go of a network card."""
        self._check_device(device_id)
        self._nics.discard(device_id)

    def set_link(self, nic: GuestNic) -> None:
        """See a cable plugged in, or pulled."""
        self._check_device(nic.device_id)

    def screen(self, width: int, height: int) -> bytes:
        """Black."""
        self._check_on()
        return bytes(2 * width * height)

    def resolution(self) -> tuple[int, int]:
        """The size of a synthetic display that no driver has changed."""
        self._check_on()
        return _SCREEN

    def type_text(self, text: str) -> None:
        """Nobody reads it."""
        self._check_on()
        if not text.isascii():
            raise GuestError("A US keyboard has no key for that.")

    def press_key(self, virtual_key: int, *, down: bool) -> None:
        """Nobody feels it."""
        self._check_on()
        if virtual_key not in VIRTUAL_KEYS:
            raise GuestError(
                f"The keyboard has no key 0x{virtual_key:02X} to move {'down' if down else 'up'}."
            )

    def type_scancodes(self, codes: bytes) -> None:
        """Nobody reads them, but they must be whole."""
        self._check_on()
        if codes[-1:] == b"\xe0":
            raise GuestError("The last scan code is not complete.")

    def report(self) -> GuestReport | None:
        """No system is inside that could say something."""
        return None

    def give_items(self, items: Mapping[Pool, Items]) -> None:
        """Nobody reads them."""

    def copy_file(self, copy: FileCopy) -> None:
        """No system is inside that could take it."""
        raise CopyRefused(_NOT_READY, f"No guest takes {copy.name}: the device is not ready.")

    def _check_on(self) -> None:
        if not self._is_on:
            raise GuestError("The guest has ended.")

    def _check_device(self, device_id: str) -> None:
        self._check_on()
        if device_id not in self._drives | self._nics:
            raise GuestError(f"The machine has no device {device_id}.")


class StateOnlyRunner:
    """See :class:`~openhyperv.emulator.guests.machine.GuestRunner`: starting takes no time and no memory."""

    def start(self, machine: GuestMachine, on_event: Callable[[GuestEvent], None]) -> StateOnlyGuest:
        """Boot: the disks must exist, as they must for a real start."""
        for drive in machine.drives:
            if drive.path is not None:
                _check_file(drive.path)
        saved_mark(machine).unlink(missing_ok=True)
        return StateOnlyGuest(machine, on_event)

    def restore(self, machine: GuestMachine, on_event: Callable[[GuestEvent], None]) -> StateOnlyGuest:
        """Go on from a saved state."""
        if not saved_mark(machine).exists():
            raise GuestError("The machine has no saved state.")
        return self.start(machine, on_event)

    def close(self) -> None:
        """Nothing runs."""


def saved_mark(machine: GuestMachine) -> Path:
    """Where :meth:`StateOnlyGuest.save` says that it has saved."""
    return machine.state_dir / "saved" / "nothing"


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise GuestError(f"The file {path.name} does not exist.")
