"""The metadata of a VHDX file: what its disk is like ([MS-VHDX] 2.6)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from uuid import UUID

from attrs import frozen

from openhyperv.emulator.disks.binary import read_exact, write_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import KIB, MIB, TIB, DiskType
from openhyperv.emulator.disks.vhdx.locator import pack_locator, parse_locator
from openhyperv.emulator.disks.vhdx.regions import Region

FILE_PARAMETERS = UUID("CAA16737-FA36-4D43-B3B6-33F0AA44E76B")
VIRTUAL_SIZE = UUID("2FA54224-CD1B-4876-B211-5DBED83BF4B8")
DISK_ID = UUID("BECA12AB-B2E6-4523-93EF-C309E000C746")
LOGICAL_SECTOR = UUID("8141BF1D-A96F-4709-BA47-F233A8FAAB5F")
PHYSICAL_SECTOR = UUID("CDA348C7-445D-4471-9CC9-E9885251C556")
PARENT_LOCATOR = UUID("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C")
SIZE_MAX = 64 * TIB
BLOCK_MIN, BLOCK_MAX = MIB, 256 * MIB
SECTOR_SIZES = (512, 4096)

_TABLE_BYTES = 64 * KIB
_ENTRIES_MAX = 2047
_ITEM_MAX = MIB
_HEAD = struct.Struct("<8sHH20x")
_ENTRY = struct.Struct("<16sIII4x")
_VIRTUAL_DISK, _REQUIRED = 2, 4
_LEAVE_ALLOCATED, _HAS_PARENT = 1, 2
_KNOWN = {
    FILE_PARAMETERS: _REQUIRED,
    VIRTUAL_SIZE: _REQUIRED | _VIRTUAL_DISK,
    DISK_ID: _REQUIRED | _VIRTUAL_DISK,
    LOGICAL_SECTOR: _REQUIRED | _VIRTUAL_DISK,
    PHYSICAL_SECTOR: _REQUIRED | _VIRTUAL_DISK,
    PARENT_LOCATOR: _REQUIRED,
}


@frozen
class Item:
    """Where an item lies in the file, and where its entry in the table does."""

    offset: int
    length: int
    entry_offset: int


@frozen
class Metadata:
    """What the items say; ``items`` tells where each lies, for changes in place."""

    type: DiskType
    size_bytes: int
    block_bytes: int
    logical_sector_bytes: int
    physical_sector_bytes: int
    disk_id: UUID
    locator: Mapping[str, str] = {}
    items: Mapping[UUID, Item] = {}

    def packed(self) -> bytes:
        """The whole region's beginning: table and items."""
        table, body = _HEAD.pack(b"metadata", 0, len(self._values())), b""
        for item, value in self._values().items():
            table += _ENTRY.pack(item.bytes_le, _TABLE_BYTES + len(body), len(value), _KNOWN[item])
            body += value
        return table.ljust(_TABLE_BYTES, b"\0") + body

    def _values(self) -> Mapping[UUID, bytes]:
        flags = {DiskType.FIXED: _LEAVE_ALLOCATED, DiskType.DIFFERENCING: _HAS_PARENT}.get(self.type, 0)
        values = {
            FILE_PARAMETERS: struct.pack("<II", self.block_bytes, flags),
            VIRTUAL_SIZE: struct.pack("<Q", self.size_bytes),
            DISK_ID: self.disk_id.bytes_le,
            LOGICAL_SECTOR: struct.pack("<I", self.logical_sector_bytes),
            PHYSICAL_SECTOR: struct.pack("<I", self.physical_sector_bytes),
        }
        return values | ({PARENT_LOCATOR: pack_locator(self.locator)} if self.locator else {})


def read_metadata(descriptor: int, region: Region) -> Metadata:
    """Everything in the metadata region, checked.

    :raises DiskError: FILE_CORRUPT and kin, an item is missing, misplaced or impossible
    """
    items = _items(descriptor, region)
    block_bytes, flags = struct.unpack("<II", _value(descriptor, items, FILE_PARAMETERS, 8))
    has_parent, is_fixed = bool(flags & _HAS_PARENT), bool(flags & _LEAVE_ALLOCATED)
    kind = DiskType.DIFFERENCING if has_parent else DiskType.FIXED if is_fixed else DiskType.DYNAMIC
    return _checked(
        Metadata(
            kind,
            int.from_bytes(_value(descriptor, items, VIRTUAL_SIZE, 8), "little"),
            block_bytes,
            int.from_bytes(_value(descriptor, items, LOGICAL_SECTOR, 4), "little"),
            int.from_bytes(_value(descriptor, items, PHYSICAL_SECTOR, 4), "little"),
            UUID(bytes_le=_value(descriptor, items, DISK_ID, 16)),
            parse_locator(_value(descriptor, items, PARENT_LOCATOR)) if has_parent else {},
            items,
        )
    )


