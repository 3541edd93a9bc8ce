"""Disk files of a host: made, converted, merged, compacted, grown; qemu-img reads what came out."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import ConflictError, InvalidInputError, JobError, NotFoundError, UnsupportedError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.disk_files import CompactMode, DiskType
from openhyperv.hyperv.host import Host
from openhyperv.machine.drives import DiskFormat, ExistingDisk
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.violations import BrokenRuleError
from tests.capabilities import shows
from tests.hyperv.specs import GIB, machine_spec
from tests.witness import Witness, changes

FOLDER = WindowsPath.parse(r"C:\files")
MIB = 1024**2
PATTERN = bytes(range(256)) * 4096
BASE, CHILD, LEAF = (str(FOLDER / name) for name in ("base.vhdx", "child.vhdx", "leaf.vhdx"))


@pytest.fixture(autouse=True)
def folder(host: Host) -> Iterator[None]:
    """A folder of each test's own."""
    host.share.make_folder(FOLDER)
    yield
    host.share.remove_tree(FOLDER)


def write(emulated: EmulatedHost, path: str, offset: int, data: bytes) -> None:
    """As a guest would."""
    file = open_writable(emulated.host.files.local(path))
    file.write(offset, data)
    file.flush()
    file.close()


def digest(emulated: EmulatedHost, path: str, raw: Path) -> str:
    """What a stranger reads from a disk."""
    subprocess.run(
        ["qemu-img", "convert", "-O", "raw", emulated.host.files.local(path), raw], check=True, timeout=60
    )
    return hashlib.sha256(raw.read_bytes()).hexdigest()


@pytest.fixture
def family(host: Host, emulated: EmulatedHost) -> str:
    """A base, a child and a leaf, each with something of its own; the digest of what the leaf holds."""
    host.disks.create(BASE, size_bytes=16 * MIB)
    write(emulated, BASE, 0, PATTERN)
    host.disks.create(CHILD, parent=BASE)
    write(emulated, CHILD, 2 * MIB, PATTERN)
    host.disks.create(LEAF, parent=CHILD)
    write(emulated, LEAF, 4 * MIB, PATTERN)
    whole = PATTERN + bytes(MIB) + PATTERN + bytes(MIB) + PATTERN + bytes(11 * MIB)
    return hashlib.sha256(whole).hexdigest()


@shows("C16")
@pytest.mark.parametrize(
    ("name", "is_fixed", "disk_type"),
    [
        ("a.vhdx", False, DiskType.DYNAMIC),
        ("b.vhdx", True, DiskType.FIXED),
        ("c.vhd", False, DiskType.DYNAMIC),
        ("d.vhd", True, DiskType.FIXED),
    ],
)
def test_disks_of_every_kind_are_made(host: Host, name: str, is_fixed: bool, disk_type: DiskType) -> None:
    path = str(FOLDER / name)
    host.disks.create(path, size_bytes=8 * MIB, is_fixed=is_fixed)
    made, state = host.disks.inspect(path), host.disks.state(path)
    assert (made.type, made.size_bytes, made.parent) == (disk_type, 8 * MIB, "")
    assert made.format is DiskFormat(name.rpartition(".")[2])
    assert not state.in_use
    assert (state.file_bytes >= 8 * MIB) is is_fixed


@shows("C16")
def test_the_chain_of_a_disk(host: Host, family: str) -> None:
    assert family
    assert [disk.path for disk in host.disks.chain(LEAF)] == [LEAF, CHILD, BASE]
    assert [disk.type for disk in host.disks.chain(LEAF)][-1] is DiskType.DYNAMIC


@shows("C16")
@pytest.mark.parametrize("name", ["flat.vhdx", "flat.vhd"])
def test_a_converted_disk_holds_all_that_its_source_and_parents_hold(
    emulated: EmulatedHost, host: Host, family: str, tmp_path: Path, name: str
) -> None:
    target = str(FOLDER / name)
    progress: list[int] = []
    host.disks.convert(LEAF, target, on_progress=progress.append)
    assert progress == sorted(progress)
    assert host.disks.inspect(target).parent == ""
    raw = tmp_path / "raw"
    shown = digest(emulated, target, raw)
    assert raw.stat().st_size >= 16 * MIB
    assert hashlib.sha256(raw.read_bytes()[: 16 * MIB]).hexdigest() == family, shown


@shows("C16")
@pytest.mark.parametrize("ancestor", [CHILD, BASE])
def test_a_merged_disk_is_in_its_ancestor(
    emulated: EmulatedHost, host: Host, family: str, tmp_path: Path, ancestor: str
) -> None:
    assert host.disks.merge(LEAF, None if ancestor == CHILD else BASE) == ancestor
    flat = str(FOLDER / "flat.vhdx")
    host.disks.convert(ancestor, flat)
    assert digest(emulated, flat, tmp_path / "raw") == family
    with pytest.raises(JobError, match="no longer, the parent"):
        host.disks.merge(LEAF, ancestor)
    host.disks.delete(LEAF)
    with pytest.raises(NotFoundError):
        host.disks.inspect(LEAF)


