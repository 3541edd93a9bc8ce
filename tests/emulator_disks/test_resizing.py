"""Resize-VHD: what grows, what shrinks, and how far."""

from __future__ import annotations

import struct
from contextlib import closing
from pathlib import Path

import pytest

from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.inspecting import inspect, minimum_size
from openhyperv.emulator.disks.kinds import MIB, TIB, DiskFormat, DiskType
from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.disks.resizing import resize
from tests.emulator_disks.drive import ROOTS, Drive, Kind, KnownDisk

VHDX = Kind(DiskFormat.VHDX, DiskType.DYNAMIC)
each_root = pytest.mark.parametrize("kind", ROOTS, ids=str)
each_vhdx = pytest.mark.parametrize(
    "kind", [kind for kind in ROOTS if kind.format is DiskFormat.VHDX], ids=str
)


def put(path: Path, start: int, data: bytes) -> None:
    with closing(open_writable(path)) as file:
        file.write(start, data)
        file.flush()


def mbr(kind: int, first: int, count: int) -> bytes:
    entry = struct.pack("<B3xB3xII", 0x80, kind, first, count)
    return bytes(446) + entry + bytes(48) + b"\x55\xaa"


def partition(disk: KnownDisk, end_bytes: int) -> None:
    """A master boot record with a partition from 1 MiB to there."""
    sector = disk.kind.sector_bytes
    table = mbr(0x83, MIB // sector, (end_bytes - MIB) // sector).ljust(sector, b"\0")
    put(disk.path, 0, table)
    disk.contents[: len(table)] = table


def gpt(sector_bytes: int, last_sector: int) -> bytes:
    """A protective record and a GUID partition table whose only partition ends there."""
    header = struct.pack("<8s64xQII", b"EFI PART", 2, 128, 128).ljust(sector_bytes, b"\0")
    entry = struct.pack("<16s16sQQ", b"\1" * 16, b"\2" * 16, 64, last_sector).ljust(16384, b"\0")
    return mbr(0xEE, 1, 0xFFFFFFFF).ljust(sector_bytes, b"\0") + header + entry


def code_of(path: Path, size_bytes: int, drive: Drive) -> DiskCode:
    before = path.read_bytes()
    with pytest.raises(DiskError) as refused:
        resize(path, size_bytes, drive.resolve)
    assert path.read_bytes() == before
    return refused.value.code


@each_root
def test_a_disk_grows_by_zeros(drive: Drive, kind: Kind) -> None:
    disk = KnownDisk.make(drive.root / f"disk.{kind.suffix}", kind).scribble(1)
    for size in (len(disk.contents) + kind.sector_bytes, 21 * MIB, 40 * MIB):
        resize(disk.path, size, drive.resolve)
        disk.contents += bytes(size - len(disk.contents))
        assert drive.read(disk.path) == disk.contents
    disk.scribble(2)
    assert drive.read(disk.path) == disk.contents


@each_vhdx
def test_a_disk_shrinks_to_its_last_partition(drive: Drive, kind: Kind) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", kind).scribble(1, 40)
    partition(disk, 4 * MIB)
    assert minimum_size(disk.path, drive.resolve) == 4 * MIB
    assert code_of(disk.path, 4 * MIB - kind.sector_bytes, drive) is DiskCode.WOULD_TRUNCATE_DATA
    resize(disk.path, 4 * MIB, drive.resolve)
    assert drive.read(disk.path) == disk.contents[: 4 * MIB]


def test_a_fixed_disk_that_shrinks_gives_its_room_back(drive: Drive) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", Kind(DiskFormat.VHDX, DiskType.FIXED))
    partition(disk, 4 * MIB)
    before = inspect(disk.path).file_size_bytes
    resize(disk.path, 4 * MIB, drive.resolve)
    assert inspect(disk.path).file_size_bytes <= before - 5 * MIB


@each_vhdx
def test_what_was_cut_off_does_not_come_back(drive: Drive, kind: Kind) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", kind).scribble(1, 60)
    partition(disk, 4 * MIB)
    child = disk.child("child").scribble(2, 60)
    partition(child, 4 * MIB)
    for each in (child, disk):
        size = len(each.contents)
        cut = 4 * MIB + 12 * kind.sector_bytes
        resize(each.path, cut, drive.resolve)
        resize(each.path, size, drive.resolve)
        assert drive.read(each.path) == each.contents[:cut] + bytes(size - cut)


@pytest.mark.parametrize("sector_bytes", [512, 4096])
def test_a_guid_partition_table_needs_its_backup_behind_it(drive: Drive, sector_bytes: int) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", Kind(DiskFormat.VHDX, DiskType.DYNAMIC, sector_bytes))
    put(disk.path, 0, gpt(sector_bytes, 999))
    assert minimum_size(disk.path, drive.resolve) == (1000 + 33) * sector_bytes


@pytest.mark.parametrize(
    "table", [b"", mbr(0, 0, 0), mbr(0xEE, 1, 9), gpt(512, 2**63)[:1024], b"\xff" * 2048], ids=range(5)
)
def test_without_partitions_there_is_no_minimum(drive: Drive, table: bytes) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", VHDX)
    put(disk.path, 0, table)
    assert minimum_size(disk.path, drive.resolve) is None
    assert code_of(disk.path, 4 * MIB, drive) is DiskCode.NO_MINIMUM_SIZE


def test_a_partition_beyond_the_end_keeps_the_whole_disk(drive: Drive) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", VHDX)
    put(disk.path, 0, mbr(7, 64, 0xFFFFFFFF))
    assert minimum_size(disk.path, drive.resolve) == len(disk.contents)


def test_a_vhd_parent_that_grew_no_longer_fits(drive: Drive) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhd", Kind(DiskFormat.VHD, DiskType.DYNAMIC))
    child = disk.child("child")
    resize(disk.path, 20 * MIB, drive.resolve)
    with pytest.raises(DiskError) as refused:
        drive.read(child.path)
    assert refused.value.code is DiskCode.PARENT_SIZE_MISMATCH


def test_vhd_never_shrinks_and_its_children_keep_their_size(drive: Drive) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhd", Kind(DiskFormat.VHD, DiskType.DYNAMIC))
    partition(disk, 4 * MIB)
    child = disk.child("child")
    assert code_of(disk.path, 5 * MIB, drive) is DiskCode.NOT_SUPPORTED
    assert code_of(child.path, 64 * MIB, drive) is DiskCode.NOT_SUPPORTED


@pytest.mark.parametrize("size", [0, -512, 5 * MIB + 1, 65 * TIB])
def test_sizes_that_no_disk_has(drive: Drive, size: int) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", VHDX)
    assert code_of(disk.path, size, drive) is DiskCode.INVALID_SIZE


def test_a_resized_parent_is_no_longer_its_children_s(drive: Drive) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", VHDX)
    child = disk.child("child")
    resize(disk.path, 12 * MIB, drive.resolve)
    with pytest.raises(DiskError) as refused:
        drive.read(child.path)
    assert refused.value.code is DiskCode.PARENT_ID_MISMATCH
