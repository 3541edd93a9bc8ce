"""New disks: Hyper-V's defaults, its limits, and nothing left behind where one cannot be made."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from attrs import evolve

from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.inspecting import inspect, validate_chain
from openhyperv.emulator.disks.kinds import GIB, KIB, MIB, TIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import convert, create
from tests.emulator_disks.drive import ROOTS, Drive, Kind, KnownDisk

VHD_DYNAMIC = DiskSpec(DiskFormat.VHD, DiskType.DYNAMIC, GIB)
VHDX_DYNAMIC = DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, GIB)


def refusal(path: Path, spec: DiskSpec) -> DiskCode:
    """The code that the disk is refused with; the folder stays as it was."""
    before = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    with pytest.raises(DiskError) as refused:
        create(path, spec)
    assert (sorted(path.parent.iterdir()) if path.parent.is_dir() else []) == before
    return refused.value.code


def test_hyper_v_s_defaults(drive: Drive) -> None:
    create(drive.root / "a.vhdx", VHDX_DYNAMIC)
    vhdx = inspect(drive.root / "a.vhdx")
    assert (vhdx.block_size_bytes, vhdx.logical_sector_bytes, vhdx.physical_sector_bytes) == (
        32 * MIB,
        512,
        4096,
    )
    create(drive.root / "a.vhd", VHD_DYNAMIC)
    vhd = inspect(drive.root / "a.vhd")
    assert (vhd.block_size_bytes, vhd.logical_sector_bytes, vhd.physical_sector_bytes) == (2 * MIB, 512, 512)
    assert vhdx.disk_id != vhd.disk_id


@pytest.mark.parametrize("kind", ROOTS, ids=str)
def test_a_file_says_what_it_was_made_as(drive: Drive, kind: Kind) -> None:
    identity = UUID("11111111-2222-3333-4444-555555555555")
    spec = DiskSpec(kind.format, kind.type, 5 * MIB, logical_sector_bytes=kind.sector_bytes, disk_id=identity)
    path = drive.root / f"disk.{kind.suffix}"
    create(path, spec)
    info = inspect(path)
    assert (info.format, info.type, info.size_bytes, info.disk_id) == (
        kind.format,
        kind.type,
        5 * MIB,
        identity,
    )
    assert info.logical_sector_bytes == kind.sector_bytes
    assert (info.parent_path, info.parent_content_id) == (None, None)
    assert info.file_size_bytes == path.stat().st_size


def test_a_child_says_who_its_parent_is(drive: Drive) -> None:
    for suffix in ("vhd", "vhdx"):
        kind = Kind(DiskFormat[suffix.upper()], DiskType.DYNAMIC)
        root = KnownDisk.make(drive.root / f"root.{suffix}", kind)
        child = inspect(root.child(f"child-{suffix}").path)
        assert child.type is DiskType.DIFFERENCING
        assert child.parent_path == f"C:\\root.{suffix}"
        assert child.parent_content_id == inspect(root.path).content_id
        assert child.size_bytes == len(root.contents)
        assert child.block_size_bytes == 2 * MIB


@pytest.mark.parametrize("block", [MIB, 0, 256 * MIB])
def test_64_tib_take_no_room(drive: Drive, block: int) -> None:
    path = drive.root / "huge.vhdx"
    create(path, evolve(VHDX_DYNAMIC, size_bytes=64 * TIB, block_size_bytes=block))
    assert path.stat().st_blocks * 512 < 2 * MIB
    assert validate_chain(path, drive.resolve)[0].size_bytes == 64 * TIB


@pytest.mark.parametrize(
    ("name", "spec", "code"),
    [
        ("a.vhd", VHDX_DYNAMIC, DiskCode.INVALID_PARAMETER),
        ("a.vhdx", VHD_DYNAMIC, DiskCode.INVALID_PARAMETER),
        ("a.iso", VHD_DYNAMIC, DiskCode.INVALID_PARAMETER),
        ("no/such/a.vhd", VHD_DYNAMIC, DiskCode.PATH_NOT_FOUND),
        ("a.vhdx", evolve(VHDX_DYNAMIC, size_bytes=64 * TIB + 512), DiskCode.INVALID_SIZE),
        ("a.vhdx", evolve(VHDX_DYNAMIC, size_bytes=GIB + 1), DiskCode.INVALID_SIZE),
        ("a.vhdx", evolve(VHDX_DYNAMIC, size_bytes=None), DiskCode.INVALID_SIZE),
        ("a.vhd", evolve(VHD_DYNAMIC, size_bytes=2041 * GIB), DiskCode.INVALID_SIZE),
        ("a.vhd", evolve(VHD_DYNAMIC, type=DiskType.FIXED, size_bytes=-512), DiskCode.INVALID_SIZE),
        ("a.vhdx", evolve(VHDX_DYNAMIC, block_size_bytes=3 * MIB), DiskCode.INVALID_BLOCK_SIZE),
        ("a.vhdx", evolve(VHDX_DYNAMIC, block_size_bytes=512 * MIB), DiskCode.INVALID_BLOCK_SIZE),
        ("a.vhd", evolve(VHD_DYNAMIC, block_size_bytes=4 * KIB), DiskCode.INVALID_BLOCK_SIZE),
        ("a.vhdx", evolve(VHDX_DYNAMIC, logical_sector_bytes=1024), DiskCode.UNSUPPORTED_SECTOR_SIZE),
        ("a.vhd", evolve(VHD_DYNAMIC, logical_sector_bytes=4096), DiskCode.UNSUPPORTED_SECTOR_SIZE),
        ("a.vhdx", evolve(VHDX_DYNAMIC, type=DiskType.DIFFERENCING), DiskCode.INVALID_PARAMETER),
    ],
)
def test_what_hyper_v_refuses_is_refused(drive: Drive, name: str, spec: DiskSpec, code: DiskCode) -> None:
    assert refusal(drive.root / name, spec) is code


def test_a_name_that_is_taken(drive: Drive) -> None:
    path = drive.root / "a.vhdx"
    path.write_bytes(b"mine")
    assert refusal(path, VHDX_DYNAMIC) is DiskCode.FILE_EXISTS
    assert path.read_bytes() == b"mine"


def test_parents_that_cannot_be(drive: Drive) -> None:
    root = KnownDisk.make(drive.root / "root.vhd", Kind(DiskFormat.VHD, DiskType.DYNAMIC))
    child = DiskSpec(DiskFormat.VHD, DiskType.DIFFERENCING, parent=root.path)
    missing = evolve(child, parent=drive.root / "none.vhd")
    assert refusal(drive.root / "c.vhd", missing) is DiskCode.FILE_NOT_FOUND
    assert refusal(drive.root / "c.vhdx", evolve(child, format=DiskFormat.VHDX)) is DiskCode.INVALID_TYPE
    assert refusal(drive.root / "c.vhd", evolve(child, size_bytes=64 * MIB)) is DiskCode.INVALID_SIZE


def test_a_target_smaller_than_its_source(drive: Drive) -> None:
    source = KnownDisk.make(drive.root / "a.vhdx", Kind(DiskFormat.VHDX, DiskType.DYNAMIC))
    spec = DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, 5 * MIB)
    with pytest.raises(DiskError) as refused:
        convert(source.path, drive.root / "b.vhdx", spec, drive.resolve)
    assert refused.value.code is DiskCode.INVALID_SIZE


@pytest.fixture
def tiny_volume(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 6 MiB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_drive(drive: Drive, tiny_volume: Path) -> None:
    source = KnownDisk.make(drive.root / "source.vhdx", Kind(DiskFormat.VHDX, DiskType.DYNAMIC)).scribble(
        1, 60
    )
    with pytest.raises(DiskError) as refused:
        convert(
            source.path,
            tiny_volume / "target.vhdx",
            DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, block_size_bytes=MIB),
            drive.resolve,
        )
    assert refused.value.code is DiskCode.DISK_FULL
    assert list(tiny_volume.iterdir()) == []
