"""Disks under a real QEMU: what it writes is in the files after power-off, checkpoints and crashes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.inspecting import inspect, validate_chain
from openhyperv.emulator.disks.kinds import KIB, MIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import create
from openhyperv.emulator.disks.running import RunningDisk, recover
from tests.emulator_disks.drive import ROOTS, Drive, Kind, KnownDisk
from tests.emulator_disks.dying import every_death
from tests.emulator_disks.machine import BareQemu

pytestmark = pytest.mark.skipif(not shutil.which("qemu-nbd"), reason="needs QEMU's tools")
each_root = pytest.mark.parametrize("kind", ROOTS, ids=str)
VHDX = Kind(DiskFormat.VHDX, DiskType.DYNAMIC)


@pytest.fixture
def state(drive: Drive) -> Path:
    folder = drive.root / "state"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def nothing_stays(drive: Drive) -> Iterator[None]:
    """No server and no folder of one is left when the disks are folded."""
    before = set(Path(tempfile.gettempdir()).glob("hvsim-nbd-*"))
    yield
    left = set(Path(tempfile.gettempdir()).glob("hvsim-nbd-*")) - before
    assert not [folder for folder in left if str(drive.root) in _served_by(folder)]


def _served_by(folder: Path) -> str:
    try:
        pid = (folder / "pid").read_text().strip()
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def draw(qemu: BareQemu, node: str, disk: KnownDisk, pattern: int) -> None:
    """What a guest writes, small and large; ``disk`` remembers it."""
    for start, length in (
        (8 * KIB, 4 * KIB),
        (MIB - 64 * KIB, 128 * KIB),
        (3 * MIB, 2 * MIB),
        (8 * MIB + 4096, 4096),
    ):
        qemu.write(node, pattern, start, length)
        disk.contents[start : start + length] = bytes([pattern]) * length
    qemu.erase(node, 5 * MIB, 3 * MIB)
    disk.contents[5 * MIB : 8 * MIB] = bytes(3 * MIB)


def run_once(disk: KnownDisk, drive: Drive, state: Path, pattern: int) -> None:
    running = RunningDisk.open(disk.path, state, "disk", drive.resolve)
    with BareQemu(state) as qemu:
        qemu.add(running.blockdev("top"))
        draw(qemu, "top", disk, pattern)
    running.fold()


@each_root
def test_what_a_guest_writes_is_in_the_file_after_power_off(drive: Drive, state: Path, kind: Kind) -> None:
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1)
    child = root.child("child").scribble(2)
    leaf = child.child("leaf").scribble(3)
    before = root.path.read_bytes(), child.path.read_bytes()
    run_once(leaf, drive, state, 0x5A)
    assert drive.read(leaf.path) == leaf.contents
    assert (root.path.read_bytes(), child.path.read_bytes()) == before
    assert list(state.iterdir()) == []
    alone = KnownDisk.make(drive.root / f"alone.{kind.suffix}", kind).scribble(4)
    run_once(alone, drive, state, 0xA5)
    assert drive.read(alone.path) == alone.contents


@each_root
def test_a_checkpoint_of_a_running_disk(drive: Drive, state: Path, kind: Kind) -> None:
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1)
    running = RunningDisk.open(root.path, state, "disk", drive.resolve)
    with BareQemu(state) as qemu:
        qemu.add(running.blockdev("n0"))
        draw(qemu, "n0", root, 1)
        leaves = [root]
        for level in (1, 2):
            leaves.append(leaves[-1].child(f"leaf{level}"))
            qemu.add(running.branch(leaves[-1].path, f"n{level}"))
            qemu.execute("blockdev-snapshot", node=f"n{level - 1}", overlay=f"n{level}")
            running.switch_leaf(leaves[-1].path)
            assert drive.read(leaves[-2].path) == leaves[-2].contents, "the frozen file is complete"
            draw(qemu, f"n{level}", leaves[-1], 0x10 + level)
        assert running.leaf == leaves[-1].path
    running.fold()
    for disk in leaves:
        assert drive.read(disk.path) == disk.contents
    validate_chain(leaves[-1].path, drive.resolve)
    assert list(state.iterdir()) == []


def test_a_checkpoint_that_qemu_refused(drive: Drive, state: Path) -> None:
    root = KnownDisk.make(drive.root / "root.vhdx", VHDX).scribble(1)
    running = RunningDisk.open(root.path, state, "disk", drive.resolve)
    with BareQemu(state) as qemu:
        qemu.add(running.blockdev("n0"))
        leaf = root.child("leaf")
        qemu.add(running.branch(leaf.path, "n1"))
        qemu.execute("blockdev-del", node_name="n1")
        running.abandon_branch()
        draw(qemu, "n0", root, 7)
    running.fold()
    assert drive.read(root.path) == root.contents
    assert list(state.iterdir()) == []


def test_a_leaf_that_no_branch_was_made_for(drive: Drive, state: Path) -> None:
    root = KnownDisk.make(drive.root / "root.vhdx", VHDX)
    running = RunningDisk.open(root.path, state, "disk", drive.resolve)
    with pytest.raises(DiskError) as refused:
        running.switch_leaf(root.path)
    running.fold()
    assert refused.value.code is DiskCode.INVALID_PARAMETER


def test_a_running_vhdx_grows(drive: Drive, state: Path) -> None:
    root = KnownDisk.make(drive.root / "root.vhdx", VHDX).scribble(1)
    leaf = root.child("leaf").scribble(2)
    running = RunningDisk.open(leaf.path, state, "disk", drive.resolve)
    with BareQemu(state) as qemu:
        qemu.add(running.blockdev("top"))
        running.resize(64 * MIB)
        qemu.execute("block_resize", node_name="top", size=64 * MIB)
        qemu.write("top", 9, 60 * MIB, MIB)
        with pytest.raises(DiskError) as refused:
            running.resize(32 * MIB)
    running.fold()
    leaf.contents += bytes(64 * MIB - len(leaf.contents))
    leaf.contents[60 * MIB : 61 * MIB] = bytes([9]) * MIB
    assert drive.read(leaf.path) == leaf.contents
    assert refused.value.code is DiskCode.NOT_SUPPORTED


@each_root
def test_after_a_crash_nothing_that_was_flushed_is_lost(drive: Drive, state: Path, kind: Kind) -> None:
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1)
    running = RunningDisk.open(root.path, state, "disk", drive.resolve)
    with BareQemu(state) as qemu:
        qemu.add(running.blockdev("n0"))
        draw(qemu, "n0", root, 3)
        leaf = root.child("leaf")
        qemu.add(running.branch(leaf.path, "n1"))
        qemu.execute("blockdev-snapshot", node="n0", overlay="n1")
        running.switch_leaf(leaf.path)
        draw(qemu, "n1", leaf, 4)
        qemu.flush("n1")
        qemu.kill()
    assert recover(state) == [root.path, leaf.path]
    for disk in (root, leaf):
        assert drive.read(disk.path) == disk.contents
    assert list(state.iterdir()) == []
    assert recover(state) == []


@each_root
def test_an_interrupted_fold_is_finished_later(
    drive: Drive, state: Path, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1, strokes=3)
    leaf = root.child("leaf").scribble(2, strokes=3)
    running = RunningDisk.open(leaf.path, state, "disk", drive.resolve)
    with BareQemu(state) as qemu:
        qemu.add(running.blockdev("top"))
        draw(qemu, "top", leaf, 8)
    kept = drive.root / "kept"
    shutil.copytree(state, kept)
    shutil.copyfile(leaf.path, kept / "leaf")

    def fold() -> None:
        shutil.rmtree(state)
        shutil.copytree(kept, state, ignore=shutil.ignore_patterns("leaf"))
        shutil.copyfile(kept / "leaf", leaf.path)
        running.fold()

    for _ in every_death(monkeypatch, fold):
        recover(state)
        assert drive.read(leaf.path) == leaf.contents
        assert list(state.iterdir()) == []
    assert drive.read(leaf.path) == leaf.contents


def test_a_new_run_finishes_the_one_before(drive: Drive, state: Path) -> None:
    root = KnownDisk.make(drive.root / "root.vhdx", VHDX).scribble(1)
    first = RunningDisk.open(root.path, state, "disk", drive.resolve)
    with BareQemu(state) as qemu:
        qemu.add(first.blockdev("top"))
        draw(qemu, "top", root, 6)
    second = RunningDisk.open(root.path, state, "disk", drive.resolve)
    second.fold()
    second.fold()
    assert drive.read(root.path) == root.contents


def test_children_made_while_the_guest_runs_match_and_older_ones_do_not(drive: Drive, state: Path) -> None:
    root = KnownDisk.make(drive.root / "root.vhdx", VHDX).scribble(1)
    older = root.child("older")
    running = RunningDisk.open(root.path, state, "disk", drive.resolve)
    younger = root.child("younger")
    running.fold()
    assert validate_chain(younger.path, drive.resolve)
    with pytest.raises(DiskError) as refused:
        validate_chain(older.path, drive.resolve)
    assert refused.value.code is DiskCode.PARENT_ID_MISMATCH


def test_a_guest_that_only_reads_changes_no_byte(drive: Drive, state: Path) -> None:
    root = KnownDisk.make(drive.root / "root.vhdx", VHDX).scribble(1)
    before = root.path.read_bytes()
    running = RunningDisk.open(root.path, state, "disk", drive.resolve, read_only=True)
    with BareQemu(state) as qemu:
        qemu.add({**running.blockdev("top"), "read-only": True})
    running.fold()
    assert root.path.read_bytes() == before


@pytest.mark.parametrize(
    "damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x")], ids=["gone", "bad"]
)
def test_a_disk_that_cannot_run_leaves_nothing(drive: Drive, state: Path, damage) -> None:
    root = KnownDisk.make(drive.root / "root.vhdx", VHDX)
    leaf = root.child("leaf")
    damage(root.path)
    with pytest.raises(DiskError):
        RunningDisk.open(leaf.path, state, "disk", drive.resolve)
    assert list(state.iterdir()) == []


def test_a_disk_of_64_tib_runs(drive: Drive, state: Path) -> None:
    size = 64 << 40
    root, leaf = drive.root / "root.vhdx", drive.root / "leaf.vhdx"
    create(root, DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, size))
    create(leaf, DiskSpec(DiskFormat.VHDX, DiskType.DIFFERENCING, parent=root))
    running = RunningDisk.open(leaf, state, "disk", drive.resolve)
    with BareQemu(state) as qemu:
        qemu.add(running.blockdev("top"))
        qemu.write("top", 1, size - MIB, MIB)
        qemu.write("top", 2, 0, MIB)
    running.fold()
    assert sum(path.stat().st_blocks * 512 for path in (root, leaf)) < 16 * MIB
    assert inspect(leaf).size_bytes == size
