"""qemu-img as the judge of the disks made here, and its own disks as read here."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from openhyperv.emulator.disks.compacting import compact
from openhyperv.emulator.disks.inspecting import inspect, validate_chain
from openhyperv.emulator.disks.kinds import GIB, MIB, TIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import convert, create
from openhyperv.emulator.disks.merging import merge
from openhyperv.emulator.disks.resizing import resize
from openhyperv.emulator.disks.running import RunningDisk
from tests.emulator_disks.drive import ROOTS, Drive, Kind, KnownDisk

pytestmark = pytest.mark.skipif(not shutil.which("qemu-img"), reason="needs qemu-img")
QEMU_NAMES = {DiskFormat.VHD: "vpc", DiskFormat.VHDX: "vhdx"}
each_root = pytest.mark.parametrize("kind", ROOTS, ids=str)
each_qemu_root = pytest.mark.parametrize(
    "kind", [kind for kind in ROOTS if kind.sector_bytes == 512], ids=str
)
"""QEMU refuses a VHDX with sectors of 4 KiB."""


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    return Drive(tmp_path)


def qemu_img(*words: str | Path) -> str:
    done = subprocess.run(
        ["qemu-img", *map(str, words)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def agree(disk: KnownDisk) -> None:
    """qemu-img sees the same disk, and no fault in its file."""
    name = QEMU_NAMES[disk.kind.format]
    raw = disk.path.with_suffix(".raw")
    raw.write_bytes(disk.contents)
    info = json.loads(qemu_img("info", "-f", name, "--output=json", disk.path))
    assert info["virtual-size"] == len(disk.contents)
    assert qemu_img("compare", "-f", name, "-F", "raw", disk.path, raw) == "Images are identical.\n"
    if disk.kind.format is DiskFormat.VHDX:
        assert "No errors" in qemu_img("check", "-f", name, disk.path)


@each_qemu_root
def test_new_and_written_disks(drive: Drive, kind: Kind) -> None:
    disk = KnownDisk.make(drive.root / f"disk.{kind.suffix}", kind)
    agree(disk)
    for seed in range(5):
        agree(disk.scribble(seed, strokes=20))


@each_qemu_root
def test_disks_after_each_change_at_rest(drive: Drive, kind: Kind) -> None:
    root = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1)
    child = root.child("child").scribble(2)
    merge(child.path, root.path, drive.resolve)
    root.contents = child.contents
    agree(root)
    for grown in (30 * MIB, 2 * GIB + 1536):
        resize(root.path, grown, drive.resolve)
        root.contents += bytes(min(grown, 40 * MIB) - len(root.contents))
    if kind.type is DiskType.DYNAMIC:
        compact(root.path)
    info = json.loads(qemu_img("info", "-f", QEMU_NAMES[kind.format], "--output=json", root.path))
    assert info["virtual-size"] == 2 * GIB + 1536
    start = ["--image-opts", f"driver=raw,size={len(root.contents)},file.driver={QEMU_NAMES[kind.format]}"]
    begin = f"{start[1]},file.file.filename={root.path}"
    raw = drive.root / "raw"
    raw.write_bytes(root.contents)
    wanted = f"driver=raw,file.filename={raw}"
    assert qemu_img("compare", start[0], begin, wanted) == "Images are identical.\n"


@each_root
@pytest.mark.parametrize("target", ["vpc", "vhdx"])
def test_chains_converted_here(drive: Drive, kind: Kind, target: str) -> None:
    leaf = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1).child("leaf").scribble(2)
    disk_format = DiskFormat.VHD if target == "vpc" else DiskFormat.VHDX
    for disk_type in (DiskType.FIXED, DiskType.DYNAMIC):
        path = drive.root / f"{disk_type.name}.{disk_format.name.lower()}"
        convert(leaf.path, path, DiskSpec(disk_format, disk_type, logical_sector_bytes=512), drive.resolve)
        agree(KnownDisk(path, Kind(disk_format, disk_type), leaf.contents, 512))


@pytest.mark.parametrize("subformat", ["fixed", "dynamic"])
@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("vpc", ""),
        ("vpc", "force_size=on"),
        ("vhdx", ""),
        ("vhdx", "block_size=1M"),
        ("vhdx", "block_size=16M"),
    ],
)
def test_disks_made_by_qemu_img(drive: Drive, name: str, subformat: str, option: str) -> None:
    source = KnownDisk.make(drive.root / "source.vhdx", Kind(DiskFormat.VHDX, DiskType.DYNAMIC)).scribble(1)
    raw = drive.root / "raw"
    raw.write_bytes(source.contents)
    path = drive.root / f"theirs.{'vhd' if name == 'vpc' else 'vhdx'}"
    options = f"subformat={subformat}" + (f",{option}" if option else "")
    qemu_img("convert", "-f", "raw", "-O", name, "-o", options, raw, path)
    info = validate_chain(path, drive.resolve)[0]
    assert info.type is DiskType[subformat.upper()]
    assert info.size_bytes >= len(source.contents)
    contents = source.contents + bytes(info.size_bytes - len(source.contents))
    assert drive.read(path) == contents
    kind = Kind(info.format, info.type)
    agree(KnownDisk(path, kind, contents, 512).scribble(2))
    assert drive.read(KnownDisk(path, kind, contents, 512).child("child").path) == contents


@pytest.mark.parametrize("size", [3 * MIB, 127 * GIB, 2040 * GIB])
def test_sizes_of_vhd(drive: Drive, size: int) -> None:
    path = drive.root / "disk.vhd"
    create(path, DiskSpec(DiskFormat.VHD, DiskType.DYNAMIC, size))
    assert json.loads(qemu_img("info", "-f", "vpc", "--output=json", path))["virtual-size"] == size
    create(drive.root / "fixed.vhd", DiskSpec(DiskFormat.VHD, DiskType.FIXED, size))
    fixed = qemu_img("info", "-f", "vpc", "--output=json", drive.root / "fixed.vhd")
    assert json.loads(fixed)["virtual-size"] == size


def test_64_tib(drive: Drive) -> None:
    path = drive.root / "disk.vhdx"
    create(path, DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, 64 * TIB))
    assert json.loads(qemu_img("info", "-f", "vhdx", "--output=json", path))["virtual-size"] == 64 * TIB
    resize(KnownDisk.make(drive.root / "small.vhdx", ROOTS[3]).path, 8 * TIB, drive.resolve)
    assert inspect(drive.root / "small.vhdx").size_bytes == 8 * TIB
    assert "No errors" in qemu_img("check", "-f", "vhdx", drive.root / "small.vhdx")


@each_root
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_what_a_guest_sees_through_its_overlay(drive: Drive, kind: Kind, depth: int) -> None:
    state = drive.root / "state"
    state.mkdir()
    disk = KnownDisk.make(drive.root / f"root.{kind.suffix}", kind).scribble(1)
    for level in range(depth):
        disk = disk.child(f"level{level}").scribble(level + 2, strokes=30)
    raw = drive.root / "raw"
    raw.write_bytes(disk.contents)
    running = RunningDisk.open(disk.path, state, "disk", drive.resolve)
    try:
        block = {key: value for key, value in running.blockdev("top").items() if key != "node-name"}
        shown = f"json:{json.dumps(block)}"
        assert qemu_img("compare", "-F", "raw", shown, raw) == "Images are identical.\n"
    finally:
        running.fold()
