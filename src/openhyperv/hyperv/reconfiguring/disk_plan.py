"""What becomes of a machine's disks: which grow, which come, which go. Read before anything is changed.

Disks never shrink. A disk that a new specification does not name stays where it is, since it may hold what
its user wants to keep; only ephemeral disks go, with their files.
"""

from __future__ import annotations

import re

from attrs import frozen

from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.disk_files import VirtualDisk
from openhyperv.hyperv.disks.drives import Drive
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks, check_growth
from openhyperv.hyperv.reconfiguring.present import Present
from openhyperv.machine.drives import Disk, ExistingDisk
from openhyperv.machine.spec import MachineSpec

_EPHEMERAL = re.compile(r"eph\d+\.vhdx?", re.IGNORECASE)
"""What OpenStack's driver for Hyper-V calls ephemeral disks."""


@frozen
class Growth:
    """A disk file that is to hold more."""

    drive: Drive
    disk: VirtualDisk
    size_bytes: int


@frozen
class DiskPlan:
    """What is to be done. ``kept`` are the drives of disks that are there, by the names of the disks."""

    kept: dict[str, Drive]
    growing: tuple[Growth, ...]
    coming: tuple[Disk, ...]
    going: tuple[Drive, ...]
    stray_files: tuple[WindowsPath, ...]

    def words(self) -> list[str]:
        """What it changes, for people."""
        growing = [f"the size of {each.drive.file}" for each in self.growing]
        coming = [f"the disk {each.name}" for each in self.coming]
        return [*growing, *coming, *(f"the disk {each.file}" for each in self.going)]


def file_of(disk: Disk, folder: WindowsPath) -> str:
    """The file of a disk of a specification."""
    if isinstance(disk.source, ExistingDisk):
        return disk.source.path
    return str(folder / f"{disk.name}.{disk.source.format.value}")


def plan_disks(present: Present, spec: MachineSpec, files: HostFiles, disks: VirtualDisks) -> DiskPlan:
    """Compare; one request for each disk that has a size of its own, and a listing of the machine's folder.

    :raises ConflictError: a disk would become smaller; nothing was changed
    """
    found = {disk.name: present.storage.holding(file_of(disk, present.folder)) for disk in spec.disks}
    kept = {name: drive for name, drive in found.items() if drive is not None}
    growing = []
    for disk in spec.disks:
        drive = kept.get(disk.name)
        if drive is not None and drive.file is not None and disk.size_bytes is not None:
            has = disks.inspect(drive.file)
            if check_growth(has, disk.size_bytes):
                growing.append(Growth(drive, has, disk.size_bytes))
    going = _going(present, spec)
    return DiskPlan(
        kept=kept,
        growing=tuple(growing),
        coming=tuple(disk for disk in spec.disks if disk.name not in kept),
        going=going,
        stray_files=_strays(present, spec, going, files),
    )


def _going(present: Present, spec: MachineSpec) -> tuple[Drive, ...]:
    wanted = {file_of(disk, present.folder).lower() for disk in spec.disks}
    return tuple(
        drive
        for drive in present.storage.drives
        if drive.file is not None and drive.file.lower() not in wanted and _is_ephemeral(drive.file, present)
    )


def _is_ephemeral(file: str, present: Present) -> bool:
    path = WindowsPath.parse(file)
    return path.parent == present.folder and _EPHEMERAL.fullmatch(path.name) is not None


def _strays(
    present: Present, spec: MachineSpec, going: tuple[Drive, ...], files: HostFiles
) -> tuple[WindowsPath, ...]:
    """Ephemeral disks that no drive will hold: those that go, and those that an earlier run detached."""
    wanted = {file_of(disk, present.folder).lower() for disk in spec.disks}
    held = {(drive.file or "").lower() for drive in present.storage.drives if drive not in going}
    found = [present.folder / status.name for status in files.list(present.folder) if not status.is_folder]
    return tuple(
        path for path in found if _is_ephemeral(str(path), present) and str(path).lower() not in wanted | held
    )
