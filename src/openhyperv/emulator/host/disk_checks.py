"""What Hyper-V looks at in a VM's disks before it starts the VM."""

from __future__ import annotations

from collections.abc import Iterable

from openhyperv.emulator.guests.machine import GuestDrive
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.jobs import JobFailure


def check_disks(drives: Iterable[GuestDrive], generation: int) -> None:
    """Refuse disks that the VM could not use.

    :raises JobFailure: a VHD in a generation 2 VM
    """
    for drive in drives:
        if drive.path is None or drive.is_dvd:
            continue
        if generation == 2 and drive.path.suffix.lower() == ".vhd":
            raise JobFailure(Code.FAILED, f"'{drive.path.name}': generation 2 boots from VHDX files only.")
