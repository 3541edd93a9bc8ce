"""A VHDX file opened for reading."""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path

from openhyperv.emulator.disks.binary import is_zero, read_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.extents import Extent, Holding, bit_runs, coalesced, pieces
from openhyperv.emulator.disks.kinds import MIB, DiskFormat, DiskInfo, DiskType
from openhyperv.emulator.disks.vhdx.geometry import (
    BITMAP_BLOCK_BYTES,
    ENTRY_BYTES,
    BlockState,
    Geometry,
    offset_of,
    state_of,
)
from openhyperv.emulator.disks.vhdx.header import FILE_SIGNATURE, read_header
from openhyperv.emulator.disks.vhdx.locator import linkage
from openhyperv.emulator.disks.vhdx.metadata import read_metadata
from openhyperv.emulator.disks.vhdx.regions import BAT_REGION, METADATA_REGION, read_regions

_PATH_KEYS = ("absolute_win32_path", "relative_path", "volume_path")


class VhdxFile:
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
        """Read header, regions and metadata again, after a change to them."""
        if read_exact(self.descriptor, 0, len(FILE_SIGNATURE)) != FILE_SIGNATURE:
            raise DiskError(DiskCode.FILE_CORRUPT, "The file does not begin as a VHDX file does")
        self.header = read_header(self.descriptor)
        self.regions = read_regions(self.descriptor)
        self.metadata = read_metadata(self.descriptor, self.regions[METADATA_REGION])
        self.geometry = self.geometry_for(self.metadata.size_bytes)
        if self.geometry.entries * ENTRY_BYTES > self.regions[BAT_REGION].length:
            raise DiskError(
                DiskCode.BLOCK_TABLE_CORRUPT, "The block allocation table is too short for the disk"
            )

    def geometry_for(self, size_bytes: int) -> Geometry:
        """The arithmetic of this disk if it had that size."""
        has_parent = self.metadata.type is DiskType.DIFFERENCING
        return Geometry(size_bytes, self.metadata.block_bytes, self.metadata.logical_sector_bytes, has_parent)

    @property
    def info(self) -> DiskInfo:
        """What the file says of itself."""
        metadata, locator = self.metadata, self.metadata.locator
        return DiskInfo(
            self.path,
            DiskFormat.VHDX,
            metadata.type,
            metadata.size_bytes,
            self.file_size_bytes,
            metadata.block_bytes,
            metadata.logical_sector_bytes,
            metadata.physical_sector_bytes,
            metadata.disk_id,
            self.header.data_id,
            next((locator[key] for key in _PATH_KEYS if key in locator), None),
            linkage(locator) if locator else None,
        )

    @property
    def parent_paths(self) -> tuple[str, ...]:
        """The parent's Windows paths in the order to try ([MS-VHDX] 2.6.2.6.3)."""
        locator: Mapping[str, str] = self.metadata.locator
        return tuple(locator[key] for key in ("relative_path", "absolute_win32_path") if key in locator)

    @property
    def file_size_bytes(self) -> int:
        """The file's length."""
        return os.fstat(self.descriptor).st_size

    def extents(self, start: int, length: int) -> Iterator[Extent]:
        """What this file holds of a range of the disk, in order and without gaps."""
        first, end = start, start + length
        block_bytes = self.geometry.block_bytes
        runs = self._entries(first // block_bytes, -(-end // block_bytes))
        held = (part for block, count, entry in runs for part in self._held(block, count, entry))
        return coalesced(part.clipped(first, end) for part in held if part.end > first and part.start < end)

    def _entries(self, first: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(block, how many, their entry): blocks that are not present come in long runs."""
        for chunk, within, part in pieces(first, end - first, self.geometry.chunk_blocks):
            block = chunk * self.geometry.chunk_blocks + within
            offset = self.regions[BAT_REGION].offset + self.geometry.payload_entry(block) * ENTRY_BYTES
            table = read_exact(self.descriptor, offset, part * ENTRY_BYTES)
            if is_zero(table):
                yield block, part, 0
                continue
            for index, entry in enumerate(_numbers(table)):
                yield block + index, 1, entry

    def _held(self, block: int, count: int, entry: int) -> Iterator[Extent]:
        block_bytes = self.geometry.block_bytes
        start, state = block * block_bytes, state_of(entry)
        if state == BlockState.NOT_PRESENT:
            yield Extent(start, count * block_bytes, Holding.ABSENT)
        elif state in (BlockState.UNDEFINED, BlockState.ZERO, BlockState.UNMAPPED):
            yield Extent(start, block_bytes, Holding.ZERO)
        elif state == BlockState.FULL:
            yield Extent(start, block_bytes, Holding.DATA, self.data_place(entry))
        elif state == BlockState.PARTIAL and self.geometry.has_parent:
            yield from self._partial(block, self.data_place(entry))
        else:
            raise DiskError(DiskCode.BLOCK_TABLE_CORRUPT, f"Block {block} is in the impossible state {state}")

    def _partial(self, block: int, file_offset: int) -> Iterator[Extent]:
        sector = self.geometry.sector_bytes
        start = within = block * self.geometry.block_bytes
        bits = self.block_bitmap(block)
        for is_set, sectors in bit_runs(bits, 0, len(bits) * 8, high_bit_first=False):
            holding = Holding.DATA if is_set else Holding.ABSENT
            yield Extent(within, sectors * sector, holding, file_offset + within - start if is_set else 0)
            within += sectors * sector

    def block_bitmap(self, block: int) -> bytes:
        """The bits of a payload block: one per sector, set where this file has it."""
        return read_exact(self.descriptor, self.bitmap_place(block), self.geometry.bitmap_bytes)

    def bitmap_place(self, block: int) -> int:
        """The file offset of a payload block's bits."""
        entry = self.entry(self.geometry.bitmap_entry(block))
        if state_of(entry) != BlockState.FULL:
            raise DiskError(
                DiskCode.BLOCK_TABLE_CORRUPT, f"Block {block} is partial but has no sector bitmap"
            )
        return self._checked_offset(entry, BITMAP_BLOCK_BYTES) + self.geometry.bitmap_offset(block)

    def entry(self, index: int) -> int:
        """One entry of the block allocation table."""
        offset = self.regions[BAT_REGION].offset + index * ENTRY_BYTES
        return int.from_bytes(read_exact(self.descriptor, offset, ENTRY_BYTES), "little")

    def data_place(self, entry: int) -> int:
        """The file offset of the payload block with that entry."""
        return self._checked_offset(entry, self.geometry.block_bytes)

    def _checked_offset(self, entry: int, length: int) -> int:
        """Where the entry's block lies: inside the file, and in none of its structures."""
        offset = offset_of(entry)
        end = offset + length
        taken = [(0, MIB), *((each.offset, each.offset + each.length) for each in self.regions.values())]
        if offset >= self.file_size_bytes or any(start < end and offset < stop for start, stop in taken):
            raise DiskError(DiskCode.BLOCK_TABLE_CORRUPT, "A block lies outside the file or over its tables")
        return offset

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.descriptor)


def _numbers(table: bytes) -> array[int]:
    numbers = array("Q", table)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