def _items(descriptor: int, region: Region) -> Mapping[UUID, Item]:
    table = read_exact(descriptor, region.offset, _TABLE_BYTES)
    signature, _, count = _HEAD.unpack_from(table)
    if signature != b"metadata" or count > _ENTRIES_MAX:
        raise DiskError(DiskCode.FILE_CORRUPT, "The VHDX metadata table is not valid")
    items = {}
    for entry_offset in range(_HEAD.size, _HEAD.size + count * _ENTRY.size, _ENTRY.size):
        identity, offset, length, flags = _ENTRY.unpack_from(table, entry_offset)
        item = UUID(bytes_le=identity)
        if flags & _REQUIRED and item not in _KNOWN:
            raise DiskError(DiskCode.UNSUPPORTED_VERSION, f"The VHDX file requires the unknown item {item}")
        if not _TABLE_BYTES <= offset <= region.length - length or length > _ITEM_MAX:
            raise DiskError(DiskCode.FILE_CORRUPT, "A VHDX metadata item lies outside its region")
        items[item] = Item(region.offset + offset, length, region.offset + entry_offset)
    return items


def _value(descriptor: int, items: Mapping[UUID, Item], item: UUID, length: int | None = None) -> bytes:
    place = items.get(item)
    if place is None or (length is not None and place.length != length):
        raise DiskError(
            DiskCode.FILE_CORRUPT, f"The VHDX metadata item {item} is missing or of the wrong size"
        )
    return read_exact(descriptor, place.offset, place.length)


def _checked(metadata: Metadata) -> Metadata:
    block, size, sector = metadata.block_bytes, metadata.size_bytes, metadata.logical_sector_bytes
    if not BLOCK_MIN <= block <= BLOCK_MAX or block & (block - 1):
        raise DiskError(DiskCode.INVALID_BLOCK_SIZE, f"A VHDX file cannot have blocks of {block} bytes")
    if sector not in SECTOR_SIZES or metadata.physical_sector_bytes not in SECTOR_SIZES:
        raise DiskError(DiskCode.UNSUPPORTED_SECTOR_SIZE, "The VHDX file has sectors of an unknown size")
    if not 0 < size <= SIZE_MAX or size % sector:
        raise DiskError(DiskCode.INVALID_SIZE, f"A VHDX file cannot hold a disk of {size} bytes")
    return metadata


def write_size(descriptor: int, metadata: Metadata, size_bytes: int) -> None:
    """Change the virtual size in place: eight bytes within one sector."""
    write_exact(descriptor, metadata.items[VIRTUAL_SIZE].offset, struct.pack("<Q", size_bytes))


def write_physical_sector(descriptor: int, metadata: Metadata, sector_bytes: int) -> None:
    """Change the physical sector size in place."""
    write_exact(descriptor, metadata.items[PHYSICAL_SECTOR].offset, struct.pack("<I", sector_bytes))


def write_disk_id(descriptor: int, metadata: Metadata, disk_id: UUID) -> None:
    """Change the virtual disk's identity in place."""
    write_exact(descriptor, metadata.items[DISK_ID].offset, disk_id.bytes_le)


def write_locator(descriptor: int, region: Region, metadata: Metadata, locator: Mapping[str, str]) -> None:
    """Put a new locator beside the old one, then let its entry point there: always one whole locator.

    :raises DiskError: NOT_SUPPORTED, the region has no room for it
    """
    value = pack_locator(locator)
    offset = _free_offset(region, metadata.items, len(value))
    write_exact(descriptor, region.offset + offset, value)
    entry = _ENTRY.pack(PARENT_LOCATOR.bytes_le, offset, len(value), _REQUIRED)
    write_exact(descriptor, metadata.items[PARENT_LOCATOR].entry_offset, entry)


def _free_offset(region: Region, items: Mapping[UUID, Item], length: int) -> int:
    taken = [
        (each.offset - region.offset, each.offset - region.offset + each.length) for each in items.values()
    ]
    for offset in range(2 * _TABLE_BYTES, region.length - length + 1, _TABLE_BYTES):
        if all(end <= offset or start >= offset + length for start, end in taken):
            return offset
    raise DiskError(DiskCode.NOT_SUPPORTED, "The VHDX metadata region is full")
