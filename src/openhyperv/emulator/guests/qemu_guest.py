"""One guest that runs in QEMU."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Event, RLock, Thread

from attrs import frozen

from openhyperv.emulator.children import Child
from openhyperv.emulator.guests.agent.agent import GuestAgent
from openhyperv.emulator.guests.counters import GuestCounters
from openhyperv.emulator.guests.descriptors import Sent
from openhyperv.emulator.guests.exchange import FileCopy, GuestReport, Items, Pool
from openhyperv.emulator.guests.fate import Fate
from openhyperv.emulator.guests.keyboard import Keyboard
from openhyperv.emulator.guests.machine import GuestDrive, GuestError, GuestMachine, GuestNic
from openhyperv.emulator.guests.monitor import Monitor
from openhyperv.emulator.guests.plugging import Plugging, Removals
from openhyperv.emulator.guests.process_time import processor_time_s
from openhyperv.emulator.guests.saved_state import SavedState
from openhyperv.emulator.guests.screen import Picture, read_ppm
from openhyperv.emulator.guests.sizing import GuestMemory
from openhyperv.emulator.guests.throttling import limit_operations
from openhyperv.emulator.guests.wiring import Wiring

_QUIT_TIMEOUT_S = 30.0
_LOG = logging.getLogger(__name__)


@frozen
class Parts:
    """What a running guest is made of; ``rest`` is closed when it has ended, which folds its disks."""

    child: Child
    monitor: Monitor
    wiring: Wiring
    plugging: Plugging
    removals: Removals
    fate: Fate
    agent: GuestAgent
    rest: ExitStack


class QemuGuest:
    """See :class:`~openhyperv.emulator.guests.machine.Guest`."""

    def __init__(self, machine: GuestMachine, parts: Parts) -> None:
        self._parts = parts
        self._dvds = {drive.device_id: drive for drive in machine.drives if drive.is_dvd}
        self._saved_state = SavedState.of(machine.state_dir)
        self._fate = parts.fate
        self._monitor = parts.monitor
        self._keyboard = Keyboard(parts.monitor)
        self._memory = GuestMemory(parts.monitor, machine)
        self._lock = RLock()
        self._is_over = Event()
        self._end_error: GuestError | None = None
        self._watcher = Thread(target=self._watch, name=f"guest {machine.name}", daemon=True)
        self._watcher.start()

    @property
    def process_id(self) -> int | None:
        """QEMU's process; None once it has ended."""
        return self._parts.child.pid if self._parts.child.is_running else None

    def processor_s(self) -> float:
        """QEMU's processor time; 0 once it has ended."""
        process_id = self.process_id
        return processor_time_s(process_id) if process_id is not None else 0.0

    def counters(self) -> GuestCounters:
        """QEMU's processor time, its block layer's counts, and what has passed the ports of its cards."""
        plugging = self._parts.plugging
        return GuestCounters(self.processor_s(), plugging.drive_counters(), plugging.nic_counters())

    def pause(self) -> None:
        """Freeze the processors."""
        self._monitor.execute("stop")

    def resume(self) -> None:
        """Let the processors run."""
        self._monitor.execute("cont")

    def reset(self) -> None:
        """Press the reset button."""
        self._monitor.execute("system_reset")

    def inject_nmi(self) -> None:
        """Send a non-maskable interrupt."""
        self._monitor.execute("inject-nmi")

    def press_power_button(self) -> None:
        """Press the ACPI power button."""
        self._monitor.execute("system_powerdown")

    def turn_off(self) -> None:
        """Pull the plug; returns when QEMU is gone and the disks are whole."""
        self._fate.seal()
        self._quit()

    def save(self) -> None:
        """Write memory and devices, then end; a guest that cannot be saved goes on."""
        with self._lock:
            was_running = self._monitor.execute("query-status")["running"]
            self._monitor.execute("stop")
            try:
                self._saved_state.write(self._monitor, self._parts.wiring)
            except GuestError:
                if was_running:
                    self._monitor.execute("cont")
                raise
            self._fate.seal()
        self._quit()

    def checkpoint(self, moves: Sequence[tuple[str, Path, Path]]) -> None:
        """Freeze disks and go on with new leaves."""
        with self._lock:
            self._parts.plugging.checkpoint(moves)

    def add_drive(self, drive: GuestDrive) -> None:
        """Hot-plug a SCSI drive."""
        with self._lock:
            self._parts.plugging.add_drive(drive)
            if drive.is_dvd:
                self._dvds[drive.device_id] = drive

    def remove_drive(self, device_id: str) -> None:
        """Hot-unplug a SCSI drive."""
        with self._lock:
            self._parts.plugging.remove_drive(device_id)
            self._dvds.pop(device_id, None)

    def change_medium(self, device_id: str, path: Path | None) -> None:
        """Insert or eject a DVD."""
        with self._lock:
            if device_id not in self._dvds:
                raise GuestError(f"The machine has no DVD drive {device_id}.")
            self._parts.plugging.change_medium(self._dvds[device_id], path)

    def resize_drive(self, device_id: str, size_bytes: int) -> None:
        """Grow a SCSI disk."""
        with self._lock:
            self._parts.plugging.resize_drive(device_id, size_bytes)

    def limit_drive(self, device_id: str, maximum_iops: int) -> None:
        """Limit a disk's operations."""
        with self._lock:
            limit_operations(self._monitor, device_id, maximum_iops)

    def resize_memory(self, memory_mb: int) -> None:
        """Let the guest plug memory in or out, or inflate its balloon."""
        with self._lock:
            self._memory.resize(memory_mb)

    def add_nic(self, nic: GuestNic) -> None:
        """Hot-plug a network card."""
        with self._lock:
            self._parts.plugging.add_nic(nic)

    def remove_nic(self, device_id: str) -> None:
        """Hot-unplug a network card."""
        with self._lock:
            self._parts.plugging.remove_nic(device_id)

    def set_link(self, nic: GuestNic) -> None:
        """Plug a network card's cable in, or pull it."""
        with self._lock:
            self._parts.plugging.set_link(nic)

    def screen(self, width: int, height: int) -> bytes:
        """The screen as a thumbnail."""
        return self._picture().scaled_rgb565(width, height)

    def resolution(self) -> tuple[int, int]:
        """The screen's own size."""
        picture = self._picture()
        return picture.width, picture.height

    def type_text(self, text: str) -> None:
        """Type characters."""
        self._keyboard.type_text(text)

    def press_key(self, virtual_key: int, *, down: bool) -> None:
        """Move one key."""
        self._keyboard.press(virtual_key, down=down)

    def type_scancodes(self, codes: bytes) -> None:
        """Send set 1 scan codes."""
        self._keyboard.type_scancodes(codes)

    def report(self) -> GuestReport | None:
        """What the agent inside said last."""
        return self._parts.agent.report

    def give_items(self, items: Mapping[Pool, Items]) -> None:
        """Leave items where the agent inside writes them."""
        self._parts.agent.give(items)

    def copy_file(self, copy: FileCopy) -> None:
        """Have the agent inside write a file."""
        self._parts.agent.copy_file(copy)

    def _picture(self) -> Picture:
        target = os.memfd_create("screen", os.MFD_CLOEXEC)
        with os.fdopen(target, "rb") as file:
            sent = Sent(self._monitor)
            name = sent.writer(target)
            try:
                self._monitor.execute("screendump", filename=name)
            finally:
                sent.forget([name])
            file.seek(0)
            return read_ppm(file.read())

    def _quit(self) -> None:
        """End QEMU unless it has ended; one that no longer listens is killed."""
        try:
            self._monitor.execute("quit")
        except GuestError:
            self._parts.child.kill()
        if not self._is_over.wait(_QUIT_TIMEOUT_S):
            self._parts.child.kill()
            self._is_over.wait()
        if self._end_error is not None:
            raise self._end_error

    def _watch(self) -> None:
        """Wait for QEMU's end, however it comes, and leave nothing of it; then tell."""
        self._parts.child.wait()
        self._monitor.finish()
        self._parts.removals.end()
        try:
            with self._lock:
                self._parts.rest.close()
        except GuestError as error:
            _LOG.exception("A disk was not folded; its overlay is kept.")
            self._end_error = error
        finally:
            self._is_over.set()
            self._fate.conclude()
