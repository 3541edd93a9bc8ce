"""Virtual disks that the host attaches: a disk of Windows more, a file that others cannot have."""

from __future__ import annotations

import pytest

from openhyperv.emulator.disks.kinds import MIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import create
from openhyperv.emulator.host.hardware.hardware import SYSTEM_DISK
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulator_providers.conftest import Emulate, Emulated

STORAGE = "root/microsoft/windows/storage"
SERVICE = "Msvm_ImageManagementService"
FILE = r"C:\disks\data.vhdx"
IN_USE, NOT_FOUND = 32774, 32789


@pytest.fixture
def emulated(emulate: Emulate) -> Emulated:
    """A host with one disk, and a file that could be another."""
    made = emulate(disks=[SYSTEM_DISK])
    path = made.host.files.local(FILE)
    path.parent.mkdir()
    create(path, DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, size_bytes=64 * MIB))
    return made


def attach(emulated: Emulated, *, read_only: bool = False, file: str = FILE) -> Instance:
    """The job that attaches a file."""
    arguments: dict[str, Value] = {"Path": file, "AssignDriveLetter": False, "ReadOnly": read_only}
    return emulated.finished_job(emulated.call(SERVICE, "AttachVirtualHardDisk", **arguments))


def find(emulated: Emulated) -> tuple[int, object]:
    result = emulated.call(
        SERVICE, "FindMountedStorageImageInstance", SelectionCriterion=FILE, CriterionType=2
    )
    return result.return_value, result.out.get("Image")


def disks(emulated: Emulated) -> list[Instance]:
    """The disks that are files."""
    return emulated.query("SELECT * FROM MSFT_Disk WHERE BusType=15", STORAGE)


@pytest.mark.parametrize("read_only", [False, True])
def test_an_attached_file_is_a_disk_until_it_is_detached(emulated: Emulated, read_only: bool) -> None:
    assert attach(emulated, read_only=read_only)["JobState"] == 7
    (disk,) = disks(emulated)
    assert (disk["Number"], disk["Location"], disk["Size"]) == (1, FILE, 64 * MIB)
    assert (disk["IsOffline"], disk["IsReadOnly"]) == (False, read_only)
    image = emulated.only("Msvm_MountedStorageImage")
    assert (image["Name"], image["Access"], image["PnpDevicePath"]) == (
        FILE,
        1 if read_only else 2,
        disk["Path"],
    )
    code, path = find(emulated)
    assert code == 0
    assert isinstance(path, ObjectPath)
    assert emulated.manager.invoke(path, "DetachVirtualHardDisk", {}, "administrator").return_value == 0
    assert disks(emulated) == []
    assert find(emulated) == (NOT_FOUND, None)


def test_a_file_is_attached_once(emulated: Emulated) -> None:
    attach(emulated)
    job = attach(emulated)
    assert (job["JobState"], job["ErrorCode"]) == (10, IN_USE)
    assert len(disks(emulated)) == 1


def test_nobody_changes_an_attached_file(emulated: Emulated) -> None:
    attach(emulated)
    resized = emulated.call(SERVICE, "ResizeVirtualHardDisk", Path=FILE, MaxInternalSize=128 * MIB)
    assert emulated.finished_job(resized)["ErrorCode"] == IN_USE


def test_what_is_no_disk_is_not_attached(emulated: Emulated) -> None:
    assert attach(emulated, file=r"C:\disks\missing.vhdx")["JobState"] == 10
    assert emulated.all("Msvm_MountedStorageImage") == []


def test_nothing_stays_attached_over_a_restart(emulated: Emulated, emulate: Emulate) -> None:
    attach(emulated)
    emulated.host.close()
    again = emulate(disks=[SYSTEM_DISK])
    assert disks(again) == []
    assert attach(again)["JobState"] == 7
