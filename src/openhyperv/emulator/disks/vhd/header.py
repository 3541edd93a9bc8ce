"""The header of a dynamic or differencing VHD (VHD specification, "Dynamic Disk Header Format")."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from uuid import UUID

from attrs import frozen

from openhyperv.emulator.disks.binary import read_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import MIB
from openhyperv.emulator.disks.vhd.footer import NO_OFFSET, checksum, with_checksum

HEADER_BYTES = 1024
BLOCK_MIN, BLOCK_MAX = MIB // 2, 256 * MIB
LOCATOR_SPACE_BYTES = 4096
RELATIVE, ABSOLUTE = b"W2ru", b"W2ku"
_COOKIE = b"cxsparse"
_VERSION = 0x00010000
_FIELDS = struct.Struct(">8sQQIIII16sII512s")
_LOCATOR = struct.Struct(">4sIIIQ")
_LOCATORS_AT = 576
_LOCATORS = 8
_CHECKSUM_AT = 36


@frozen
class Parent:
    """Whom a child names as its parent. ``paths`` maps a platform code to a Windows path."""

    unique_id: UUID
    timestamp: int
    name: str
    paths: Mapping[bytes, str]


@frozen
class DynamicHeader:
    """What the header says."""

    table_offset: int
    table_entries: int
    block_bytes: int
    parent: Parent | None = None

    def packed(self, paths_offset: int = 0) -> bytes:
        """The header's 1,024 bytes; ``paths_offset`` is where :func:`pack_paths` of the parent will stand."""
        parent = self.parent or Parent(UUID(int=0), 0, "", {})
        fields = _FIELDS.pack(
            _COOKIE,
            NO_OFFSET,
            self.table_offset,
            _VERSION,
            self.table_entries,
            self.block_bytes,
            0,
            parent.unique_id.bytes,
            parent.timestamp,
            0,
            parent.name.encode("utf-16-be")[:510],
        )
        data = fields + _pack_locators(parent.paths, paths_offset)
        return with_checksum(data.ljust(HEADER_BYTES, b"\0"), _CHECKSUM_AT)


def _pack_locators(paths: Mapping[bytes, str], offset: int) -> bytes:
    locators = b""
    for code, path in paths.items():
        locators += _LOCATOR.pack(code, LOCATOR_SPACE_BYTES, len(path.encode("utf-16-le")), 0, offset)
        offset += LOCATOR_SPACE_BYTES
    return locators


def pack_paths(parent: Parent) -> bytes:
    """The texts that the parent locators lead to.

    :raises DiskError: INVALID_PARAMETER, a path is too long
    """
    texts = [path.encode("utf-16-le") for path in parent.paths.values()]
    if any(len(text) > LOCATOR_SPACE_BYTES for text in texts):
        raise DiskError(DiskCode.INVALID_PARAMETER, "The parent's path is too long for a VHD file")
    return b"".join(text.ljust(LOCATOR_SPACE_BYTES, b"\0") for text in texts)


def read_dynamic_header(descriptor: int, offset: int, file_size: int, *, has_parent: bool) -> DynamicHeader:
    """The header at that place.

    :raises DiskError: SPARSE_HEADER_CORRUPT, SPARSE_HEADER_CHECKSUM, INVALID_BLOCK_SIZE and kin
    """
    if offset > file_size - HEADER_BYTES:
        raise DiskError(DiskCode.SPARSE_HEADER_CORRUPT, "The VHD header lies outside the file")
    data = read_exact(descriptor, offset, HEADER_BYTES)
    cookie, _, table, version, entries, block, _, unique_id, timestamp, _, name = _FIELDS.unpack_from(data)
    if cookie != _COOKIE:
        raise DiskError(DiskCode.SPARSE_HEADER_CORRUPT, "The VHD file has no dynamic header")
    if int.from_bytes(data[_CHECKSUM_AT : _CHECKSUM_AT + 4]) != checksum(data, _CHECKSUM_AT):
        raise DiskError(DiskCode.SPARSE_HEADER_CHECKSUM, "The checksum of the VHD header is wrong")
    if version >> 16 != _VERSION >> 16:
        raise DiskError(DiskCode.UNSUPPORTED_VERSION, "The VHD header is of an unknown version")
    if not BLOCK_MIN <= block <= BLOCK_MAX or block & (block - 1):
        raise DiskError(DiskCode.INVALID_BLOCK_SIZE, f"A VHD file cannot have blocks of {block} bytes")
    if table > file_size or entries * 4 > file_size - table:
        raise DiskError(DiskCode.BLOCK_TABLE_CORRUPT, "The VHD block table lies outside the file")
    parent = None
    if has_parent:
        text = name.decode("utf-16-be", "replace").split("\0")[0]
        parent = Parent(UUID(bytes=unique_id), timestamp, text, _read_paths(descriptor, data, file_size))
    return DynamicHeader(table, entries, block, parent)


def _read_paths(descriptor: int, data: bytes, file_size: int) -> Mapping[bytes, str]:
    paths = {}
    for index in range(_LOCATORS):
        code, _, length, _, offset = _LOCATOR.unpack_from(data, _LOCATORS_AT + index * _LOCATOR.size)
        if code not in (RELATIVE, ABSOLUTE):
            continue
        if length > 65536 or offset > file_size - length:
            raise DiskError(DiskCode.SPARSE_HEADER_CORRUPT, "A parent path lies outside the VHD file")
        text = read_exact(descriptor, offset, length).decode("utf-16-le", "replace")
        paths[code] = text.split("\0")[0]
    return paths
