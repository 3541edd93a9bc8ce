"""The region table: where the block allocation table and the metadata lie ([MS-VHDX] 2.2.3)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from uuid import UUID

from attrs import frozen

from openhyperv.emulator.disks.binary import read_exact, write_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import KIB, MIB
from openhyperv.emulator.disks.vhdx.header import has_checksum, with_checksum

BAT_REGION = UUID("2DC27766-F623-4200-9D64-115E9BFD4A08")
METADATA_REGION = UUID("8B7CA206-4790-4B9A-B8FE-575F050F886E")
TABLE_OFFSETS = (192 * KIB, 256 * KIB)
_TABLE_BYTES = 64 * KIB
_ENTRIES_MAX = 2047
_TABLE_HEAD = struct.Struct("<4sIII")
_ENTRY = struct.Struct("<16sQII")
_REQUIRED = 1


@frozen
class Region:
    """A stretch of the file, in whole MiB."""

    offset: int
    length: int


def read_regions(descriptor: int) -> Mapping[UUID, Region]:
    """The regions of the first table that is valid.

    :raises DiskError: FILE_CORRUPT, no table is valid, a region is missing or lies badly;
        UNSUPPORTED_VERSION, a required region is of a kind unknown here
    """
    for offset in TABLE_OFFSETS:
        table = read_exact(descriptor, offset, _TABLE_BYTES)
        if table.startswith(b"regi") and has_checksum(table):
            return _checked(_parsed(table))
    raise DiskError(DiskCode.FILE_CORRUPT, "Neither region table of the VHDX file is valid")


def _parsed(table: bytes) -> Mapping[UUID, Region]:
    count = _TABLE_HEAD.unpack_from(table)[2]
    if count > _ENTRIES_MAX:
        raise DiskError(DiskCode.FILE_CORRUPT, "The VHDX region table has too many entries")
    regions = {}
    for index in range(count):
        identity, offset, length, flags = _ENTRY.unpack_from(table, _TABLE_HEAD.size + index * _ENTRY.size)
        region = UUID(bytes_le=identity)
        if flags & _REQUIRED and region not in (BAT_REGION, METADATA_REGION):
            raise DiskError(
                DiskCode.UNSUPPORTED_VERSION, f"The VHDX file requires the unknown region {region}"
            )
        regions[region] = Region(offset, length)
    return regions


def _checked(regions: Mapping[UUID, Region]) -> Mapping[UUID, Region]:
    if not {BAT_REGION, METADATA_REGION} <= set(regions):
        raise DiskError(DiskCode.FILE_CORRUPT, "The VHDX file lacks a required region")
    end = MIB
    for region in sorted(regions.values(), key=lambda each: each.offset):
        if region.offset % MIB or region.length % MIB or region.offset < end:
            raise DiskError(DiskCode.FILE_CORRUPT, "The regions of the VHDX file overlap or are not aligned")
        end = region.offset + region.length
    return regions


def write_regions(descriptor: int, regions: Mapping[UUID, Region]) -> None:
    """Write both tables, one after the other, so that one is always whole."""
    head = _TABLE_HEAD.pack(b"regi", 0, len(regions), 0)
    entries = [
        _ENTRY.pack(key.bytes_le, each.offset, each.length, _REQUIRED) for key, each in regions.items()
    ]
    table = with_checksum(b"".join([head, *entries]).ljust(_TABLE_BYTES, b"\0"))
    for offset in TABLE_OFFSETS:
        write_exact(descriptor, offset, table)
