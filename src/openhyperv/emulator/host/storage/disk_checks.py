"""What Hyper-V looks at in a VM's disks before it starts the VM."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.errors import DiskError
from openhyperv.emulator.guests.machine import GuestDrive
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import HostFiles
from openhyperv.emulator.host.jobs.running import JobFailure


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
