"""Growing and shrinking a VHDX file in place, in an order that leaves a whole file at any moment."""

from __future__ import annotations

import os

from openhyperv.emulator.disks.binary import read_exact, round_up, write_exact, write_zeros
from openhyperv.emulator.disks.extents import Holding, pieces
from openhyperv.emulator.disks.kinds import MIB, DiskType
from openhyperv.emulator.disks.vhdx.geometry import ENTRY_BYTES, Geometry
from openhyperv.emulator.disks.vhdx.making import allocate_blocks
from openhyperv.emulator.disks.vhdx.metadata import write_size
from openhyperv.emulator.disks.vhdx.regions import BAT_REGION, Region, write_regions
from openhyperv.emulator.disks.vhdx.writing import WritableVhdx


def grow(file: WritableVhdx, size_bytes: int, parent_size_bytes: int) -> None:
    """Make the disk larger; what is new reads as zeros, whatever a larger parent has there."""
    old, new = file.geometry, file.geometry_for(size_bytes)
    stale_end = new.blocks
    if new.entries * ENTRY_BYTES > file.regions[BAT_REGION].length:
        _move_table(file, old, new)
        stale_end = min(stale_end, round_up(old.blocks, new.chunk_blocks))
    _forget_blocks(file, new, old.blocks, stale_end)
    file.geometry = new
    if file.metadata.type is DiskType.FIXED:
        end = round_up(file.file_size_bytes, MIB)
        allocate_blocks(file.descriptor, new, file.regions[BAT_REGION], old.blocks, end)
    _hide_stale(file, old.size_bytes, min(size_bytes, parent_size_bytes))
    _finish(file, size_bytes)


def shrink(file: WritableVhdx, size_bytes: int) -> None:
    """Make the disk smaller, and the file where blocks at its end have become free."""
    old, new = file.geometry, file.geometry_for(size_bytes)
    _finish(file, size_bytes)
    _forget_blocks(file, old, new.blocks, old.blocks)
    held = file.extents(0, round_up(size_bytes, new.block_bytes))
    tables = [region.offset + region.length for region in file.regions.values()]
    tables.append(file.header.log_offset + file.header.log_length)
    blocks = (round_up(each.file_offset + each.length, MIB) for each in held if each.holding is Holding.DATA)
    if not new.has_parent:
        os.ftruncate(file.descriptor, max(*tables, *blocks))
    os.fsync(file.descriptor)


def _finish(file: WritableVhdx, size_bytes: int) -> None:
    file.flush()
    write_size(file.descriptor, file.metadata, size_bytes)
    os.fsync(file.descriptor)
    file.reload()


def _move_table(file: WritableVhdx, old: Geometry, new: Geometry) -> None:
    """Copy the block allocation table to the end of the file, with room, and point the regions there."""
    old_offset = file.regions[BAT_REGION].offset
    offset = round_up(file.file_size_bytes, MIB)
    region = Region(offset, round_up(new.entries * ENTRY_BYTES, MIB))
    os.ftruncate(file.descriptor, offset + region.length)
    for index, _, length in pieces(0, old.entries * ENTRY_BYTES, MIB):
        table = read_exact(file.descriptor, old_offset + index * MIB, length)
        write_exact(file.descriptor, offset + index * MIB, table)
    os.fsync(file.descriptor)
    write_regions(file.descriptor, {**file.regions, BAT_REGION: region})
    os.fsync(file.descriptor)
    file.reload()


def _forget_blocks(file: WritableVhdx, geometry: Geometry, first_block: int, end_block: int) -> None:
    """Clear the entries of these blocks, and of the bitmaps that serve none but them."""
    table = file.regions[BAT_REGION].offset
    step = geometry.chunk_blocks
    for chunk, within, count in pieces(first_block, end_block - first_block, step):
        first = geometry.payload_entry(chunk * step + within)
        whole_chunk = within == 0 and geometry.has_parent
        end = geometry.bitmap_entry(chunk * step) + 1 if whole_chunk else first + count
        write_zeros(file.descriptor, table + first * ENTRY_BYTES, (end - first) * ENTRY_BYTES)


def _hide_stale(file: WritableVhdx, start: int, parent_end: int) -> None:
    """Let what lies behind the old end read as zeros: the rest of its block, and the parent's data."""
    tail_end = round_up(start, file.geometry.block_bytes)
    stale = [each for each in file.extents(start, tail_end - start) if each.holding is Holding.DATA]
    for extent in stale:
        file.write_zeros(extent.start, extent.length)
    if parent_end > start:
        file.write_zeros(start, parent_end - start)
