"""libvhdi as the judge: it reads differencing chains, which QEMU does not.

Three things it gets wrong are left out here, and judged by QEMU in test_disks_qemu.py. In the child of a VHD
it takes the rest of a byte of the bitmap for present: sectors are written there by eight. In the child of a
VHDX it does not know blocks in the state ZERO ([MS-VHDX] 2.5.1.1), and takes the file's first bytes for the
bitmap that an empty chunk lacks: children get no zeros there, and are not read while they are empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from openhyperv.emulator.disks.compacting import compact
from openhyperv.emulator.disks.inspecting import inspect
from openhyperv.emulator.disks.kinds import MIB, DiskFormat, DiskType
from openhyperv.emulator.disks.merging import merge
from openhyperv.emulator.disks.resizing import resize
from openhyperv.emulator.disks.running import RunningDisk
from tests.emulator_disks.drive import ROOTS, Drive, Kind, KnownDisk
from tests.emulator_disks.machine import BareQemu

pyvhdi = pytest.importorskip("pyvhdi")
each_root = pytest.mark.parametrize("kind", ROOTS, ids=str)
LIBVHDI_TYPES = {DiskType.FIXED: 2, DiskType.DYNAMIC: 3, DiskType.DIFFERENCING: 4}


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    return Drive(tmp_path)


def made(drive: Drive, kind: Kind) -> KnownDisk:
    """A root whose children libvhdi can read."""
    grain = 4096 if kind.format is DiskFormat.VHD else kind.sector_bytes
    return KnownDisk.make(drive.root / f"root.{kind.suffix}", kind, grain_bytes=grain)


def agree(disk: KnownDisk) -> None:
    """libvhdi reads the same bytes from the file and its parents."""
    size = len(disk.contents)
    with ExitStack() as opened:
        files = [opened.enter_context(opened_file(path)) for path in (disk.path, *disk.parents)]
        for child, parent in pairwise(files):
            child.set_parent(parent)
        assert files[0].disk_type == LIBVHDI_TYPES[disk.kind.type]
        assert files[0].media_size == size
        for start in range(0, size, MIB):
            part = files[0].read_buffer_at_offset(min(MIB, size - start), start)
            assert part == disk.contents[start : start + MIB], f"at {start:#x} in {disk.path.name}"


@contextmanager
def opened_file(path: Path) -> Iterator[Any]:
    file = pyvhdi.file()
    file.open(str(path))
    yield file
    file.close()


def scribbled(disk: KnownDisk, seed: int) -> KnownDisk:
    is_vhdx_child = disk.kind.format is DiskFormat.VHDX and disk.parents
    return disk.scribble(seed, strokes=25, erases=not is_vhdx_child)


@each_root
def test_chains(drive: Drive, kind: Kind) -> None:
    disk = made(drive, kind)
    agree(disk)
    for level in range(4):
        agree(scribbled(disk, level))
        disk = disk.child(f"level{level}")


@each_root
def test_chains_after_each_change_at_rest(drive: Drive, kind: Kind) -> None:
    root = scribbled(made(drive, kind), 1)
    child = scribbled(root.child("child"), 2)
    leaf = scribbled(child.child("leaf"), 3)
    compact(leaf.path)
    agree(leaf)
    compact(child.path)
    agree(child)
    merge(leaf.path, child.path, drive.resolve)
    child.contents = leaf.contents
    agree(child)
    merge(child.path, root.path, drive.resolve)
    root.contents = child.contents
    agree(root)
    resize(root.path, len(root.contents) + 9 * MIB, drive.resolve)
    root.contents += bytes(9 * MIB)
    agree(root)


@each_root
def test_the_parent_is_named(drive: Drive, kind: Kind) -> None:
    root = made(drive, kind)
    child = root.child("child")
    file = pyvhdi.file()
    file.open(str(child.path))
    try:
        assert file.parent_identifier == str(inspect(root.path).content_id)
        assert file.parent_filename.endswith(root.path.name)
        assert file.identifier == str(inspect(child.path).content_id)
    finally:
        file.close()


@each_root
def test_what_a_guest_wrote(drive: Drive, kind: Kind) -> None:
    state = drive.root / "state"
    state.mkdir()
    disk = scribbled(made(drive, kind), 1)
    for level in range(3):
        running = RunningDisk.open(disk.path, state, "disk", drive.resolve)
        with BareQemu(state) as qemu:
            qemu.add(running.blockdev("top"))
            qemu.write("top", 0x70 + level, 3 * MIB - 4096, 2 * MIB)
        running.fold()
        disk.contents[3 * MIB - 4096 : 5 * MIB - 4096] = bytes([0x70 + level]) * (2 * MIB)
        agree(disk)
        disk = scribbled(disk.child(f"level{level}"), level)
