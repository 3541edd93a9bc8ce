"""The host's physical disks: as Windows tells of them, online and offline, and in virtual machines."""

from __future__ import annotations

from attrs import evolve

from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.host.hardware import BusType, PhysicalDisk
from openhyperv.emulator.host.hardware.hardware import SYSTEM_DISK
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulator_providers.conftest import Emulate, Emulated

STORAGE = "root/microsoft/windows/storage"
LOCAL = PhysicalDisk(number=1, size_mb=1024, serial="LOCAL", bus=BusType.SATA)
LUN = PhysicalDisk(number=2, size_mb=2048, serial="LUN", bus=BusType.ISCSI)
DISKS = (SYSTEM_DISK, LOCAL, LUN)
RASD = "Msvm_ResourceAllocationSettingData"
SERVICE = "Msvm_VirtualSystemManagementService"


def disk(emulated: Emulated, number: int) -> Instance:
    (found,) = emulated.query(f"SELECT * FROM MSFT_Disk WHERE Number={number}", STORAGE)
    return found


def on_disk(emulated: Emulated, number: int, method: str, **arguments: Value) -> int:
    path = disk(emulated, number).path
    assert path is not None
    return emulated.manager.invoke(path, method, arguments, "administrator").return_value


def on_settings(emulated: Emulated, method: str, **arguments: Value) -> Result:
    path = ObjectPath("MSFT_StorageSetting", {}, STORAGE)
    return emulated.manager.invoke(path, method, arguments, "administrator")


