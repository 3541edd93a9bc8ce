"""Changing the contents of a VHDX file in place.

The log stays empty, so the order of writes keeps the file whole: data reach the disk before the entry of the
block allocation table that leads to them, and such an entry lies within one sector. What is overwritten in
place can be torn by a crash; every caller keeps its source until it is done and then writes it again.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid4

from attrs import evolve

from openhyperv.emulator.disks.binary import read_exact, round_up, write_exact, write_zeros, zero_parts
from openhyperv.emulator.disks.extents import pieces, with_bits
from openhyperv.emulator.disks.kinds import MIB, DiskType
from openhyperv.emulator.disks.vhdx.file import VhdxFile
from openhyperv.emulator.disks.vhdx.geometry import (
    BITMAP_BLOCK_BYTES,
    ENTRY_BYTES,
    BlockState,
    make_entry,
    offset_of,
    state_of,
)
from openhyperv.emulator.disks.vhdx.header import write_headers
from openhyperv.emulator.disks.vhdx.metadata import write_locator
from openhyperv.emulator.disks.vhdx.regions import BAT_REGION, METADATA_REGION

_PENDING_MAX = 4096


class WritableVhdx(VhdxFile):
    """A VHDX file that can be written. ``flush`` before reading it back or closing it."""

    def __init__(self, path: Path) -> None:
        self._pending: dict[int, int] = {}
        super().__init__(path, writable=True)

    def stamp(self, content_id: UUID | None = None) -> None:
        """Give the contents a new identity, or that one: children of the old one no longer match.

        [MS-VHDX] 2.2.2: FileWriteGuid and DataWriteGuid change before the first write after an open.
        """
        header = evolve(self.header, file_id=uuid4(), data_id=content_id or uuid4())
        self.header = write_headers(self.descriptor, header)
        os.fsync(self.descriptor)

    def adopt(self, locator: Mapping[str, str]) -> None:
        """Let the disk have the parent that the locator leads to; its contents keep their identity."""
        write_locator(self.descriptor, self.regions[METADATA_REGION], self.metadata, locator)
        self.stamp(self.header.data_id)
        self.reload()

    def write(self, start: int, data: bytes) -> None:
        """Put bytes into the disk; both ends at sectors."""
        view = memoryview(data)
        for block, within, length in pieces(start, len(data), self.geometry.block_bytes):
            self._write_block(block, within, view[:length])
            view = view[length:]

    def _write_block(self, block: int, within: int, data: memoryview) -> None:
        entry = self.entry(self.geometry.payload_entry(block))
        state = state_of(entry)
        if state not in (BlockState.FULL, BlockState.PARTIAL):
            self._fill_new_block(block, within, data, was_zero=state != BlockState.NOT_PRESENT)
            return
        write_exact(self.descriptor, self.data_place(entry) + within, data)
        if state == BlockState.PARTIAL:
            self._mark_present(block, within, len(data))

    def _fill_new_block(self, block: int, within: int, data: memoryview, *, was_zero: bool) -> None:
        whole = len(data) == self.geometry.block_bytes or was_zero or not self.geometry.has_parent
        if self.geometry.has_parent:
            # Whole blocks need none, but libvhdi looks for one in every chunk that is not empty.
            self._clear_bitmap(block)
        offset = self._allocate(self.geometry.block_bytes)
        write_exact(self.descriptor, offset + within, data)
        state = BlockState.FULL if whole else BlockState.PARTIAL
        self._set_entry(self.geometry.payload_entry(block), make_entry(state, offset))
        if not whole:
            self._mark_present(block, within, len(data))

    def write_zeros(self, start: int, length: int) -> None:
        """Let a range read as zeros; both ends at sectors. Whole blocks take no room but in a fixed disk."""
        for block, within, part in pieces(start, length, self.geometry.block_bytes):
            state = state_of(self.entry(self.geometry.payload_entry(block)))
            if state == BlockState.NOT_PRESENT and not self.geometry.has_parent:
                continue
            if part == self.geometry.block_bytes and self.metadata.type is not DiskType.FIXED:
                self._set_entry(self.geometry.payload_entry(block), make_entry(BlockState.ZERO, 0))
            elif state in (BlockState.NOT_PRESENT, BlockState.PARTIAL):
                for at, zeros in zero_parts(within, part):
                    self._write_block(block, at, zeros)
            elif state == BlockState.FULL:
                place = self.data_place(self.entry(self.geometry.payload_entry(block)))
                write_zeros(self.descriptor, place + within, part)

    def flush(self) -> None:
        """Bring everything to the disk: contents first, then the entries that lead to them."""
        os.fsync(self.descriptor)
        for index, entry in sorted(self._pending.items()):
            offset = self.regions[BAT_REGION].offset + index * ENTRY_BYTES
            write_exact(self.descriptor, offset, struct.pack("<Q", entry))
        self._pending.clear()
        os.fsync(self.descriptor)

    def entry(self, index: int) -> int:
        """One entry of the block allocation table, not yet flushed ones included."""
        pending = self._pending.get(index)
        return super().entry(index) if pending is None else pending

    def _set_entry(self, index: int, entry: int) -> None:
        self._pending[index] = entry
        if len(self._pending) >= _PENDING_MAX:
            self.flush()

    def _allocate(self, length: int) -> int:
        """Room at the end of the file, which reads as zeros."""
        offset = round_up(self.file_size_bytes, MIB)
        os.ftruncate(self.descriptor, offset + length)
        return offset

    def _clear_bitmap(self, block: int) -> None:
        """Make sure that there is a bitmap for a block, with none of its bits set."""
        index = self.geometry.bitmap_entry(block)
        if state_of(self.entry(index)) == BlockState.FULL:
            write_exact(self.descriptor, self.bitmap_place(block), bytes(self.geometry.bitmap_bytes))
        else:
            self._set_entry(index, make_entry(BlockState.FULL, self._allocate(BITMAP_BLOCK_BYTES)))

    def _mark_present(self, block: int, within: int, length: int) -> None:
        """Set the bits of sectors that this file has now; a block with all bits set becomes FULL."""
        sector, place = self.geometry.sector_bytes, self.bitmap_place(block)
        first, end = within // sector, -(-(within + length) // sector)
        first_byte, end_byte = first // 8, -(-end // 8)
        old = read_exact(self.descriptor, place + first_byte, end_byte - first_byte)
        new = with_bits(old, first % 8, end - first, high_bit_first=False)
        write_exact(self.descriptor, place + first_byte, new)
        if self.block_bitmap(block).count(0xFF) == self.geometry.bitmap_bytes:
            entry = self.entry(self.geometry.payload_entry(block))
            self._set_entry(self.geometry.payload_entry(block), make_entry(BlockState.FULL, offset_of(entry)))
