"""The parent locator of a differencing VHDX: keys and values in UTF-16 ([MS-VHDX] 2.6.2.6)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from uuid import UUID

from openhyperv.emulator.disks.errors import DiskCode, DiskError

_VHDX_PARENT = UUID("B04AEFB7-D19E-4A81-B789-25B8E9445913")
_HEAD = struct.Struct("<16sHH")
_ENTRY = struct.Struct("<IIHH")


def pack_locator(entries: Mapping[str, str]) -> bytes:
    """The metadata item that holds these keys and values."""
    table, text = b"", b""
    start = _HEAD.size + _ENTRY.size * len(entries)
    for key, value in entries.items():
        key_text, value_text = key.encode("utf-16-le"), value.encode("utf-16-le")
        offset = start + len(text)
        table += _ENTRY.pack(offset, offset + len(key_text), len(key_text), len(value_text))
        text += key_text + value_text
    return _HEAD.pack(_VHDX_PARENT.bytes_le, 0, len(entries)) + table + text


def parse_locator(item: bytes) -> Mapping[str, str]:
    """The keys and values of the item.

    :raises DiskError: FILE_CORRUPT, it is not well formed; NOT_SUPPORTED, its parent is no VHDX file
    """
    if len(item) < _HEAD.size:
        raise DiskError(DiskCode.FILE_CORRUPT, "The parent locator is too short")
    kind, _, count = _HEAD.unpack_from(item)
    if UUID(bytes_le=kind) != _VHDX_PARENT:
        raise DiskError(DiskCode.NOT_SUPPORTED, "The parent locator is of an unknown type")
    if _HEAD.size + count * _ENTRY.size > len(item):
        raise DiskError(DiskCode.FILE_CORRUPT, "The parent locator is too short for its entries")
    places = [_ENTRY.unpack_from(item, _HEAD.size + index * _ENTRY.size) for index in range(count)]
    return {
        _text(item, key, key_len): _text(item, value, value_len) for key, value, key_len, value_len in places
    }


def _text(item: bytes, offset: int, length: int) -> str:
    try:
        text = item[offset : offset + length].decode("utf-16-le")
    except UnicodeDecodeError:
        text = ""
    if not text or offset + length > len(item):
        raise DiskError(DiskCode.FILE_CORRUPT, "The parent locator holds no readable text")
    return text


def linkage(entries: Mapping[str, str]) -> UUID:
    """The parent's DataWriteGuid as the child remembers it ([MS-VHDX] 2.6.2.6.3)."""
    try:
        return UUID(entries["parent_linkage"])
    except (KeyError, ValueError) as error:
        raise DiskError(DiskCode.FILE_CORRUPT, "The parent locator has no valid parent_linkage") from error
