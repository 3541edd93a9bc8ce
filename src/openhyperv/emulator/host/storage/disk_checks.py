"""What Hyper-V looks at in disks before a VM has them: when it starts, or while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.errors import DiskError
from openhyperv.emulator.guests.machine import GuestDrive
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import HostFiles
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.storage.disk_use import SHARING_VIOLATION, DiskInUse, DiskUse


def check_disks(drives: Iterable[GuestDrive], generation: int, files: HostFiles) -> None:
    """Refuse disks that the VM could not use.

    :raises JobFailure: a VHD in a generation 2 VM, a damaged file, a parent that is missing or was changed
    """
    for drive in drives:
        if drive.path is not None and not drive.is_dvd:
            _check_disk(drive.path, generation, files)


def _check_disk(path: Path, generation: int, files: HostFiles) -> None:
    if generation == 2 and path.suffix.lower() == ".vhd":
        raise JobFailure(Code.FAILED, f"'{files.windows(path)}': generation 2 boots from VHDX files only.")
    try:
        with Chain.open(path, files.local):
            pass
    except DiskError as error:
        text = (
            f"Failed to open attachment '{files.windows(path)}'. Error: '{error.text}' (0x{error.code:08X})."
        )
        raise JobFailure(Code.FAILED, text, error.code) from error


def check_free(disk_use: DiskUse, system: VirtualSystem, drives: Iterable[GuestDrive]) -> None:
    """Refuse disks that somebody else has open.

    :raises JobFailure: another running machine or a job has one
    """
    try:
        disk_use.check_start(system, drives)
    except DiskInUse as error:
        path = disk_use.files.windows(error.path)
        text = f"Failed to open attachment '{path}'. The file is in use (0x{SHARING_VIOLATION:08X})."
        raise JobFailure(Code.FAILED, text, SHARING_VIOLATION) from error
