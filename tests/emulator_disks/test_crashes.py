"""A crash at any moment leaves whole files, and doing the same again finishes the work."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from openhyperv.emulator.disks.adopting import set_parent
from openhyperv.emulator.disks.compacting import compact
from openhyperv.emulator.disks.inspecting import inspect, validate_chain
from openhyperv.emulator.disks.kinds import GIB, MIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import convert, create
from openhyperv.emulator.disks.merging import merge
from openhyperv.emulator.disks.resizing import resize
from tests.emulator_disks.drive import ROOTS, Drive, Kind, KnownDisk
from tests.emulator_disks.dying import every_death

each_root = pytest.mark.parametrize("kind", ROOTS, ids=str)
each_vhdx = pytest.mark.parametrize(
    "kind", [kind for kind in ROOTS if kind.format is DiskFormat.VHDX], ids=str
)
KEPT = "kept"


def restoring(path: Path, work: Callable[[], None]) -> Callable[[], None]:
    """The work on a fresh copy of the file each time."""
    kept = path.with_name(f"{KEPT}.{path.name}")
    shutil.copyfile(path, kept)

    def again() -> None:
        shutil.copyfile(kept, path)
        work()

    return again


@each_root
def test_growing(drive: Drive, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = KnownDisk.make(drive.root / f"disk.{kind.suffix}", kind, grain_bytes=4096).scribble(1, strokes=4)
    grown = len(disk.contents) + 3 * MIB
    grow = restoring(disk.path, lambda: resize(disk.path, grown, drive.resolve))
    is_torn = kind.format is DiskFormat.VHDX
    for _ in every_death(monkeypatch, grow, is_torn=is_torn):
        contents = drive.read(disk.path)
        assert len(contents) in (len(disk.contents), grown)
        assert contents[: len(disk.contents)] == disk.contents
        if len(contents) < grown:
            resize(disk.path, grown, drive.resolve)
            assert drive.read(disk.path) == disk.contents + bytes(3 * MIB)
    assert drive.read(disk.path) == disk.contents + bytes(3 * MIB)


def test_growing_beyond_the_block_table(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", Kind(DiskFormat.VHDX, DiskType.DYNAMIC)).scribble(
        1, strokes=2
    )
    old_size, grown = len(disk.contents), 160 * GIB
    grow = restoring(disk.path, lambda: resize(disk.path, grown, drive.resolve))
    for _ in every_death(monkeypatch, grow, is_torn=True):
        assert inspect(disk.path).size_bytes in (old_size, grown)
        if inspect(disk.path).size_bytes == old_size:
            resize(disk.path, old_size + MIB, drive.resolve)
        validate_chain(disk.path, drive.resolve)
    assert inspect(disk.path).size_bytes == grown


@each_root
def test_merging(drive: Drive, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1, strokes=4)
    child = root.child("child").scribble(2, strokes=4)
    join = restoring(root.path, lambda: merge(child.path, root.path, drive.resolve))
    for _ in every_death(monkeypatch, join):
        if _is_linked(child, root):
            merge(child.path, root.path, drive.resolve)
        assert drive.read(root.path) == child.contents


def _is_linked(child: KnownDisk, root: KnownDisk) -> bool:
    """The last act of a merge gives the root the child's own identity."""
    return inspect(root.path).content_id == inspect(child.path).parent_content_id


@each_root
def test_making_leaves_nothing_behind(drive: Drive, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    source = KnownDisk.make(drive.root / f"source.{kind.suffix}", kind).scribble(1, strokes=3)
    target = drive.root / f"target.{kind.suffix}"
    spec = DiskSpec(kind.format, kind.type, len(source.contents))

    def work() -> None:
        create(target, spec)
        target.unlink()
        convert(source.path, target, spec, drive.resolve)

    for _ in every_death(monkeypatch, work):
        assert {path.name for path in drive.root.iterdir()} == {source.path.name}
    assert drive.read(target) == source.contents


@each_vhdx
def test_another_parent_is_there_or_not(drive: Drive, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    root = KnownDisk.make(drive.root / "root.vhdx", kind).scribble(1)
    child = root.child("child").scribble(2)
    moved = drive.root / "moved.vhdx"
    shutil.copyfile(root.path, moved)
    adopt = restoring(
        child.path, lambda: set_parent(child.path, moved, drive.resolve, parent_path=r"C:\moved.vhdx")
    )
    for _ in every_death(monkeypatch, adopt, is_torn=True):
        assert drive.read(child.path) == child.contents
    assert inspect(child.path).parent_path == r"C:\moved.vhdx"


@each_root
def test_compacting(drive: Drive, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1, strokes=3)
    child = root.child("child").scribble(2)
    for _ in every_death(monkeypatch, restoring(child.path, lambda: compact(child.path))):
        assert drive.read(child.path) == child.contents
    assert drive.read(child.path) == child.contents
    assert not [path for path in drive.root.iterdir() if path.name.startswith(".")]
