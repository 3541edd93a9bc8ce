"""One VHD/VHDX file as a qcow2 file, which QEMU can have on top of a backing file.

QEMU opens no differencing VHD or VHDX, and no VHDX with sectors of 4 KiB. So what such a file holds is copied
into a qcow2 file when its machine starts (QEMU's qcow2 specification, version 3). Extended L2 entries divide
a cluster into 32 parts, which is as fine as a sector bitmap when clusters are small. The file is only ever
opened for reading, so its table of reference counts stays empty.
"""

from __future__ import annotations

import os
import struct
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path

from openhyperv.emulator.disks.binary import round_up, write_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.extents import Extent, Holding, granularity, pieces
from openhyperv.emulator.disks.kinds import KIB
from openhyperv.emulator.disks.layer import Layer

_HEADER = struct.Struct(">4sIQIIQIIQQIIQQQQII")
_EXTENDED_L2 = 16
_PARTS = 32
_PART_MAX_BYTES = 32 * KIB
_ALL_PRESENT = (1 << _PARTS) - 1
_ALL_ZERO = _ALL_PRESENT << _PARTS
_ENTRY_BYTES = 16


def unfold(layer: Layer, path: Path) -> None:
    """Write the file; its data take as much room as the layer's."""
    size = layer.info.size_bytes
    part_bytes = granularity(_held(layer), _PART_MAX_BYTES)
    with path.open("w+b") as file:
        writer = _Writer(file.fileno(), size, part_bytes * _PARTS, layer.descriptor)
        for extent in _held(layer):
            writer.add(extent)
        writer.finish()


def _held(layer: Layer) -> Iterator[Extent]:
    extents = layer.extents(0, layer.info.size_bytes)
    return (extent for extent in extents if extent.holding is not Holding.ABSENT)


class _Writer:
    """Takes extents in ascending order; keeps one L2 table in memory."""

    def __init__(self, descriptor: int, size_bytes: int, cluster_bytes: int, source: int) -> None:
        self._descriptor = descriptor
        self._size_bytes = size_bytes
        self._cluster = cluster_bytes
        self._source = source
        self._table_clusters = cluster_bytes // _ENTRY_BYTES
        tables = -(-size_bytes // (cluster_bytes * self._table_clusters))
        self._l1: array[int] = array("Q", bytes(8 * tables))
        self._l2: array[int] = array("Q")
        self._l2_index = -1
        self._end = 2 * cluster_bytes + round_up(8 * tables, cluster_bytes)

    def add(self, extent: Extent) -> None:
        """Show a run of DATA or ZERO."""
        span = self._cluster * self._table_clusters
        for table, within, length in pieces(extent.start, extent.length, span):
            self._select(table)
            start = table * span + within
            self._add_to_table(within, extent.clipped(start, start + length))

    def _add_to_table(self, within: int, extent: Extent) -> None:
        """Whole clusters at once; what is left at both ends part by part."""
        start, end = within, within + extent.length
        first = min(round_up(start, self._cluster), end)
        last = max(end // self._cluster * self._cluster, first)
        self._add_parts(start, extent.clipped(extent.start, extent.start + first - start))
        self._add_clusters(first, extent.clipped(extent.start + first - start, extent.start + last - start))
        self._add_parts(last, extent.clipped(extent.start + last - start, extent.end))

    def _add_clusters(self, within: int, extent: Extent) -> None:
        count, index = extent.length // self._cluster, within // self._cluster
        if not count:
            return
        if extent.holding is Holding.ZERO:
            offsets, bits = array("Q", bytes(8 * count)), _ALL_ZERO
        else:
            place = self._take(extent.length)
            self._copy(extent.file_offset, extent.length, place)
            offsets, bits = array("Q", range(place, place + extent.length, self._cluster)), _ALL_PRESENT
        self._l2[2 * index : 2 * (index + count) : 2] = offsets
        self._l2[2 * index + 1 : 2 * (index + count) : 2] = array("Q", [bits]) * count

    def _add_parts(self, within: int, extent: Extent) -> None:
        if not extent.length:
            return
        index, offset = divmod(within, self._cluster)
        part_bytes = self._cluster // _PARTS
        bits = ((1 << (extent.length // part_bytes)) - 1) << (offset // part_bytes)
        if extent.holding is Holding.ZERO:
            self._l2[2 * index + 1] |= bits << _PARTS
            return
        self._l2[2 * index + 1] |= bits
        if not self._l2[2 * index]:
            self._l2[2 * index] = self._take(self._cluster)
        self._copy(extent.file_offset, extent.length, self._l2[2 * index] + offset)

    def _copy(self, file_offset: int, length: int, place: int) -> None:
        os.lseek(self._descriptor, place, os.SEEK_SET)
        while length:
            done = os.sendfile(self._descriptor, self._source, file_offset, length)
            if not done:
                raise DiskError(DiskCode.FILE_CORRUPT, "The file ends before its contents do")
            file_offset, length = file_offset + done, length - done

    def _take(self, length: int) -> int:
        """Room at the end of this file, which reads as zeros."""
        place = self._end
        self._end += length
        return place

    def _select(self, table: int) -> None:
        if table != self._l2_index:
            self._store_table()
            self._l2_index = table
            self._l2 = array("Q", bytes(self._cluster))

    def _store_table(self) -> None:
        if self._l2_index >= 0:
            self._l1[self._l2_index] = place = self._take(self._cluster)
            write_exact(self._descriptor, place, _big_endian(self._l2))

    def finish(self) -> None:
        """Write what leads to the tables, and the header."""
        self._store_table()
        write_exact(self._descriptor, 2 * self._cluster, _big_endian(self._l1))
        tables = (len(self._l1), 2 * self._cluster, self._cluster, 1)
        geometry = (self._cluster.bit_length() - 1, self._size_bytes, 0, *tables, 0, 0)
        header = _HEADER.pack(b"QFI\xfb", 3, 0, 0, *geometry, _EXTENDED_L2, 0, 0, 4, _HEADER.size)
        write_exact(self._descriptor, 0, header)
        os.ftruncate(self._descriptor, self._end)


def _big_endian(numbers: array[int]) -> bytes:
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()
