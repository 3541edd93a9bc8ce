"""Writing a new, empty VHDX file: header, tables, metadata, and all blocks of a fixed disk."""

from __future__ import annotations

import os
import sys
from array import array
from uuid import uuid4

from openhyperv.emulator.disks.binary import round_up, write_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import MIB, DiskType
from openhyperv.emulator.disks.vhdx.geometry import ENTRY_BYTES, BlockState, Geometry
from openhyperv.emulator.disks.vhdx.header import FILE_SIGNATURE, HEADER_OFFSETS, new_header, write_headers
from openhyperv.emulator.disks.vhdx.metadata import (
    BLOCK_MAX,
    BLOCK_MIN,
    SECTOR_SIZES,
    SIZE_MAX,
    Metadata,
)
from openhyperv.emulator.disks.vhdx.regions import BAT_REGION, METADATA_REGION, Region, write_regions

_CREATOR = "OpenHyperV"
_LOG = Region(1 * MIB, MIB)
_METADATA = Region(2 * MIB, MIB)
_BAT_OFFSET = 3 * MIB
SIZE_MIN = 3 * MIB  # UNVERIFIED: Hyper-V's smallest VHDX is 3 MiB


def check_metadata(metadata: Metadata) -> None:
    """Refuse what no new VHDX file can be.

    :raises DiskError: INVALID_BLOCK_SIZE, UNSUPPORTED_SECTOR_SIZE or INVALID_SIZE
    """
    block, sector, size = metadata.block_bytes, metadata.logical_sector_bytes, metadata.size_bytes
    if not BLOCK_MIN <= block <= BLOCK_MAX or block & (block - 1):
        raise DiskError(DiskCode.INVALID_BLOCK_SIZE, f"A VHDX file cannot have blocks of {block} bytes")
    if sector not in SECTOR_SIZES or metadata.physical_sector_bytes not in SECTOR_SIZES:
        raise DiskError(DiskCode.UNSUPPORTED_SECTOR_SIZE, "Sectors have 512 or 4096 bytes")
    if not SIZE_MIN <= size <= SIZE_MAX or size % sector:
        raise DiskError(DiskCode.INVALID_SIZE, f"A VHDX file cannot hold a disk of {size} bytes")


def write_new(descriptor: int, metadata: Metadata) -> None:
    """Fill an empty file; what is not written reads as zeros and takes no room on the host."""
    has_parent = metadata.type is DiskType.DIFFERENCING
    geometry = Geometry(metadata.size_bytes, metadata.block_bytes, metadata.logical_sector_bytes, has_parent)
    bat = Region(_BAT_OFFSET, round_up(geometry.entries * ENTRY_BYTES, MIB))
    os.ftruncate(descriptor, bat.offset + bat.length)
    write_exact(descriptor, 0, FILE_SIGNATURE + _CREATOR.encode("utf-16-le"))
    header = new_header(uuid4(), _LOG.offset, _LOG.length)
    write_exact(descriptor, HEADER_OFFSETS[0], header.packed())
    write_headers(descriptor, header)
    write_regions(descriptor, {BAT_REGION: bat, METADATA_REGION: _METADATA})
    write_exact(descriptor, _METADATA.offset, metadata.packed())
    if metadata.type is DiskType.FIXED:
        _allocate_all(descriptor, geometry, bat)


def _allocate_all(descriptor: int, geometry: Geometry, bat: Region) -> None:
    allocate_blocks(descriptor, geometry, bat, 0, bat.offset + bat.length)


def allocate_blocks(descriptor: int, geometry: Geometry, bat: Region, first: int, data_offset: int) -> None:
    """Give each block from ``first`` on its place, one after the other from ``data_offset``."""
    step, end = geometry.chunk_blocks, geometry.blocks
    os.ftruncate(descriptor, data_offset + (end - first) * geometry.block_bytes)
    while first < end:
        count = min(step - first % step, end - first)
        last_offset = data_offset + count * geometry.block_bytes
        entries = array("Q", range(data_offset | BlockState.FULL, last_offset, geometry.block_bytes))
        if sys.byteorder == "big":
            entries.byteswap()
        write_exact(descriptor, bat.offset + geometry.payload_entry(first) * ENTRY_BYTES, entries.tobytes())
        first, data_offset = first + count, last_offset
