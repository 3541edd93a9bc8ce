"""The file for a disk of a specification."""

from __future__ import annotations

from openhyperv.errors import HyperVError, JobError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.disk_files import DiskType, VirtualDisk
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.machine.drives import Disk, DiskFormat, ExistingDisk, FromImage


def make_disk(disks: VirtualDisks, disk: Disk, folder: WindowsPath) -> str:
    """Create the file for a disk in ``folder``, or take the existing one that it names; returns its path.

    An image becomes a differencing disk on it; a VHD that has to be larger than its image becomes a resized
    copy, since a differencing VHD cannot grow. A file that is what it would become, left by a run that broke
    off, is taken as it is.
    """
    source = disk.source
    if isinstance(source, ExistingDisk):
        return source.path
    path = str(folder / f"{disk.name}.{source.format.value}")
    if isinstance(source, FromImage) and _is_copied(disk, source):
        _copy(disks, path, source, disk.size_bytes or source.virtual_size_bytes)
        return path
    parent = source.path if isinstance(source, FromImage) else None
    try:
        disks.create(path, size_bytes=disk.size_bytes, parent=parent)
    except JobError:
        if not _is_there(disks, path, disk.size_bytes, parent):
            raise
    return path


def _is_copied(disk: Disk, source: FromImage) -> bool:
    return source.format is DiskFormat.VHD and disk.size_bytes not in (None, source.virtual_size_bytes)


def _copy(disks: VirtualDisks, path: str, source: FromImage, size_bytes: int) -> None:
    try:
        disks.convert(source.path, path)
    except JobError:
        present = _found(disks, path)
        # UNVERIFIED: a conversion that did not end leaves no file behind
        if present is None or present.size_bytes not in (source.virtual_size_bytes, size_bytes):
            raise
    disks.grow(path, size_bytes)


def _is_there(disks: VirtualDisks, path: str, size_bytes: int | None, parent: str | None) -> bool:
    present = _found(disks, path)
    if present is None or size_bytes not in (None, present.size_bytes):
        return False
    disk_type = DiskType.DYNAMIC if parent is None else DiskType.DIFFERENCING
    return present.type is disk_type and present.parent.lower() == (parent or "").lower()


def _found(disks: VirtualDisks, path: str) -> VirtualDisk | None:
    try:
        return disks.inspect(path)
    except HyperVError:
        return None
