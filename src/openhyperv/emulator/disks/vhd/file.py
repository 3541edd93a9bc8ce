"""A VHD file opened for reading."""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path

from openhyperv.emulator.disks.binary import read_exact, round_up
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.extents import Extent, Holding, bit_runs, coalesced, pieces
from openhyperv.emulator.disks.kinds import DiskFormat, DiskInfo, DiskType
from openhyperv.emulator.disks.vhd.footer import COOKIE, FOOTER_BYTES, SECTOR_BYTES, read_footer
from openhyperv.emulator.disks.vhd.header import ABSOLUTE, RELATIVE, DynamicHeader, read_dynamic_header

NO_BLOCK = 0xFFFFFFFF
ENTRY_BYTES = 4
_WINDOW_ENTRIES = 16384
_WINDOW_UNUSED = b"\xff" * (_WINDOW_ENTRIES * ENTRY_BYTES)


class VhdFile:
    """Knows what the file holds of its disk. The caller closes it; everything raises DiskError."""

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR if writable else os.O_RDONLY)
        try:
            self.reload()
        except BaseException:
            self.close()
            raise

    def reload(self) -> None:
        """Read footer and header again, after a change to them."""
        size = self.file_size_bytes
        self.footer = read_footer(self.descriptor, size)
        self.header = self._read_header(size)

    def _read_header(self, file_size: int) -> DynamicHeader | None:
        if self.footer.type is DiskType.FIXED:
            if file_size < self.footer.size_bytes + FOOTER_BYTES:
                raise DiskError(DiskCode.FOOTER_CORRUPT, "The fixed VHD file is shorter than its disk")
            return None
        has_parent = self.footer.type is DiskType.DIFFERENCING
        header = read_dynamic_header(
            self.descriptor, self.footer.header_offset, file_size, has_parent=has_parent
        )
        if header.table_entries < -(-self.footer.size_bytes // header.block_bytes):
            raise DiskError(DiskCode.BLOCK_TABLE_CORRUPT, "The VHD block table is too short for the disk")
        return header

    @property
    def info(self) -> DiskInfo:
        """What the file says of itself; VHD knows no sectors but of 512 bytes."""
        parent = self.header.parent if self.header else None
        paths = parent.paths if parent else {}
        return DiskInfo(
            self.path,
            DiskFormat.VHD,
            self.footer.type,
            self.footer.size_bytes,
            self.file_size_bytes,
            self.header.block_bytes if self.header else 0,
            SECTOR_BYTES,
            SECTOR_BYTES,
            self.footer.unique_id,
            self.footer.unique_id,
            paths.get(ABSOLUTE) or paths.get(RELATIVE) or (parent.name if parent else None),
            parent.unique_id if parent else None,
        )

    @property
    def parent_paths(self) -> tuple[str, ...]:
        """The parent's Windows paths in the order to try."""
        paths = self.header.parent.paths if self.header and self.header.parent else {}
        return tuple(paths[code] for code in (RELATIVE, ABSOLUTE) if paths.get(code))

    @property
    def file_size_bytes(self) -> int:
        """The file's length."""
        return os.fstat(self.descriptor).st_size

    @property
    def data_end(self) -> int:
        """Where the footer stands, or belongs if a crash has cut it off."""
        size = self.file_size_bytes
        if read_exact(self.descriptor, size - FOOTER_BYTES, len(COOKIE)) == COOKIE:
            return size - FOOTER_BYTES
        return round_up(size, SECTOR_BYTES)

    def extents(self, start: int, length: int) -> Iterator[Extent]:
        """What this file holds of a range of the disk, in order and without gaps."""
        if self.header is None:
            return iter((Extent(start, length, Holding.DATA, start),))
        first, end = start, start + length
        block_bytes = self.header.block_bytes
        runs = self._entries(self.header, first // block_bytes, -(-end // block_bytes))
        held = (part for block, count, entry in runs for part in self._held(block, count, entry, block_bytes))
        return coalesced(part.clipped(first, end) for part in held if part.end > first and part.start < end)

    def _entries(self, header: DynamicHeader, first: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(block, how many, their entry): blocks that are not present come in long runs."""
        for window, within, part in pieces(first, end - first, _WINDOW_ENTRIES):
            block = window * _WINDOW_ENTRIES + within
            offset = header.table_offset + block * ENTRY_BYTES
            table = read_exact(self.descriptor, offset, part * ENTRY_BYTES)
            if table == _WINDOW_UNUSED[: len(table)]:
                yield block, part, NO_BLOCK
                continue
            for index, entry in enumerate(_numbers(table)):
                yield block + index, 1, entry

    def _held(self, block: int, count: int, entry: int, block_bytes: int) -> Iterator[Extent]:
        start = block * block_bytes
        if entry == NO_BLOCK:
            yield Extent(start, count * block_bytes, Holding.ABSENT)
            return
        data = self.data_place(block, entry)
        if self.footer.type is DiskType.DYNAMIC:
            yield Extent(start, block_bytes, Holding.DATA, data)
            return
        for is_set, sectors in bit_runs(
            self.block_bitmap(entry), 0, block_bytes // SECTOR_BYTES, high_bit_first=True
        ):
            holding = Holding.DATA if is_set else Holding.ABSENT
            yield Extent(start, sectors * SECTOR_BYTES, holding, data if is_set else 0)
            start, data = start + sectors * SECTOR_BYTES, data + sectors * SECTOR_BYTES

    @property
    def bitmap_bytes(self) -> int:
        """Room of the bitmap before each block: whole sectors."""
        block_bytes = self.header.block_bytes if self.header else 0
        return round_up(block_bytes // SECTOR_BYTES // 8, SECTOR_BYTES)

    def block_bitmap(self, entry: int) -> bytes:
        """The bits of the block with that entry: one per sector, high bit first."""
        return read_exact(self.descriptor, entry * SECTOR_BYTES, self.bitmap_bytes)

    def data_place(self, block: int, entry: int) -> int:
        """The file offset of a block's data: inside the file, and not over its header and tables."""
        header = self.header
        start = entry * SECTOR_BYTES
        tables_end = header.table_offset + header.table_entries * ENTRY_BYTES if header else 0
        outside = start >= self.file_size_bytes or start < FOOTER_BYTES
        if outside or (header is not None and header.table_offset <= start < tables_end):
            raise DiskError(
                DiskCode.BLOCK_TABLE_CORRUPT, f"Block {block} lies outside the file or over its tables"
            )
        return start + self.bitmap_bytes

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.descriptor)


def _numbers(table: bytes) -> array[int]:
    numbers = array("I", table)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
