"""os-win and the host's physical disks: found, refreshed, online, offline, and what becomes of new ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import BusType, Hardware, PhysicalDisk, UniqueIdFormat
from openhyperv.emulator.host.hardware.hardware import SYSTEM_DISK
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import equal, select
from tests.emulated import emulated_host
from tests.oswin.gates import factory, leading_to
from tests.oswin.proving import proves

pytestmark = pytest.mark.usefixtures("windows")

STORAGE = "root/microsoft/windows/storage"
LUN = PhysicalDisk(number=1, size_mb=1024, serial="LUN", bus=BusType.ISCSI, unique_id="60003FF44DC75ADC")
SECOND_PATH = PhysicalDisk(
    number=2, size_mb=1024, serial="LUN-B", bus=BusType.ISCSI, unique_id="60003FF44DC75ADC"
)
MULTIPATH = PhysicalDisk(
    number=3,
    size_mb=2048,
    serial="FC",
    bus=BusType.FIBRE_CHANNEL,
    unique_id="naa.600140512345",
    unique_id_format=UniqueIdFormat.SCSI_NAME_STRING,
    has_multipath=True,
)
PLUGGED_LATER = PhysicalDisk(number=9, size_mb=256, serial="LATE", bus=BusType.SAS)


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """os-win runs on Windows Server 2025 with disks of several kinds."""
    hardware = Hardware(disks=[SYSTEM_DISK, LUN, SECOND_PATH, MULTIPATH])
    with emulated_host(tmp_path_factory.mktemp("host"), hardware=hardware) as host, leading_to(host):
        yield host


@pytest.fixture
def diskutils() -> Any:
    return factory().get_diskutils()


def disk(session: Session, number: int) -> Instance:
    """A disk as Windows has it now."""
    (found,) = session.query(select("MSFT_Disk").where(equal("Number", number)), namespace=STORAGE)
    return found


@proves("diskutils.DiskUtils.get_disk_numbers_by_unique_id")
def test_two_ways_to_one_disk_have_two_numbers(diskutils: Any, ours: Session) -> None:
    fcph_name = 3
    numbers = diskutils.get_disk_numbers_by_unique_id(LUN.unique_id, fcph_name)
    assert sorted(numbers) == [1, 2]
    assert {disk(ours, number)["UniqueId"] for number in numbers} == {LUN.unique_id}


@proves("diskutils.DiskUtils.get_disk_uid_and_uid_type")
def test_a_disk_has_an_identity(diskutils: Any, ours: Session) -> None:
    identity = diskutils.get_disk_uid_and_uid_type(3)
    assert identity == (disk(ours, 3)["UniqueId"], disk(ours, 3)["UniqueIdFormat"])
    assert identity == ("naa.600140512345", 8)


@proves("diskutils.DiskUtils.is_mpio_disk")
def test_multipath_disks_are_told_by_their_path(diskutils: Any) -> None:
    assert [diskutils.is_mpio_disk(number) for number in (1, 3)] == [False, True]


@proves(
    "diskutils.DiskUtils.get_device_name_by_device_number",
    "diskutils.DiskUtils.get_device_number_from_device_name",
)
def test_names_and_numbers_lead_to_each_other(diskutils: Any, ours: Session) -> None:
    name = diskutils.get_device_name_by_device_number(1)
    found = ours.query(select("Win32_DiskDrive").where(equal("Index", 1)), namespace="root/cimv2")
    assert [drive["DeviceID"] for drive in found] == [name]
    assert diskutils.get_device_number_from_device_name(name) == "1"


@proves("diskutils.DiskUtils.rescan_disks")
@pytest.mark.parametrize("merge_requests", [False, True])
def test_a_new_disk_is_there_after_a_rescan(
    diskutils: Any, ours: Session, windows: EmulatedHost, merge_requests: bool
) -> None:
    windows.host.disks.plug(PLUGGED_LATER)
    assert len(list(ours.enumerate("MSFT_Disk", namespace=STORAGE))) == 4
    diskutils.rescan_disks(merge_requests=merge_requests)
    assert disk(ours, 9)["IsOffline"] is True
    windows.host.disks.unplug(9)
    diskutils.rescan_disks()
    assert len(list(ours.enumerate("MSFT_Disk", namespace=STORAGE))) == 4


@proves("diskutils.DiskUtils.refresh_disk", "diskutils.DiskUtils.get_disk_size")
def test_a_disk_that_grew_is_larger_once_it_is_refreshed(
    diskutils: Any, ours: Session, windows: EmulatedHost
) -> None:
    grown = PhysicalDisk(number=1, size_mb=4096, serial="LUN", bus=BusType.ISCSI, unique_id=LUN.unique_id)
    windows.host.disks.plug(grown)
    assert diskutils.get_disk_size(1) == 1024 << 20
    diskutils.refresh_disk(1)
    assert diskutils.get_disk_size(1) == disk(ours, 1)["Size"] == 4096 << 20


@proves("diskutils.DiskUtils.set_disk_online", "diskutils.DiskUtils.set_disk_offline")
def test_a_disk_goes_online_and_offline(diskutils: Any, ours: Session) -> None:
    diskutils.set_disk_online(3)
    assert disk(ours, 3)["IsOffline"] is False
    diskutils.set_disk_offline(3)
    assert (disk(ours, 3)["IsOffline"], disk(ours, 3)["OfflineReason"]) == (True, 1)


def test_the_disk_that_windows_runs_from_stays_online(diskutils: Any, ours: Session) -> None:
    with pytest.raises(Exception, match="41009") as caught:
        diskutils.set_disk_offline(0)
    assert type(caught.value).__name__ == "DiskUpdateError"
    assert disk(ours, 0)["IsOffline"] is False


@proves("diskutils.DiskUtils.set_disk_readonly_status")
@pytest.mark.parametrize("read_only", [False, True])
def test_a_disk_is_protected_or_not(diskutils: Any, ours: Session, read_only: bool) -> None:
    diskutils.set_disk_readonly_status(2, read_only)
    assert disk(ours, 2)["IsReadOnly"] is read_only


@proves("diskutils.DiskUtils.get_new_disk_policy", "diskutils.DiskUtils.set_new_disk_policy")
def test_the_policy_for_new_disks_is_kept(diskutils: Any, ours: Session) -> None:
    offline_all = 3
    before = diskutils.get_new_disk_policy()
    diskutils.set_new_disk_policy(offline_all)
    setting = ours.run(ObjectPath("MSFT_StorageSetting", {}, STORAGE), "Get", {})["StorageSetting"]
    assert isinstance(setting, Instance)
    assert setting["NewDiskPolicy"] == offline_all == diskutils.get_new_disk_policy()
    diskutils.set_new_disk_policy(before)
    assert diskutils.get_new_disk_policy() == before


@pytest.fixture
def attached(ours: Session) -> Iterator[str]:
    """A virtual disk that the host has attached."""
    file = r"C:\data.vhdx"
    values: dict[str, Value] = {"Type": 3, "Format": 3, "Path": file, "MaxInternalSize": 64 << 20}
    text = instance_to_text(Instance("Msvm_VirtualHardDiskSettingData", values), ours.schema)
    service = ObjectPath("Msvm_ImageManagementService", {"CreationClassName": "Msvm_ImageManagementService"})
    ours.run(service, "CreateVirtualHardDisk", {"VirtualDiskSettingData": text})
    ours.run(service, "AttachVirtualHardDisk", {"Path": file, "ReadOnly": True, "AssignDriveLetter": False})
    yield file
    (image,) = ours.enumerate("Msvm_MountedStorageImage")
    assert image.path is not None
    ours.run(image.path, "DetachVirtualHardDisk")


@proves("diskutils.DiskUtils.get_attached_virtual_disk_files")
def test_files_that_are_attached_as_disks_are_listed(diskutils: Any, ours: Session, attached: str) -> None:
    (found,) = diskutils.get_attached_virtual_disk_files()
    seen = disk(ours, found["number"])
    assert found["location"] == seen["Location"] == attached
    assert (found["offline"], found["readonly"]) == (seen["IsOffline"], seen["IsReadOnly"]) == (False, True)
