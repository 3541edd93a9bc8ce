"""VHDX ([MS-VHDX]): a checked summary of headers, regions, metadata and block table."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from itertools import pairwise
from uuid import UUID

import google_crc32c
from attrs import frozen

from openhyperv.errors import ImageError
from openhyperv.files.images.checks import check, check_disk_size, refuse_parent
from openhyperv.files.images.info import Layout
from openhyperv.files.images.source import ImageSource

SIGNATURE = b"vhdxfile"
_MIB = 1024**2

# [MS-VHDX] 2.2: the header section, two of everything.
_HEADER_OFFSETS = (64 * 1024, 128 * 1024)
_HEADER_BYTES = 4096
_HEADER = struct.Struct("<4sIQ16s16s16sHHIQ")
_REGION_OFFSETS = (192 * 1024, 256 * 1024)
_REGION_BYTES = 64 * 1024
_REGION_ENTRY = struct.Struct("<16sQII")
_MOST_ENTRIES = 2047
_BAT = UUID("2DC27766-F623-4200-9D64-115E9BFD4A08")
_METADATA = UUID("8B7CA206-4790-4B9A-B8FE-575F050F886E")

# [MS-VHDX] 2.6: metadata items.
_METADATA_ENTRY = struct.Struct("<16sIIII")
_FILE_PARAMETERS = UUID("CAA16737-FA36-4D43-B3B6-33F0AA44E76B")
_VIRTUAL_DISK_SIZE = UUID("2FA54224-CD1B-4876-B211-5DBED83BF4B8")
_VIRTUAL_DISK_ID = UUID("BECA12AB-B2E6-4523-93EF-C309E000C746")
_LOGICAL_SECTOR_SIZE = UUID("8141BF1D-A96F-4709-BA47-F233A8FAAB5F")
_PHYSICAL_SECTOR_SIZE = UUID("CDA348C7-445D-4471-9CC9-E9885251C556")
_PARENT_LOCATOR = UUID("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C")
_ITEM_BYTES = {
    _FILE_PARAMETERS: 8,
    _VIRTUAL_DISK_SIZE: 8,
    _VIRTUAL_DISK_ID: 16,
    _LOGICAL_SECTOR_SIZE: 4,
    _PHYSICAL_SECTOR_SIZE: 4,
}
_IS_REQUIRED = 4
_LEAVE_ALLOCATED, _HAS_PARENT = 1, 2

# [MS-VHDX] 2.5.1: states of payload blocks.
_FULLY_PRESENT = 6
_PAYLOAD_STATES = frozenset({0, 1, 2, 3, _FULLY_PRESENT})
_MOST_BLOCKS = 4 * _MIB

_REPLAY = "Attach it once on a Windows machine, or convert it with qemu-img, to bring it into order."


@frozen
class Vhdx:
    """A checked VHDX; ``first_block`` is where the first bytes of the disk are, None where they are zeros."""

    size_bytes: int
    layout: Layout
    first_block: int | None


@frozen
class _Region:
    offset: int
    length: int


@frozen
class _Header:
    sequence_number: int
    log_id: bytes
    log: _Region


def read_vhdx(source: ImageSource) -> Vhdx:
    """Check a fixed or dynamic VHDX by everything it needs to be opened.

    :raises ImageError: it is damaged, cut off, differencing, or was not closed properly
    """
    _check_headers(source)
    regions = _read_regions(source)
    items = _read_metadata(source, regions[_METADATA])
    block_bytes, flags = struct.unpack("<II", items[_FILE_PARAMETERS])
    if flags & _HAS_PARENT or _PARENT_LOCATOR in items:
        raise refuse_parent("a differencing VHDX")
    check(flags <= _LEAVE_ALLOCATED, f"Its file parameters have unknown flags {flags:#x}.")
    check(
        block_bytes.bit_count() == 1 and _MIB <= block_bytes <= 256 * _MIB,
        f"Its block size is {block_bytes}; [MS-VHDX] 2.6.2.1 allows powers of two of 1 to 256 MiB.",
    )
    sector_bytes = _sector_size(items, _LOGICAL_SECTOR_SIZE, "logical")
    _sector_size(items, _PHYSICAL_SECTOR_SIZE, "physical")
    size_bytes = check_disk_size(_number(items[_VIRTUAL_DISK_SIZE]), sector_bytes)
    first_block = _check_blocks(source, regions[_BAT], size_bytes, block_bytes, sector_bytes)
    return Vhdx(size_bytes, Layout.FIXED if flags & _LEAVE_ALLOCATED else Layout.DYNAMIC, first_block)


def _number(item: bytes) -> int:
    return int.from_bytes(item, "little")


def _check_crc(structure: bytes, what: str) -> None:
    stored = _number(structure[4:8])
    counted = google_crc32c.value(structure[:4] + bytes(4) + structure[8:])
    check(stored == counted, f"The checksum of its {what} is wrong.")


def _check_headers(source: ImageSource) -> None:
    """[MS-VHDX] 2.2.2: both headers hold, and by the current one nothing waits in the log."""
    headers = [_read_header(source, offset) for offset in _HEADER_OFFSETS]
    current = max(headers, key=lambda header: header.sequence_number)
    check(not any(current.log_id), "Its log has changes that were never written.", remedy=_REPLAY)
    _check_region(source, current.log, "log")


def _read_header(source: ImageSource, offset: int) -> _Header:
    data = source.read(offset, _HEADER_BYTES, "header")
    signature, _, sequence, _, _, log_id, log_version, version, log_bytes, log_offset = _HEADER.unpack_from(
        data
    )
    check(signature == b"head", "One of its two headers is missing.")
    _check_crc(data, "header")
    check(version == 1 and log_version == 0, f"Its format version is {version}.{log_version}.")
    return _Header(sequence, log_id, _Region(log_offset, log_bytes))


def _check_region(source: ImageSource, region: _Region, what: str) -> None:
    check(
        region.offset >= _MIB and region.offset % _MIB == 0 and region.length % _MIB == 0,
        f"Its {what} is not aligned to 1 MiB.",
    )
    source.require(region.offset, region.length, what)


def _read_regions(source: ImageSource) -> Mapping[UUID, _Region]:
    """[MS-VHDX] 2.2.3: both region tables, which must agree."""
    tables = [source.read(offset, _REGION_BYTES, "region table") for offset in _REGION_OFFSETS]
    for table in tables:
        check(table[:4] == b"regi", "One of its two region tables is missing.")
        _check_crc(table, "region table")
    check(tables[0] == tables[1], "Its two region tables differ.")
    regions = _region_entries(tables[0])
    for identifier in (_BAT, _METADATA):
        check(identifier in regions, "A region that every VHDX has is missing from its region table.")
        _check_region(source, regions[identifier], "region")
    _check_apart(list(regions.values()))
    return regions


def _region_entries(table: bytes) -> dict[UUID, _Region]:
    count = _number(table[8:12])
    check(count <= _MOST_ENTRIES, f"Its region table claims {count} entries.")
    regions: dict[UUID, _Region] = {}
    for identifier, offset, length, flags in _entries(_REGION_ENTRY, table, 16, count):
        known = UUID(bytes_le=identifier)
        check(known in (_BAT, _METADATA) or not flags & 1, f"It needs a region of unknown kind {known}.")
        check(known not in regions, "Its region table names a region twice.")
        regions[known] = _Region(offset, length)
    return regions


def _entries(entry: struct.Struct, table: bytes, start: int, count: int) -> list[tuple[bytes, int, int, int]]:
    return [entry.unpack_from(table, start + entry.size * number)[:4] for number in range(count)]


def _check_apart(regions: list[_Region]) -> None:
    ordered = sorted(regions, key=lambda region: region.offset)
    for left, right in pairwise(ordered):
        check(left.offset + left.length <= right.offset, "Two of its regions overlap.")


def _read_metadata(source: ImageSource, region: _Region) -> Mapping[UUID, bytes]:
    """[MS-VHDX] 2.6.1: the items that every VHDX has, and the parent locator where there is one."""
    table = source.read(region.offset, _REGION_BYTES, "metadata table")
    check(table[:8] == b"metadata", "Its metadata table is missing.")
    count = _number(table[10:12])
    check(count <= _MOST_ENTRIES, f"Its metadata table claims {count} entries.")
    items: dict[UUID, bytes] = {}
    for identifier, offset, length, flags in _entries(_METADATA_ENTRY, table, 32, count):
        known = UUID(bytes_le=identifier)
        check(known not in items, "Its metadata table names an item twice.")
        if known in _ITEM_BYTES:
            items[known] = _read_item(source, region, known, offset, length)
        elif known == _PARENT_LOCATOR:
            items[known] = b""
        else:
            check(not flags & _IS_REQUIRED, f"It needs metadata of unknown kind {known}.")
    check(items.keys() >= _ITEM_BYTES.keys(), "Metadata that every VHDX has is missing.")
    return items


def _read_item(source: ImageSource, region: _Region, item: UUID, offset: int, length: int) -> bytes:
    check(
        length == _ITEM_BYTES[item] and _REGION_BYTES <= offset <= region.length - length,
        "An item of its metadata is not where it can be.",
    )
    return source.read(region.offset + offset, length, "metadata")


def _sector_size(items: Mapping[UUID, bytes], item: UUID, which: str) -> int:
    size = _number(items[item])
    check(size in (512, 4096), f"Its {which} sector size is {size}; only 512 and 4096 exist.")
    return size


def _check_blocks(
    source: ImageSource, bat: _Region, size_bytes: int, block_bytes: int, sector_bytes: int
) -> int | None:
    """[MS-VHDX] 2.5: every payload block in use is inside the file; returns where the first one is."""
    blocks = -(-size_bytes // block_bytes)
    chunk_ratio = 2**23 * sector_bytes // block_bytes
    entries = blocks + (blocks - 1) // chunk_ratio
    if blocks > _MOST_BLOCKS:
        raise ImageError(
            f"It has {blocks} blocks, more than can be checked.", remedy="Make it with larger blocks."
        )
    check(entries * 8 <= bat.length, "Its block allocation table is too small for its disk.")
    table = source.read_table(bat.offset, entries, "Q", "little", "block allocation table")
    del table[chunk_ratio :: chunk_ratio + 1]  # sector bitmap entries, which only differencing files use
    check({entry & 7 for entry in table} <= _PAYLOAD_STATES, "A block of it is in an unknown state.")
    last = max((entry >> 20 for entry in table if entry & 7 == _FULLY_PRESENT), default=None)
    if last is not None:
        first = min(entry >> 20 for entry in table if entry & 7 == _FULLY_PRESENT)
        check(first >= 1, "A block of it would lie over its header.")
        source.require(last * _MIB, block_bytes, "last block")
    return (table[0] >> 20) * _MIB if table[0] & 7 == _FULLY_PRESENT else None
