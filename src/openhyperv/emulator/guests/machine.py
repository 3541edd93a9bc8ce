"""What the emulated Hyper-V asks of a guest runner: the contract between host state and QEMU."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from attrs import field, frozen

from openhyperv.emulator.guests.counters import GuestCounters
from openhyperv.emulator.guests.exchange import FileCopy, GuestReport, Items, Pool


class Template(StrEnum):
    """Secure Boot templates by the name Hyper-V gives them."""

    MICROSOFT_WINDOWS = "MicrosoftWindows"
    MICROSOFT_UEFI_CA = "MicrosoftUEFICertificateAuthority"
    OPEN_SOURCE_SHIELDED_VM = "OpenSourceShieldedVM"


class Bus(StrEnum):
    """What a drive hangs on."""

    IDE = "ide"
    SCSI = "scsi"


@frozen
class GuestDrive:
    """A disk or DVD drive: ``device_id`` is stable over the VM's life; an empty DVD drive has no path.

    ``maximum_iops`` counts operations of 8 KB per second; 0 is no limit.
    """

    device_id: str
    bus: Bus
    controller: int
    slot: int
    path: Path | None
    is_dvd: bool = False
    read_only: bool = False
    maximum_iops: int = 0


@frozen
class GuestNode:
    """A NUMA node that the guest sees."""

    vcpus: int
    memory_mb: int


@frozen
class GuestNic:
    """A network card; ``mac`` is 12 hex digits."""

    device_id: str
    mac: str
    connected: bool = False


@frozen
class GuestMachine:
    """Everything a runner needs to run a VM. ``boot_order`` lists device_ids, first choice first.

    ``nodes`` add up to ``vcpus`` and ``memory_mb``, if there are any; ``maximum_memory_mb`` is what the
    machine may get while it runs.
    """

    guid: str
    name: str
    generation: int
    vcpus: int
    memory_mb: int
    state_dir: Path
    drives: Sequence[GuestDrive] = ()
    nics: Sequence[GuestNic] = ()
    serial_pipes: Sequence[str | None] = (None, None)
    """Pipe names of COM1 and COM2 without the ``\\\\.\\pipe\\`` prefix; None is an unconnected port."""
    boot_order: Sequence[str] = ()
    secure_boot: Template | None = None
    has_tpm: bool = False
    tpm_key: bytes | None = field(default=None, repr=False)
    """What the TPM's memory is encrypted with; None leaves it in the clear."""
    nodes: Sequence[GuestNode] = ()
    sockets: int = 1
    maximum_memory_mb: int = 0


class GuestEvent(StrEnum):
    """What a guest can do by itself."""

    POWERED_OFF = "powered off"
    REBOOTED = "rebooted"
    CRASHED = "crashed"
    HEARTBEAT = "heartbeat"


class GuestError(Exception):
    """A guest could not be started or would not do as told; the text becomes the job's error."""


class CopyRefused(GuestError):  # noqa: N818  # read as an outcome where it is caught
    """A guest does not take a file; ``status`` is the Win32 code for why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Guest(Protocol):
    """One running guest. Every call blocks until done and raises :class:`GuestError` when it fails."""

    @property
    def process_id(self) -> int | None:
        """The worker process, as Msvm_ComputerSystem.ProcessID shows it."""
        ...

    def processor_s(self) -> float:
        """Its processor time since it began to run; the guest itself is not asked."""
        ...

    def counters(self) -> GuestCounters:
        """What it has used since it began to run."""
        ...

    def pause(self) -> None:
        """Freeze the processors."""
        ...

    def resume(self) -> None:
        """Let a paused guest go on."""
        ...

    def reset(self) -> None:
        """Press the reset button."""
        ...

    def inject_nmi(self) -> None:
        """Send a non-maskable interrupt to the processors."""
        ...

    def press_power_button(self) -> None:
        """Ask the guest to shut down; POWERED_OFF follows if it obeys."""
        ...

    def turn_off(self) -> None:
        """Pull the plug. Disk contents are folded into their VHD/VHDX files before it returns."""
        ...

    def save(self) -> None:
        """Write memory and devices into ``state_dir`` and end; disks are folded."""
        ...

    def checkpoint(self, moves: Sequence[tuple[str, Path, Path]]) -> None:
        """Freeze disks, each (device_id, frozen file, new differencing leaf), and go on with the leaf."""
        ...

    def add_drive(self, drive: GuestDrive) -> None:
        """Hot-plug a SCSI drive."""
        ...

    def remove_drive(self, device_id: str) -> None:
        """Hot-unplug a SCSI drive; its disk is folded."""
        ...

    def change_medium(self, device_id: str, path: Path | None) -> None:
        """Insert or eject a DVD."""
        ...

    def resize_drive(self, device_id: str, size_bytes: int) -> None:
        """Grow a SCSI disk; the guest sees the new size without a restart."""
        ...

    def limit_drive(self, device_id: str, maximum_iops: int) -> None:
        """Let a disk do so many operations per second from now on; 0 lifts the limit."""
        ...

    def resize_memory(self, memory_mb: int) -> None:
        """Give the guest more memory, or take some of it."""
        ...

    def add_nic(self, nic: GuestNic) -> None:
        """Hot-plug a network card."""
        ...

    def remove_nic(self, device_id: str) -> None:
        """Hot-unplug a network card."""
        ...

    def set_link(self, nic: GuestNic) -> None:
        """Plug a network card's cable in, or pull it."""
        ...

    def screen(self, width: int, height: int) -> bytes:
        """The screen scaled to that size: RGB565 little-endian, rows from the top, 2*width*height bytes."""
        ...

    def resolution(self) -> tuple[int, int]:
        """The screen's own width and height in pixels."""
        ...

    def type_text(self, text: str) -> None:
        """Type characters on a US keyboard."""
        ...

    def press_key(self, virtual_key: int, *, down: bool) -> None:
        """Press or release a Windows virtual key."""
        ...

    def type_scancodes(self, codes: bytes) -> None:
        """Send set 1 scan codes."""
        ...

    def report(self) -> GuestReport | None:
        """What the system inside said last; None while nobody inside answers. Returns at once."""
        ...

    def give_items(self, items: Mapping[Pool, Items]) -> None:
        """Have the system inside know these items, now or as soon as it listens. Returns at once."""
        ...

    def copy_file(self, copy: FileCopy) -> None:
        """Bring a file into the guest; raises :class:`CopyRefused` where it does not take it."""
        ...


class GuestRunner(Protocol):
    """Starts guests. ``on_event`` may be called from any thread, never after the guest's last event."""

    def start(self, machine: GuestMachine, on_event: Callable[[GuestEvent], None]) -> Guest:
        """Boot; returns once the firmware runs.

        :raises GuestError: it cannot start: missing or broken disk, no memory, no such program
        """
        ...

    def restore(self, machine: GuestMachine, on_event: Callable[[GuestEvent], None]) -> Guest:
        """Go on from the state that :meth:`Guest.save` wrote into ``machine.state_dir``."""
        ...

    def close(self) -> None:
        """End every guest that still runs, and everything started for them."""
        ...
