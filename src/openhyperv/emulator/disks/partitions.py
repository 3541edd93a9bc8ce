"""How far the partitions of a disk reach: Hyper-V lets it shrink to there."""

from __future__ import annotations

import struct
from collections.abc import Callable

_SIGNATURE_AT = 510
_MBR_ENTRIES_AT = 446
_MBR_ENTRY = struct.Struct("<4xB3xII")
_PROTECTIVE = 0xEE
_GPT_HEADER = struct.Struct("<8s64xQII")
_GPT_ENTRY = struct.Struct("<16s16sQQ")
_GPT_BACKUP_SECTORS = 33
_GPT_ENTRIES_MAX = 1024
_GPT_ENTRY_MAX_BYTES = 4096

Read = Callable[[int, int], bytes]
"""Reads ``length`` bytes at an offset of the disk."""


def used_bytes(read: Read, size_bytes: int, sector_bytes: int) -> int | None:
    """The end of the last partition (UEFI 2.10 section 5; with GPT, room for the backup table behind it).

    None where there is no partition table, or an empty one.
    """
    sector = read(0, 512)
    if sector[_SIGNATURE_AT:] != b"\x55\xaa":
        return None
    entries = [_MBR_ENTRY.unpack_from(sector, _MBR_ENTRIES_AT + 16 * index) for index in range(4)]
    if any(kind == _PROTECTIVE for kind, _, _ in entries):
        end = _gpt_end(read, size_bytes, sector_bytes)
    else:
        end = max((first + count for kind, first, count in entries if kind and count), default=0)
    return end * sector_bytes or None


def _gpt_end(read: Read, size_bytes: int, sector_bytes: int) -> int:
    signature, table, count, entry_bytes = _GPT_HEADER.unpack_from(read(sector_bytes, 512))
    if signature != b"EFI PART" or count > _GPT_ENTRIES_MAX:
        return 0
    if not _GPT_ENTRY.size <= entry_bytes <= _GPT_ENTRY_MAX_BYTES:
        return 0
    if table * sector_bytes + count * entry_bytes > size_bytes:
        return 0
    data = read(table * sector_bytes, count * entry_bytes)
    entries = [_GPT_ENTRY.unpack_from(data, index * entry_bytes) for index in range(count)]
    last = max((last for kind, _, _, last in entries if any(kind)), default=-1)
    return last + 1 + _GPT_BACKUP_SECTORS if last >= 0 else 0