def test_a_new_host_keeps_disks_on_shared_buses_offline(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    states = {d["Number"]: (d["IsOffline"], d["IsReadOnly"]) for d in emulated.all("MSFT_Disk", STORAGE)}
    assert states == {0: (False, False), 1: (False, False), 2: (True, True)}
    lun = disk(emulated, 2)
    assert (lun["OperationalStatus"], lun["OfflineReason"], lun["BusType"]) == ([0xD013], 1, 9)


def test_what_the_administrator_does_to_a_disk_outlives_a_restart(emulate: Emulate) -> None:
    before = emulate(disks=DISKS)
    assert on_disk(before, 2, "Online") == 0
    assert on_disk(before, 2, "SetAttributes", IsReadOnly=False) == 0
    assert on_disk(before, 1, "Offline") == 0
    before.host.close()
    after = emulate(disks=DISKS)
    states = {d["Number"]: (d["IsOffline"], d["IsReadOnly"]) for d in after.all("MSFT_Disk", STORAGE)}
    assert states == {0: (False, False), 1: (True, False), 2: (False, False)}


def test_the_disk_that_windows_runs_from_stays_as_it_is(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    assert on_disk(emulated, 0, "Offline") == 41009
    assert on_disk(emulated, 0, "SetAttributes", IsReadOnly=True) == 41009
    assert disk(emulated, 0)["IsOffline"] is False


def test_a_blank_disk_has_no_identity_to_change(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    assert on_disk(emulated, 1, "SetAttributes", Signature=1) == 41000


def test_a_disk_is_seen_after_a_rescan_as_the_policy_wants(emulate: Emulate) -> None:
    emulated = emulate(disks=[SYSTEM_DISK])
    assert on_settings(emulated, "Set", NewDiskPolicy=1).return_value == 0
    emulated.host.disks.plug(LUN)
    assert emulated.query("SELECT * FROM MSFT_Disk WHERE Number=2", STORAGE) == []
    assert on_settings(emulated, "UpdateHostStorageCache").return_value == 0
    assert disk(emulated, 2)["IsOffline"] is False
    emulated.host.disks.unplug(2)
    on_settings(emulated, "UpdateHostStorageCache")
    assert len(emulated.all("MSFT_Disk", STORAGE)) == 1


def test_a_disk_that_grew_shows_it_once_it_is_looked_at(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    emulated.host.disks.plug(evolve(LUN, size_mb=4096))
    assert disk(emulated, 2)["Size"] == 2048 << 20
    assert on_disk(emulated, 2, "Refresh") == 0
    assert disk(emulated, 2)["Size"] == 4096 << 20


def test_the_policy_is_told_and_kept(emulate: Emulate) -> None:
    before = emulate()
    setting = on_settings(before, "Get").out["StorageSetting"]
    assert isinstance(setting, Instance)
    assert setting["NewDiskPolicy"] == 2
    assert on_settings(before, "Set", NewDiskPolicy=9).return_value == 5
    assert on_settings(before, "Set", NewDiskPolicy=3).return_value == 0
    before.host.close()
    setting = on_settings(emulate(), "Get").out["StorageSetting"]
    assert isinstance(setting, Instance)
    assert setting["NewDiskPolicy"] == 3


def test_the_older_classes_tell_of_the_same_disks(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    drives = {d["Index"]: d["Name"] for d in emulated.all("Win32_DiskDrive", "root/cimv2")}
    assert drives == {0: r"\\.\PHYSICALDRIVE0", 1: r"\\.\PHYSICALDRIVE1", 2: r"\\.\PHYSICALDRIVE2"}
    numbers = {d["DriveNumber"]: d["DeviceID"] for d in emulated.all("Msvm_DiskDrive")}
    assert numbers[2] == r"Microsoft:353B3BE8-310C-4cf4-839E-4E1B14616136\2"


def test_the_pool_of_physical_disks_leads_to_each(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    (pool,) = emulated.query(
        "SELECT * FROM Msvm_ResourcePool WHERE ResourceSubType='Microsoft:Hyper-V:Physical Disk Drive'"
    )
    through = "WHERE AssocClass=Msvm_ConcreteComponent ResultClass=Msvm_DiskDrive"
    drives = emulated.query(f"ASSOCIATORS OF {{{pool.path}}} {through}")
    assert [drive["DriveNumber"] for drive in drives] == [0, 1, 2]


def machine(emulated: Emulated, name: str = "vm") -> ObjectPath:
    """A generation 1 VM's settings."""
    text = emulated.text("Msvm_VirtualSystemSettingData", {"ElementName": name})
    emulated.call(SERVICE, "DefineSystem", SystemSettings=text, ResourceSettings=[])
    (settings,) = emulated.query(f"SELECT * FROM Msvm_VirtualSystemSettingData WHERE ElementName='{name}'")
    assert settings.path is not None
    return settings.path


def attach(emulated: Emulated, settings: ObjectPath, number: int, slot: int = 0) -> Result:
    """Pass a disk through at the first IDE controller."""
    owner = str(settings.key("InstanceID"))
    (controller,) = emulated.query(
        rf"SELECT * FROM {RASD} WHERE InstanceID LIKE '{owner}\\%' AND ResourceType=5 AND Address='0'"
    )
    (drive,) = emulated.query(f"SELECT * FROM Msvm_DiskDrive WHERE DriveNumber={number}")
    assert controller.path is not None
    assert drive.path is not None
    values: dict[str, Value] = {
        "ElementName": "a volume",
        "ResourceType": 17,
        "ResourceSubType": "Microsoft:Hyper-V:Physical Disk Drive",
        "Parent": str(controller.path.on("HV1")),
        "AddressOnParent": str(slot),
        "HostResource": [str(drive.path.on("HV1"))],
    }
    return emulated.call(
        SERVICE,
        "AddResourceSettings",
        AffectedConfiguration=settings,
        ResourceSettings=[emulated.text(RASD, values)],
    )


def test_an_offline_disk_goes_through_to_one_machine(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    first, second = machine(emulated, "first"), machine(emulated, "second")
    assert attach(emulated, first, number=1).return_value == 32775, "it is online"
    result = attach(emulated, first, number=2)
    assert result.return_value == 0
    (drive,) = emulated.query(f"SELECT * FROM {RASD} WHERE InstanceID LIKE '%D' AND ResourceType=17")
    assert drive["ElementName"] == "Physical Disk Drive", "a name given with the disk gets lost"
    assert attach(emulated, second, number=2).return_value == 32774, "the first has it"
    assert attach(emulated, first, number=2, slot=1).return_value == 32774, "it has it already"
    assert attach(emulated, second, number=0).return_value == 32775


def test_no_checkpoint_holds_a_disk_of_the_host(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    attach(emulated, machine(emulated), number=2)
    (system,) = emulated.query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName='vm'")
    arguments: dict[str, Value] = {"AffectedSystem": system.path, "SnapshotType": 2}
    snapshots = "Msvm_VirtualSystemSnapshotService"
    assert emulated.call(snapshots, "CreateSnapshot", **arguments).return_value == 32770


def test_what_a_guest_writes_to_a_disk_is_not_the_hosts_drive(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    attach(emulated, machine(emulated), number=2)
    emulated.finished_job(emulated.on_machine("RequestStateChange", RequestedState=2))
    contents = emulated.host.data / "disks" / f"{LUN.unique_id}.vhdx"
    assert contents.is_file()
    assert emulated.host.files.windows(contents) == r"\\.\PHYSICALDRIVE2"


def test_a_disk_tells_what_a_recorded_one_does(emulate: Emulate) -> None:
    """Every property of a MSFT_Disk that a real host printed with a value."""
    emulated = emulate(disks=DISKS)
    recorded = {
        "ObjectId": r"{1}\\HV1\root/Microsoft/Windows/Storage/Providers_v2\WSP_Disk.ObjectId=",
        "Path": r"\\?\scsi#disk&ven_ohv&prod_emulated_disk#6&",
    }
    lun = disk(emulated, 2)
    assert all(str(lun[name]).startswith(start) for name, start in recorded.items())
    assert str(lun["Path"]).endswith("#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}")
    state = (
        "IsOffline",
        "IsReadOnly",
        "OfflineReason",
        "OperationalStatus",
        "HealthStatus",
        "PartitionStyle",
    )
    assert [lun[name] for name in state] == [True, True, 1, [53267], 0, 0]
    assert [disk(emulated, 0)[name] for name in state[:4]] == [False, False, 0, [53264]]


def test_a_running_machine_keeps_its_disk(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    attach(emulated, machine(emulated), number=2)
    emulated.finished_job(emulated.on_machine("RequestStateChange", RequestedState=2))
    drives = emulated.query("SELECT * FROM Msvm_DiskDrive WHERE SystemName<>'HV1'")
    assert len(drives) == 1
    assert on_disk(emulated, 2, "Online") == 6
    emulated.finished_job(emulated.on_machine("RequestStateChange", RequestedState=3))
    assert on_disk(emulated, 2, "Online") == 0
    job = emulated.finished_job(emulated.on_machine("RequestStateChange", RequestedState=2))
    assert job["JobState"] == 10, "a disk that Windows uses is not there for a VM"
