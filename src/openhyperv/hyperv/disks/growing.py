"""Making a machine's disk larger, while it runs where Hyper-V can."""

from __future__ import annotations

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.components import demand_off
from openhyperv.hyperv.disks.disk_files import VirtualDisk
from openhyperv.hyperv.disks.drives import Drive
from openhyperv.hyperv.disks.placing import slot_text
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks, check_growth
from openhyperv.machine.drives import Bus, DiskFormat


def grow(
    session: Session,
    files: VirtualDisks,
    guid: str,
    drive: Drive,
    size_bytes: int,
    on_progress: JobProgress | None,
) -> None:
    """Give the disk in a drive a larger size; nothing is sent where it has that already.

    Since Windows Server 2012 R2 a VHDX on SCSI grows under a running machine (Microsoft, "Online Virtual Hard
    Disk Resizing Overview").
    """
    if drive.file is None or drive.is_dvd:
        raise NotFoundError("No disk file is in that drive.", target=slot_text(drive.slot))
    disk = files.inspect(drive.file)
    if check_growth(disk, size_bytes):
        _check_state(session, guid, drive, disk)
        files.resize(drive.file, size_bytes, on_progress)


def _check_state(session: Session, guid: str, drive: Drive, disk: VirtualDisk) -> None:
    if drive.slot.bus is Bus.IDE:
        demand_off(session, guid, "A disk on IDE grows only while its machine is off.")
    elif disk.format is DiskFormat.VHD:
        demand_off(session, guid, "A disk in VHD format grows only while its machine is off.")