@shows("C16")
def test_a_compacted_disk_takes_less_room(emulated: EmulatedHost, host: Host, tmp_path: Path) -> None:
    host.disks.create(BASE, size_bytes=64 * MIB, block_bytes=MIB)
    write(emulated, BASE, 0, b"\xa5" * 32 * MIB)
    write(emulated, BASE, MIB, bytes(31 * MIB))
    before = host.disks.state(BASE).file_bytes
    kept = digest(emulated, BASE, tmp_path / "raw")
    host.disks.compact(BASE, CompactMode.FULL)
    assert host.disks.state(BASE).file_bytes < before - 16 * MIB
    assert digest(emulated, BASE, tmp_path / "raw") == kept
    fixed = str(FOLDER / "fixed.vhdx")
    host.disks.create(fixed, size_bytes=8 * MIB, is_fixed=True)
    with pytest.raises(JobError, match="fixed"):
        host.disks.compact(fixed)


@shows("C16", "J5")
def test_a_disk_finds_its_parent_where_it_was_moved(host: Host, family: str) -> None:
    assert family
    moved = FOLDER / "moved.vhdx"
    host.share.rename(WindowsPath.parse(BASE), moved)
    with pytest.raises(NotFoundError):
        host.disks.chain(LEAF)
    host.disks.reconnect(CHILD, str(moved))
    assert host.disks.chain(LEAF)[-1].path == str(moved)
    other = str(FOLDER / "other.vhdx")
    host.disks.create(other, size_bytes=16 * MIB)
    with pytest.raises(JobError):
        host.disks.reconnect(CHILD, other)
    host.disks.reconnect(CHILD, other, ignore_mismatch=True)
    assert host.disks.chain(LEAF)[-1].path == other


@shows("C5")
def test_a_disk_at_rest_grows_and_never_shrinks(host: Host, witness: Witness) -> None:
    host.disks.create(BASE, size_bytes=GIB)
    host.disks.grow(BASE, 2 * GIB)
    host.disks.create(CHILD, parent=BASE)
    host.disks.grow(CHILD, 3 * GIB)
    assert [disk.size_bytes for disk in host.disks.chain(CHILD)] == [3 * GIB, 2 * GIB]
    old, on_old = str(FOLDER / "old.vhd"), str(FOLDER / "on-old.vhd")
    host.disks.create(old, size_bytes=GIB)
    host.disks.create(on_old, parent=old)
    with witness.watching() as seen:
        host.disks.grow(BASE, 2 * GIB)
        with pytest.raises(ConflictError, match="not made smaller"):
            host.disks.grow(BASE, GIB)
        with pytest.raises(UnsupportedError, match="VHD format never grows"):
            host.disks.grow(on_old, 2 * GIB)
        with pytest.raises(BrokenRuleError, match="up to 2190433320960"):
            host.disks.grow(old, 2041 * GIB)
        with pytest.raises(BrokenRuleError, match="multiple of 4096"):
            host.disks.grow(BASE, 2 * GIB + 512)
    assert "ResizeVirtualHardDisk" not in "".join(changes(seen))


@pytest.mark.parametrize(
    ("name", "size_bytes", "parent"),
    [
        ("disk.qcow2", GIB, None),
        ("disk.vhdx", None, None),
        ("disk.vhdx", 65 * 1024 * GIB, None),
        ("disk.vhd", 2041 * GIB, None),
        ("disk.vhdx", 1000, None),
        ("disk.vhd", None, BASE),
    ],
)
def test_disks_that_there_are_not(
    host: Host, witness: Witness, name: str, size_bytes: int | None, parent: str | None
) -> None:
    with witness.watching() as seen, pytest.raises(InvalidInputError):
        host.disks.create(str(FOLDER / name), size_bytes=size_bytes, parent=parent)
    assert seen == []


def test_what_is_there_is_not_overwritten(host: Host) -> None:
    host.disks.create(BASE, size_bytes=GIB)
    for act in (
        lambda: host.disks.create(BASE, size_bytes=2 * GIB),
        lambda: host.disks.convert(BASE, BASE),
    ):
        with pytest.raises(JobError):
            act()
    assert host.disks.inspect(BASE).size_bytes == GIB
    with pytest.raises(UnsupportedError, match="no parent"):
        host.disks.merge(BASE)


def test_a_disk_that_a_machine_has_is_not_deleted(host: Host, family: str) -> None:
    assert family
    machine = host.create(machine_spec("holder"))
    machine.disks.attach(DiskRequest("", ExistingDisk(LEAF, DiskFormat.VHDX)))
    with pytest.raises(ConflictError, match="A machine has the disk") as caught:
        host.disks.delete(LEAF)
    assert caught.value.remedy == "Detach it first."
    machine.start()
    for path in (LEAF, CHILD, BASE):
        with pytest.raises(ConflictError, match="in use"):
            host.disks.delete(path)
    with pytest.raises(JobError, match="in use"):
        host.disks.merge(LEAF)
    with pytest.raises(JobError, match="in use"):
        host.disks.compact(CHILD)
    machine.delete()
    host.disks.delete(LEAF)
    with pytest.raises(NotFoundError):
        host.disks.delete(LEAF)


def test_a_disk_that_another_machine_runs_on_cannot_be_attached_to_a_running_one(
    host: Host, family: str
) -> None:
    assert family
    machines = [host.create(machine_spec(name)) for name in ("has-it", "wants-it")]
    wanted = DiskRequest("", ExistingDisk(LEAF, DiskFormat.VHDX))
    machines[0].disks.attach(wanted)
    for machine in machines:
        machine.start()
    with pytest.raises(JobError, match="0x80070020"):
        machines[1].disks.attach(wanted)
    assert machines[1].disks.list() == []
    for machine in machines:
        machine.delete()
