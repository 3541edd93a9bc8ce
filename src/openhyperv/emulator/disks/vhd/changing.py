"""Growing a VHD file and naming another parent, in place and in an order that leaves a whole file."""

from __future__ import annotations

import os
from uuid import UUID

from attrs import evolve

from openhyperv.emulator.disks.binary import read_exact, round_up, write_exact, write_zeros
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.vhd.file import ENTRY_BYTES, NO_BLOCK
from openhyperv.emulator.disks.vhd.footer import FOOTER_BYTES, SECTOR_BYTES
from openhyperv.emulator.disks.vhd.header import DynamicHeader, Parent, pack_paths
from openhyperv.emulator.disks.vhd.writing import WritableVhd


def grow(file: WritableVhd, size_bytes: int) -> None:
    """Make a fixed or dynamic disk larger; what is new reads as zeros."""
    if file.header is None:
        _grow_fixed(file, size_bytes)
        return
    entries = -(-size_bytes // file.header.block_bytes)
    _make_room(file, file.header, file.header.table_offset + round_up(entries * ENTRY_BYTES, SECTOR_BYTES))
    old_end = file.header.table_offset + file.header.table_entries * ENTRY_BYTES
    new_end = file.header.table_offset + entries * ENTRY_BYTES
    write_exact(file.descriptor, old_end, b"\xff" * max(0, new_end - old_end))
    _hide_stale(file, file.header)
    os.fsync(file.descriptor)
    write_header(file, evolve(file.header, table_entries=max(entries, file.header.table_entries)))
    os.fsync(file.descriptor)
    _write_footers(file, size_bytes)


def _grow_fixed(file: WritableVhd, size_bytes: int) -> None:
    """A crash in the middle leaves the old footer in what is new, where no partition is yet."""
    old_end = file.data_end
    file.footer = evolve(file.footer, size_bytes=size_bytes)
    file.move_footer(size_bytes)
    os.fsync(file.descriptor)
    write_zeros(file.descriptor, old_end, min(FOOTER_BYTES, size_bytes - old_end))
    os.fsync(file.descriptor)


def _make_room(file: WritableVhd, header: DynamicHeader, table_end: int) -> None:
    """Move blocks that lie where the longer table will be to the end of the file."""
    length = file.bitmap_bytes + header.block_bytes
    table = read_exact(file.descriptor, header.table_offset, header.table_entries * ENTRY_BYTES)
    for block in range(header.table_entries):
        entry = int.from_bytes(table[block * ENTRY_BYTES : (block + 1) * ENTRY_BYTES])
        if entry == NO_BLOCK or entry * SECTOR_BYTES >= table_end:
            continue
        offset = max(round_up(file.data_end, SECTOR_BYTES), table_end)
        file.move_footer(offset + length)
        write_exact(file.descriptor, offset, read_exact(file.descriptor, entry * SECTOR_BYTES, length))
        os.fsync(file.descriptor)
        place = header.table_offset + block * ENTRY_BYTES
        write_exact(file.descriptor, place, (offset // SECTOR_BYTES).to_bytes(ENTRY_BYTES))
    if file.data_end < table_end:
        file.move_footer(table_end)


def _hide_stale(file: WritableVhd, header: DynamicHeader) -> None:
    """Let the rest of the last block, behind the old end of the disk, read as zeros."""
    size = file.footer.size_bytes
    file.write_zeros(size, round_up(size, header.block_bytes) - size)


def write_header(file: WritableVhd, header: DynamicHeader) -> None:
    """Put the header in place, its parent's paths behind the last block before."""
    offset = file.data_end
    if header.parent:
        paths = pack_paths(header.parent)
        file.move_footer(offset + len(paths))
        write_exact(file.descriptor, offset, paths)
        os.fsync(file.descriptor)
    write_exact(file.descriptor, file.footer.header_offset, header.packed(offset))
    file.header = header


def _write_footers(file: WritableVhd, size_bytes: int) -> None:
    file.footer = evolve(file.footer, size_bytes=size_bytes)
    if file.header is not None:
        write_exact(file.descriptor, 0, file.footer.packed())
    write_exact(file.descriptor, file.data_end, file.footer.packed())
    os.fsync(file.descriptor)


def adopt(file: WritableVhd, parent: Parent) -> None:
    """Let a differencing disk have another parent.

    :raises DiskError: INVALID_TYPE, a fixed disk has no header to name one
    """
    if file.header is None:
        raise DiskError(DiskCode.INVALID_TYPE, "A fixed VHD has no parent")
    write_header(file, evolve(file.header, parent=parent))
    os.fsync(file.descriptor)


def write_disk_id(file: WritableVhd, disk_id: UUID) -> None:
    """Change the disk's identity: its children, if any, no longer match."""
    file.footer = evolve(file.footer, unique_id=disk_id)
    _write_footers(file, file.footer.size_bytes)
