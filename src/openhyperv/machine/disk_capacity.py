"""How large a virtual disk may be, so that its file stays within a size even when every block is written.

Layouts: "Virtual Hard Disk Image Format Specification" (VHD) and [MS-VHDX] 2.2 (regions), 2.5 (BAT).
Files of virtual disks grow larger than what a guest can put into them.
"""

from __future__ import annotations

from attrs import frozen

from openhyperv.machine.drives import DiskFormat
from openhyperv.machine.limits import DISK_MAX_BYTES

MIB = 1024**2
_VHD_FOOTER_BYTES = 512
_VHD_HEADER_BYTES = 1024
_VHD_SECTOR_BYTES = 512
_VHD_ENTRY_BYTES = 4
_VHDX_HEADERS_BYTES = MIB
_VHDX_ENTRY_BYTES = 8
_VHDX_BITMAP_BYTES = MIB
_VHDX_BITMAP_SECTORS = 1 << 23
"""As many sectors as one bitmap block has bits; their payload blocks make a chunk ([MS-VHDX] 2.5.1)."""

_MOST_OVERHEAD_BYTES = 2 * MIB
"""The most that a block's going gives back beside its own size: a piece of the table, and a bitmap."""


@frozen(kw_only=True)
class DiskLayout:
    """How a file holds its disk. ``block_bytes`` is None for a fixed VHD, which has no blocks."""

    format: DiskFormat
    block_bytes: int | None
    sector_bytes: int = 512
    log_bytes: int = MIB
    metadata_bytes: int = MIB
    has_parent: bool = False


FIXED_VHD = DiskLayout(format=DiskFormat.VHD, block_bytes=None)
DYNAMIC_VHD = DiskLayout(format=DiskFormat.VHD, block_bytes=2 * MIB)
DYNAMIC_VHDX = DiskLayout(format=DiskFormat.VHDX, block_bytes=32 * MIB)
DIFFERENCING_VHDX = DiskLayout(format=DiskFormat.VHDX, block_bytes=2 * MIB, has_parent=True)
"""As Hyper-V makes them by default."""


def full_file_bytes(size_bytes: int, layout: DiskLayout) -> int:
    """The size of a disk's file once every block of it was written."""
    if layout.block_bytes is None:
        return size_bytes + _VHD_FOOTER_BYTES
    blocks = -(-size_bytes // layout.block_bytes)
    if layout.format is DiskFormat.VHD:
        return _full_vhd_bytes(blocks, layout.block_bytes)
    return _full_vhdx_bytes(blocks, layout.block_bytes, layout)


def _full_vhd_bytes(blocks: int, block_bytes: int) -> int:
    bitmap_bytes = _rounded_up(block_bytes // _VHD_SECTOR_BYTES // 8, _VHD_SECTOR_BYTES)
    table_bytes = _rounded_up(blocks * _VHD_ENTRY_BYTES, _VHD_SECTOR_BYTES)
    return 2 * _VHD_FOOTER_BYTES + _VHD_HEADER_BYTES + table_bytes + blocks * (bitmap_bytes + block_bytes)


def _full_vhdx_bytes(blocks: int, block_bytes: int, layout: DiskLayout) -> int:
    chunk_blocks = _VHDX_BITMAP_SECTORS * layout.sector_bytes // block_bytes
    chunks = -(-blocks // chunk_blocks)
    entries = chunks * (chunk_blocks + 1) if layout.has_parent else blocks + max(chunks - 1, 0)
    table_bytes = max(_rounded_up(entries * _VHDX_ENTRY_BYTES, MIB), MIB)
    bitmaps_bytes = chunks * _VHDX_BITMAP_BYTES if layout.has_parent else 0
    regions_bytes = _VHDX_HEADERS_BYTES + layout.log_bytes + layout.metadata_bytes + table_bytes
    return regions_bytes + bitmaps_bytes + blocks * block_bytes


def _rounded_up(number: int, step: int) -> int:
    return -(-number // step) * step


def capacity_bytes(file_bytes: int, layout: DiskLayout) -> int:
    """The largest disk, in whole blocks, whose full file has at most ``file_bytes``; 0 where none fits.

    It is never larger than the format holds.
    """
    most = DISK_MAX_BYTES[layout.format]
    if layout.block_bytes is None:
        return min(max(file_bytes - _VHD_FOOTER_BYTES, 0) // _VHD_SECTOR_BYTES * _VHD_SECTOR_BYTES, most)
    blocks = min(max(file_bytes, 0), most) // layout.block_bytes
    while blocks:
        excess_bytes = full_file_bytes(blocks * layout.block_bytes, layout) - file_bytes
        if excess_bytes <= 0:
            break
        blocks = max(blocks - -(-excess_bytes // (layout.block_bytes + _MOST_OVERHEAD_BYTES)), 0)
    return blocks * layout.block_bytes
