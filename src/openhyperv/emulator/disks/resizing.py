"""Resize-VHD: in place, at rest; the file is whole at any moment."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.errors import DiskCode, DiskError, disk_errors
from openhyperv.emulator.disks.inspecting import minimum_size
from openhyperv.emulator.disks.kinds import DiskFormat, DiskInfo, DiskType
from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.disks.paths import Resolve
from openhyperv.emulator.disks.vhd import changing as vhd
from openhyperv.emulator.disks.vhd import footer as vhd_footer
from openhyperv.emulator.disks.vhd.writing import WritableVhd
from openhyperv.emulator.disks.vhdx import metadata as vhdx_metadata
from openhyperv.emulator.disks.vhdx import resizing as vhdx
from openhyperv.emulator.disks.vhdx.writing import WritableVhdx

_SIZE_MAX = {DiskFormat.VHD: vhd_footer.SIZE_MAX, DiskFormat.VHDX: vhdx_metadata.SIZE_MAX}


def resize(path: Path, size_bytes: int, resolve: Resolve) -> None:
    """Grow a disk, or shrink a VHDX down to its last partition.

    :raises DiskError: INVALID_SIZE; NOT_SUPPORTED, a VHD that shrinks or has a parent;
        WOULD_TRUNCATE_DATA and NO_MINIMUM_SIZE, a disk that cannot become so small
    """
    with Chain.open(path, resolve) as chain:
        info = chain.layers[0].info
        parent_bytes = chain.layers[1].info.size_bytes if len(chain.layers) > 1 else 0
    _check(info, size_bytes)
    if size_bytes == info.size_bytes:
        return
    if size_bytes < info.size_bytes:
        _check_minimum(minimum_size(path, resolve), size_bytes)
    with disk_errors(), closing(open_writable(path)) as file:
        if isinstance(file, WritableVhdx):
            file.stamp()
        set_size(file, size_bytes, parent_bytes)


def set_size(file: WritableVhdx | WritableVhd, size_bytes: int, parent_bytes: int) -> None:
    """Change the size of an open file; ``parent_bytes`` is the size of its parent, 0 without one."""
    if isinstance(file, WritableVhd):
        vhd.grow(file, size_bytes)
    elif size_bytes > file.metadata.size_bytes:
        vhdx.grow(file, size_bytes, parent_bytes)
    else:
        vhdx.shrink(file, size_bytes)


def _check(info: DiskInfo, size_bytes: int) -> None:
    if not 0 < size_bytes <= _SIZE_MAX[info.format] or size_bytes % info.logical_sector_bytes:
        raise DiskError(DiskCode.INVALID_SIZE, f"The disk cannot have {size_bytes} bytes")
    shrinks = size_bytes < info.size_bytes
    if info.format is DiskFormat.VHD and (shrinks or info.type is DiskType.DIFFERENCING):
        raise DiskError(DiskCode.NOT_SUPPORTED, "A VHD cannot shrink, and not grow as a differencing disk")


def _check_minimum(minimum: int | None, size_bytes: int) -> None:
    if minimum is None:
        raise DiskError(
            DiskCode.NO_MINIMUM_SIZE, "The disk has no partition table to tell how small it can be"
        )
    if size_bytes < minimum:
        raise DiskError(DiskCode.WOULD_TRUNCATE_DATA, f"Partitions of the disk reach up to {minimum} bytes")
