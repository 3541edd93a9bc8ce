"""What is written is read back, through chains, and after each change at rest."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openhyperv.emulator.disks.compacting import compact
from openhyperv.emulator.disks.extents import Holding
from openhyperv.emulator.disks.inspecting import inspect
from openhyperv.emulator.disks.kinds import MIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.layer import open_layer
from openhyperv.emulator.disks.making import convert
from openhyperv.emulator.disks.merging import merge
from openhyperv.emulator.disks.resizing import resize
from tests.emulator_disks.drive import ROOTS, Drive, Kind, KnownDisk

each_root = pytest.mark.parametrize("kind", ROOTS, ids=str)


@each_root
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_a_chain_reads_as_it_was_written(drive: Drive, kind: Kind, seed: int) -> None:
    for old in drive.root.iterdir():
        old.unlink()
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(seed)
    child = root.child("child").scribble(seed + 1)
    leaf = child.child("leaf").scribble(seed + 2)
    for disk in (root, child, leaf):
        assert drive.read(disk.path) == disk.contents


@each_root
def test_a_merge_into_any_ancestor_keeps_the_contents(drive: Drive, kind: Kind) -> None:
    for depth in (0, 1):
        root = KnownDisk.make(drive.root / f"root{depth}.{kind.suffix}", kind).scribble(1)
        child = root.child(f"child{depth}").scribble(2)
        leaf = child.child(f"leaf{depth}").scribble(3)
        target = (child, root)[depth]
        merge(leaf.path, target.path, drive.resolve)
        assert drive.read(target.path) == leaf.contents


def test_children_of_a_merged_vhdx_match_the_file_it_went_into(drive: Drive) -> None:
    root = KnownDisk.make(drive.root / "root.vhdx", Kind(DiskFormat.VHDX, DiskType.DYNAMIC)).scribble(1)
    child = root.child("child").scribble(2)
    leaf = child.child("leaf").scribble(3)
    merge(child.path, root.path, drive.resolve)
    assert inspect(root.path).content_id == inspect(leaf.path).parent_content_id


@pytest.mark.parametrize("kind", [kind for kind in ROOTS if kind.format is DiskFormat.VHDX], ids=str)
def test_a_larger_child_merges_into_a_smaller_parent(drive: Drive, kind: Kind) -> None:
    root = KnownDisk.make(drive.root / "root.vhdx", kind).scribble(1)
    child = root.child("child").scribble(2)
    resize(child.path, len(child.contents) + 5 * MIB, drive.resolve)
    child.contents += bytes(5 * MIB)
    child.scribble(3)
    merge(child.path, root.path, drive.resolve)
    assert drive.read(root.path) == child.contents


@each_root
@pytest.mark.parametrize("target", [DiskFormat.VHD, DiskFormat.VHDX])
@pytest.mark.parametrize("target_type", [DiskType.FIXED, DiskType.DYNAMIC])
def test_a_chain_converts_into_one_file(
    drive: Drive, kind: Kind, target: DiskFormat, target_type: DiskType
) -> None:
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1)
    child = root.child("child").scribble(2)
    told: list[int] = []
    path = drive.root / f"target.{target.name.lower()}"
    convert(child.path, path, DiskSpec(target, target_type), drive.resolve, told.append)
    assert drive.read(path) == child.contents
    assert inspect(path).type is target_type
    assert told == sorted(told)
    assert told[-1] == 99


@pytest.mark.parametrize("kind", [kind for kind in ROOTS if kind.type is DiskType.DYNAMIC], ids=str)
def test_compacting_frees_blocks_of_zeros_and_nothing_else(drive: Drive, kind: Kind) -> None:
    disk = KnownDisk.make(drive.root / f"disk.{kind.suffix}", kind).scribble(1, strokes=40)
    disk.erase(2 * MIB, 5 * MIB)
    child = disk.child("child").scribble(2)
    before = inspect(disk.path)
    compact(disk.path)
    compact(child.path)
    after = inspect(disk.path)
    assert drive.read(disk.path) == disk.contents
    assert drive.read(child.path) == child.contents
    assert after.file_size_bytes < before.file_size_bytes
    assert after.disk_id == before.disk_id


def test_a_fixed_disk_keeps_all_its_room(drive: Drive) -> None:
    disk = KnownDisk.make(drive.root / "disk.vhdx", Kind(DiskFormat.VHDX, DiskType.FIXED)).scribble(1)
    disk.erase(2 * MIB, 5 * MIB)
    assert drive.read(disk.path) == disk.contents
    with closing(open_layer(disk.path)) as layer:
        assert {extent.holding for extent in layer.extents(0, len(disk.contents))} == {Holding.DATA}
