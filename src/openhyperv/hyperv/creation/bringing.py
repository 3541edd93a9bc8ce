"""Files of another host that a new machine gets, such as the disks of one that moves from there."""

from __future__ import annotations

from attrs import frozen

from openhyperv.files.carrying import carry_file
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.flattening import flatten
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks, check_growth, never_grows
from openhyperv.machine.drives import Disk


@frozen
class BroughtFile:
    """A file of the host behind ``files``, and where it shall be: in the folder of the machine.

    ``parent`` is where this host has the disk that it builds on, with the same content as the other host's.
    """

    files: HostFiles
    source: WindowsPath
    target: WindowsPath
    parent: WindowsPath | None = None


def bring(brought: BroughtFile, share: HostFiles, disks: VirtualDisks) -> None:
    """Carry a file here; a disk then knows its parent here, which may have an identifier of its own.

    :raises NotFoundError, ConflictError, QuotaError: as :func:`openhyperv.files.carrying.carry_file`
    """
    carry_file(brought.files, brought.source, share, brought.target)
    if brought.parent is not None:
        disks.reconnect(str(brought.target), str(brought.parent), ignore_mismatch=True)


def fit_disk(disks: VirtualDisks, share: HostFiles, disk: Disk, path: WindowsPath) -> str:
    """Let a disk that was brought have the size of its specification; returns its path.

    :raises ConflictError: it would become smaller
    """
    if disk.size_bytes is not None:
        present = disks.inspect(str(path))
        if never_grows(present) and present.size_bytes < disk.size_bytes:
            flatten(disks, share, path)
            present = disks.inspect(str(path))
        if check_growth(present, disk.size_bytes):
            disks.resize(str(path), disk.size_bytes)
    return str(path)
