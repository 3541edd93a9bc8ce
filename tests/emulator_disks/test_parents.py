"""Chains: found by Windows paths inside the drive, refused where a link does not hold."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from openhyperv.emulator.disks.adopting import set_disk_id, set_parent, set_physical_sector
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.inspecting import inspect, validate_chain
from openhyperv.emulator.disks.kinds import MIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.disks.making import create
from openhyperv.emulator.disks.merging import merge
from openhyperv.emulator.disks.vhd.changing import adopt
from openhyperv.emulator.disks.vhd.header import RELATIVE, Parent
from openhyperv.emulator.disks.vhd.writing import WritableVhd
from tests.emulator_disks.drive import Drive, Kind, KnownDisk

both = pytest.mark.parametrize("disk_format", list(DiskFormat), ids=lambda each: each.name)


def root_and_child(drive: Drive, disk_format: DiskFormat) -> tuple[KnownDisk, KnownDisk]:
    kind = Kind(disk_format, DiskType.DYNAMIC)
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1)
    return root, root.child("child").scribble(2)


def code_of_chain(path: Path, drive: Drive) -> DiskCode:
    with pytest.raises(DiskError) as refused:
        validate_chain(path, drive.resolve)
    return refused.value.code


@both
def test_files_moved_together_stay_together(drive: Drive, disk_format: DiskFormat) -> None:
    root, child = root_and_child(drive, disk_format)
    folder = drive.root / "new place"
    folder.mkdir()
    for disk in (root, child):
        shutil.move(disk.path, folder)
    assert drive.read(folder / child.path.name) == child.contents


@both
def test_a_child_moved_alone_finds_its_parent_by_the_absolute_path(
    drive: Drive, disk_format: DiskFormat
) -> None:
    _, child = root_and_child(drive, disk_format)
    moved = drive.root / "elsewhere" / child.path.name
    moved.parent.mkdir()
    child.path.rename(moved)
    assert drive.read(moved) == child.contents


@both
def test_a_parent_in_another_folder(drive: Drive, disk_format: DiskFormat) -> None:
    root, _ = root_and_child(drive, disk_format)
    folder = drive.root / "a" / "b"
    folder.mkdir(parents=True)
    path = folder / f"c.{root.kind.suffix}"
    create(path, DiskSpec(disk_format, DiskType.DIFFERENCING, parent=root.path))
    assert inspect(path).parent_path == rf"..\..\root.{root.kind.suffix}"
    assert drive.read(path) == root.contents


@both
def test_a_missing_parent(drive: Drive, disk_format: DiskFormat) -> None:
    root, child = root_and_child(drive, disk_format)
    root.path.unlink()
    assert code_of_chain(child.path, drive) is DiskCode.PARENT_NOT_FOUND


@both
def test_a_parent_of_the_same_name_that_is_another(drive: Drive, disk_format: DiskFormat) -> None:
    root, child = root_and_child(drive, disk_format)
    root.path.unlink()
    KnownDisk.make(root.path, root.kind)
    assert code_of_chain(child.path, drive) is DiskCode.PARENT_ID_MISMATCH


@both
def test_a_damaged_parent(drive: Drive, disk_format: DiskFormat) -> None:
    root, child = root_and_child(drive, disk_format)
    root.path.write_bytes(bytes(4096))
    assert code_of_chain(child.path, drive) is DiskCode.ERROR_IN_PARENT


@pytest.mark.parametrize(
    "text",
    [
        r"..\secret.vhd",
        r".\..\..\..\..\secret.vhd",
        r"C:\..\secret.vhd",
        r"\\server\share\secret.vhd",
        r"D:\secret.vhd",
        r"\\?\C:\..\secret.vhd",
        r"..\..\..\..\..\..\..\..\etc\passwd",
        "/etc/passwd",
        "root.vhd\0",
        ".\\" + "x" * 300,
    ],
)
def test_a_hostile_parent_path_leads_nowhere(drive: Drive, text: str) -> None:
    inside = Drive(drive.root / "c")
    inside.root.mkdir()
    _, child = root_and_child(inside, DiskFormat.VHD)
    shutil.copyfile(inside.root / "root.vhd", drive.root / "secret.vhd")
    (inside.root / "root.vhd").rename(inside.root / "gone.vhd")
    identity = inspect(child.path).parent_content_id
    assert identity is not None
    with closing(WritableVhd(child.path)) as file:
        adopt(file, Parent(identity, 0, "root.vhd", {RELATIVE: text}))
    assert code_of_chain(child.path, inside) is DiskCode.PARENT_NOT_FOUND


@both
def test_a_cycle(drive: Drive, disk_format: DiskFormat) -> None:
    _, child = root_and_child(drive, disk_format)
    grandchild = child.child("grandchild")
    with pytest.raises(DiskError) as refused:
        set_parent(child.path, grandchild.path, drive.resolve, ignore_id_mismatch=True)
    assert refused.value.code is DiskCode.CHAIN_CYCLE
    assert drive.read(grandchild.path) == child.contents


def test_a_file_that_names_itself(drive: Drive) -> None:
    _, child = root_and_child(drive, DiskFormat.VHD)
    own = inspect(child.path).content_id
    with closing(WritableVhd(child.path)) as file:
        adopt(file, Parent(own, 0, "child.vhd", {RELATIVE: r".\child.vhd"}))
    assert code_of_chain(child.path, drive) is DiskCode.CHAIN_CYCLE


@both
def test_another_parent_with_the_same_contents(drive: Drive, disk_format: DiskFormat) -> None:
    root, child = root_and_child(drive, disk_format)
    moved = root.path.with_name(f"moved.{root.kind.suffix}")
    root.path.rename(moved)
    set_parent(child.path, moved, drive.resolve, parent_path=f"C:\\{moved.name}")
    assert inspect(child.path).parent_path == f"C:\\{moved.name}"
    assert drive.read(child.path) == child.contents


@both
def test_another_parent_is_taken_only_when_told(drive: Drive, disk_format: DiskFormat) -> None:
    root, child = root_and_child(drive, disk_format)
    other = KnownDisk.make(root.path.with_name(f"other.{root.kind.suffix}"), root.kind)
    with pytest.raises(DiskError) as refused:
        set_parent(child.path, other.path, drive.resolve)
    assert refused.value.code is DiskCode.PARENT_ID_MISMATCH
    for _ in range(20):
        set_parent(child.path, other.path, drive.resolve, ignore_id_mismatch=True)
    assert len(validate_chain(child.path, drive.resolve)) == 2


def test_only_a_differencing_disk_has_a_parent(drive: Drive) -> None:
    root, _ = root_and_child(drive, DiskFormat.VHDX)
    other = KnownDisk.make(drive.root / "other.vhdx", root.kind)
    with pytest.raises(DiskError) as refused:
        set_parent(other.path, root.path, drive.resolve)
    assert refused.value.code is DiskCode.INVALID_TYPE


def test_a_merge_into_what_is_no_ancestor(drive: Drive) -> None:
    root, child = root_and_child(drive, DiskFormat.VHDX)
    other = KnownDisk.make(drive.root / "other.vhdx", root.kind)
    for target in (other, child):
        with pytest.raises(DiskError) as refused:
            merge(child.path, target.path, drive.resolve)
        assert refused.value.code is DiskCode.INVALID_PARAMETER


@both
def test_another_identity(drive: Drive, disk_format: DiskFormat) -> None:
    root, _ = root_and_child(drive, disk_format)
    identity = uuid4()
    set_disk_id(root.path, identity)
    assert inspect(root.path).disk_id == identity
    assert drive.read(root.path) == root.contents


def test_another_physical_sector_size(drive: Drive) -> None:
    root, _ = root_and_child(drive, DiskFormat.VHDX)
    set_physical_sector(root.path, 512)
    assert inspect(root.path).physical_sector_bytes == 512
    for path, size, code in (
        (root.path, 1024, DiskCode.UNSUPPORTED_SECTOR_SIZE),
        (root_and_child(drive, DiskFormat.VHD)[0].path, 4096, DiskCode.NOT_SUPPORTED),
    ):
        with pytest.raises(DiskError) as refused:
            set_physical_sector(path, size)
        assert refused.value.code is code


def test_a_long_chain(drive: Drive) -> None:
    disk = KnownDisk.make(drive.root / "root.vhdx", Kind(DiskFormat.VHDX, DiskType.DYNAMIC), 4 * MIB)
    for level in range(100):
        disk = disk.child(f"level{level}").scribble(level, strokes=1)
    assert drive.read(disk.path) == disk.contents


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_cannot_be_opened_is_closed_again(drive: Drive) -> None:
    before = open_files()
    root, child = root_and_child(drive, DiskFormat.VHDX)
    root.path.write_bytes(b"vhdxfile")
    with pytest.raises(DiskError):
        validate_chain(child.path, drive.resolve)
    with pytest.raises(DiskError):
        open_writable(root.path)
    assert open_files() == before
