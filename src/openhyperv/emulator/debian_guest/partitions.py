"""Partition tables of a disk with one partition: MBR, and GPT (UEFI 2.10, chapter 5)."""

from __future__ import annotations

import struct
import uuid
import zlib

from attrs import frozen

SECTOR_BYTES = 512
FIRST_LBA = 2048
_TABLE_SECTORS = 33  # a GPT header and 128 entries of 128 bytes
_EFI_SYSTEM = uuid.UUID("C12A7328-F81F-11D2-BA4B-00A0C93EC93B")
_FAT16_LBA = 0x0E
_GPT_PROTECTIVE = 0xEE
_NOT_BOOTABLE = bytes.fromhex("cd18 f4 ebfd")
"""``int 18h; hlt``: a BIOS that is given a generation 2 disk says that it cannot boot."""


@frozen
class DiskLayout:
    """A disk of ``sectors`` sectors with one partition aligned to 1 MiB at both ends."""

    sectors: int

    @property
    def partition_sectors(self) -> int:
        """The length of the partition."""
        return self.sectors - 2 * FIRST_LBA

    @property
    def last_lba(self) -> int:
        """The partition's last sector."""
        return FIRST_LBA + self.partition_sectors - 1


def bios_tables(layout: DiskLayout, boot_code: bytes) -> dict[int, bytes]:
    """What to write at which LBA of a generation 1 disk: an MBR with an active FAT partition."""
    return {0: _mbr(boot_code, 0x80, _FAT16_LBA, FIRST_LBA, layout.partition_sectors)}


def uefi_tables(layout: DiskLayout) -> dict[int, bytes]:
    """What to write at which LBA of a generation 2 disk: a protective MBR and both copies of the GPT."""
    entries = _efi_system_entry(layout)
    disk = uuid.uuid4()
    last = layout.sectors - 1
    return {
        0: _mbr(_NOT_BOOTABLE, 0, _GPT_PROTECTIVE, 1, last),
        1: _gpt_header(layout, disk, entries, own_lba=1, other_lba=last, entries_lba=2),
        2: entries,
        last - 32: entries,
        last: _gpt_header(layout, disk, entries, own_lba=last, other_lba=1, entries_lba=last - 32),
    }


def _mbr(boot_code: bytes, status: int, kind: int, first: int, count: int) -> bytes:
    beyond_chs = b"\xfe\xff\xff"
    code = boot_code[:440].ljust(440, b"\0")
    signature = struct.pack("<IH", uuid.uuid4().int & 0xFFFFFFFF, 0)
    entry = struct.pack("<B3sB3sII", status, beyond_chs, kind, beyond_chs, first, count)
    return (code + signature + entry).ljust(510, b"\0") + b"\x55\xaa"


def _efi_system_entry(layout: DiskLayout) -> bytes:
    name = "EFI system".encode("utf-16-le")
    guids = (_EFI_SYSTEM.bytes_le, uuid.uuid4().bytes_le)
    entry = struct.pack("<16s16sQQQ72s", *guids, FIRST_LBA, layout.last_lba, 0, name)
    return entry.ljust(128 * 128, b"\0")


def _gpt_header(
    layout: DiskLayout, disk: uuid.UUID, entries: bytes, *, own_lba: int, other_lba: int, entries_lba: int
) -> bytes:
    first_usable, last_usable = _TABLE_SECTORS + 1, layout.sectors - _TABLE_SECTORS - 1
    places = struct.pack("<QQQQ", own_lba, other_lba, first_usable, last_usable)
    table = struct.pack("<16sQIII", disk.bytes_le, entries_lba, 128, 128, zlib.crc32(entries))
    checksum = zlib.crc32(_gpt_start(0) + places + table)
    return (_gpt_start(checksum) + places + table).ljust(SECTOR_BYTES, b"\0")


def _gpt_start(checksum: int) -> bytes:
    return struct.pack("<8sIIII", b"EFI PART", 0x10000, 92, checksum, 0)
