"""Damaged and hostile files: a DiskError, or a disk; never another error, never an endless wait."""

from __future__ import annotations

import random
import struct
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.compacting import compact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.inspecting import inspect, minimum_size, validate_chain
from openhyperv.emulator.disks.kinds import KIB, MIB, DiskFormat, DiskType
from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.disks.resizing import resize
from openhyperv.emulator.disks.vhd.footer import with_checksum as with_vhd_checksum
from openhyperv.emulator.disks.vhdx.header import with_checksum as with_vhdx_checksum
from tests.emulator_disks.drive import ROOTS, Drive, Kind, KnownDisk

VHDX_STRUCTURES = [0, 64 * KIB, 128 * KIB, 192 * KIB, 256 * KIB, 2 * MIB, 2 * MIB + 64 * KIB, 3 * MIB]
VHD_STRUCTURES = [0, 512, 1024, 4096, 8192, 12288]
each_format = pytest.mark.parametrize("disk_format", list(DiskFormat), ids=lambda each: each.name)


def use(path: Path, drive: Drive) -> None:
    """Everything that a client can have done with a file; DiskError is what may come."""
    with suppress(DiskError):
        inspect(path)
    with suppress(DiskError):
        validate_chain(path, drive.resolve)
    with suppress(DiskError):
        minimum_size(path, drive.resolve)
    with suppress(DiskError), Chain.open(path, drive.resolve) as chain:
        chain.read(0, min(chain.size_bytes, MIB))
    with suppress(DiskError):
        resize(path, 20 * MIB, drive.resolve)
    with suppress(DiskError), closing(open_writable(path)) as file:
        file.write(0, b"x" * 4096)
        file.flush()
    if path.stat().st_size < 64 * MIB:
        with suppress(DiskError):
            compact(path)


def with_right_checksums(data: bytearray, disk_format: DiskFormat) -> bytes:
    """So that damage is not caught by a checksum already."""
    if disk_format is DiskFormat.VHD:
        data[:512] = with_vhd_checksum(bytes(data[:512]), 64)
        data[512:1536] = with_vhd_checksum(bytes(data[512:1536]), 36)
        data[-512:] = with_vhd_checksum(bytes(data[-512:]), 64)
        return bytes(data)
    for offset, length in ((64 * KIB, 4096), (128 * KIB, 4096), (192 * KIB, 64 * KIB), (256 * KIB, 64 * KIB)):
        data[offset : offset + length] = with_vhdx_checksum(bytes(data[offset : offset + length]))
    return bytes(data)


@each_format
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 10**9), is_child=st.booleans(), keeps_checksums=st.booleans())
@example(seed=130647, is_child=False, keeps_checksums=True)  # the metadata lie beyond the end of any file
def test_damage_is_named(
    drive: Drive, disk_format: DiskFormat, seed: int, is_child: bool, keeps_checksums: bool
) -> None:
    for old in drive.root.iterdir():
        old.unlink()
    kind = Kind(disk_format, DiskType.DYNAMIC)
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1, strokes=2)
    disk = root.child("child").scribble(2, strokes=2) if is_child else root
    data = bytearray(disk.path.read_bytes())
    chance = random.Random(seed)  # noqa: S311 - test data
    for _ in range(chance.randrange(1, 5)):
        _damage(data, chance, VHDX_STRUCTURES if disk_format is DiskFormat.VHDX else VHD_STRUCTURES)
    disk.path.write_bytes(with_right_checksums(data, disk_format) if keeps_checksums else data)
    use(disk.path, drive)


def _damage(data: bytearray, chance: random.Random, structures: list[int]) -> None:
    places = [*structures, len(data) - 512]
    offset = min(chance.choice(places) + chance.randrange(chance.choice([64, 700])), len(data) - 9)
    number = chance.choice([0, 1, 0xFF, 0xFFFF, 0xFFFFFFFF, 2**63, 2**64 - 1, chance.getrandbits(64)])
    width = chance.choice(["<B", "<H", "<I", "<Q", ">I", ">Q"])
    struct.pack_into(width, data, offset, number & (2 ** (8 * struct.calcsize(width)) - 1))


@pytest.mark.parametrize("kind", ROOTS, ids=str)
def test_a_file_cut_off_anywhere(drive: Drive, kind: Kind) -> None:
    disk = KnownDisk.make(drive.root / f"disk.{kind.suffix}", kind).scribble(1, strokes=2)
    data = disk.path.read_bytes()
    chance = random.Random(1)  # noqa: S311 - test data
    for length in [0, 1, 511, 512, 513, 4096, MIB, *(chance.randrange(len(data)) for _ in range(20))]:
        disk.path.write_bytes(data[:length])
        use(disk.path, drive)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.vhdx", b"", DiskCode.FILE_CORRUPT),
        ("a.vhdx", b"vhdxfile", DiskCode.FILE_CORRUPT),
        ("a.vhdx", b"vhdxfile" + bytes(8 * MIB), DiskCode.FILE_CORRUPT),
        ("a.vhd", b"", DiskCode.FOOTER_MISSING),
        ("a.vhd", bytes(4096), DiskCode.FOOTER_MISSING),
        ("a.vhd", bytes(4096) + b"conectix" + bytes(504), DiskCode.FOOTER_CHECKSUM),
        ("a.vhd", b"conectix" * 64, DiskCode.FOOTER_CHECKSUM),
        ("a.iso", bytes(4096), DiskCode.PROVIDER_NOT_FOUND),
    ],
)
def test_what_is_no_disk(drive: Drive, name: str, data: bytes, code: DiskCode) -> None:
    path = drive.root / name
    path.write_bytes(data)
    with pytest.raises(DiskError) as refused:
        inspect(path)
    assert refused.value.code is code


def test_what_is_no_file(drive: Drive) -> None:
    (drive.root / "folder.vhdx").mkdir()
    for name, code in (("folder.vhdx", DiskCode.ACCESS_DENIED), ("none.vhdx", DiskCode.FILE_NOT_FOUND)):
        with pytest.raises(DiskError) as refused:
            inspect(drive.root / name)
        assert refused.value.code is code


def test_a_vhdx_that_was_not_closed_is_refused(drive: Drive) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", Kind(DiskFormat.VHDX, DiskType.DYNAMIC))
    data = bytearray(disk.path.read_bytes())
    for offset in (64 * KIB, 128 * KIB):
        data[offset + 48 : offset + 64] = b"\x11" * 16
    disk.path.write_bytes(with_right_checksums(data, DiskFormat.VHDX))
    with pytest.raises(DiskError, match="log") as refused:
        inspect(disk.path)
    assert refused.value.code is DiskCode.FILE_CORRUPT


@pytest.mark.parametrize("offset", [64 * KIB, 128 * KIB, 192 * KIB, 256 * KIB])
def test_one_copy_of_each_structure_is_enough(drive: Drive, offset: int) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", Kind(DiskFormat.VHDX, DiskType.DYNAMIC)).scribble(1)
    data = bytearray(disk.path.read_bytes())
    data[offset + 100] ^= 1
    disk.path.write_bytes(data)
    assert drive.read(disk.path) == disk.contents


def test_a_vhd_whose_end_is_missing_is_read_by_the_copy_of_its_footer(drive: Drive) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhd", Kind(DiskFormat.VHD, DiskType.DYNAMIC)).scribble(1)
    data = disk.path.read_bytes()
    disk.path.write_bytes(data[:-512])
    assert drive.read(disk.path) == disk.contents
    disk.scribble(2)
    assert drive.read(disk.path) == disk.contents
