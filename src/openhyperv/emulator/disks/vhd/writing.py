"""Changing the contents of a VHD file in place.

A new block lies where the footer was; the footer moves behind it first, and the copy of it at the start of
the file covers the moment between. Data reach the disk before the entry that leads to them.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

from openhyperv.emulator.disks.binary import write_exact, write_zeros, zero_parts
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.extents import pieces, with_bits
from openhyperv.emulator.disks.kinds import DiskType
from openhyperv.emulator.disks.vhd.file import ENTRY_BYTES, NO_BLOCK, VhdFile
from openhyperv.emulator.disks.vhd.footer import SECTOR_BYTES
from openhyperv.emulator.disks.vhd.header import DynamicHeader

_PENDING_MAX = 4096


class WritableVhd(VhdFile):
    """A VHD file that can be written. ``flush`` before reading it back or closing it."""

    def __init__(self, path: Path) -> None:
        self._pending: dict[int, int] = {}
        super().__init__(path, writable=True)

    def write(self, start: int, data: bytes) -> None:
        """Put bytes into the disk; both ends at sectors."""
        if self.header is None:
            write_exact(self.descriptor, start, data)
            return
        view = memoryview(data)
        for block, within, length in pieces(start, len(data), self.header.block_bytes):
            self._write_block(self.header, block, within, view[:length])
            view = view[length:]

    def write_zeros(self, start: int, length: int) -> None:
        """Let a range read as zeros; both ends at sectors."""
        if self.header is None:
            write_zeros(self.descriptor, start, length)
            return
        for block, within, part in pieces(start, length, self.header.block_bytes):
            if self._entry(self.header, block) == NO_BLOCK and self.footer.type is DiskType.DYNAMIC:
                continue
            for at, zeros in zero_parts(within, part):
                self._write_block(self.header, block, at, zeros)

    def _write_block(self, header: DynamicHeader, block: int, within: int, data: memoryview) -> None:
        entry = self._entry(header, block)
        if entry == NO_BLOCK:
            entry = self._allocate(header)
            self._pending[block] = entry
        write_exact(self.descriptor, self.data_place(block, entry) + within, data)
        if self.footer.type is DiskType.DIFFERENCING:
            bitmap = self.block_bitmap(entry)
            sectors = within // SECTOR_BYTES, len(data) // SECTOR_BYTES
            write_exact(
                self.descriptor, entry * SECTOR_BYTES, with_bits(bitmap, *sectors, high_bit_first=True)
            )
        if len(self._pending) >= _PENDING_MAX:
            self.flush()

    def _allocate(self, header: DynamicHeader) -> int:
        """A new block of zeros behind the last one; in a dynamic disk all its sectors count as present."""
        offset = self.data_end
        if offset % SECTOR_BYTES:
            raise DiskError(DiskCode.FILE_CORRUPT, "The VHD file does not end at a sector")
        self.move_footer(offset + self.bitmap_bytes + header.block_bytes)
        present = b"\xff" if self.footer.type is DiskType.DYNAMIC else b"\0"
        write_exact(self.descriptor, offset, present * self.bitmap_bytes)
        return offset // SECTOR_BYTES

    def move_footer(self, offset: int) -> None:
        """Let the file end with its footer at that later offset; what lies between reads as zeros."""
        write_exact(self.descriptor, offset, self.footer.packed())

    def flush(self) -> None:
        """Bring everything to the disk: contents first, then the entries that lead to them."""
        os.fsync(self.descriptor)
        if self.header is None:
            return
        for block, entry in sorted(self._pending.items()):
            offset = self.header.table_offset + block * ENTRY_BYTES
            write_exact(self.descriptor, offset, struct.pack(">I", entry))
        self._pending.clear()
        os.fsync(self.descriptor)

    def _entry(self, header: DynamicHeader, block: int) -> int:
        pending = self._pending.get(block)
        if pending is not None:
            return pending
        data = os.pread(self.descriptor, ENTRY_BYTES, header.table_offset + block * ENTRY_BYTES)
        return int.from_bytes(data)
