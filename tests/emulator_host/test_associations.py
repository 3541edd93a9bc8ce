"""Where associations lead from a virtual machine, and back."""

from __future__ import annotations

import pytest

from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated
from tests.emulator_host.devices import controller, disk, drive, make_disk

BASE = r"C:\vms\disk.vhdx"


@pytest.fixture
def system(emulated: Emulated) -> ObjectPath:
    """A running VM with a disk and a DVD drive."""
    make_disk(emulated, BASE)
    system = emulated.define(
        resources=[*disk(emulated, BASE), drive(emulated, "new-scsi", 1, "dvd", dvd=True)]
    )
    emulated.request(system, 2)
    return system


def _from(emulated: Emulated, path: ObjectPath | None, association: str, result: str) -> list[ObjectPath]:
    assert path is not None
    found = emulated.associated(path, result, association)
    return [instance.path for instance in found if instance.path is not None]


ROUND_TRIPS = [
    ("Msvm_SettingsDefineState", "Msvm_VirtualSystemSettingData"),
    ("Msvm_SystemDevice", "Msvm_DiskDrive"),
    ("Msvm_HostedDependency", "Msvm_ComputerSystem"),
    ("Msvm_ServiceAffectsElement", "Msvm_VirtualSystemManagementService"),
    ("Msvm_ServiceAffectsElement", "Msvm_VirtualSystemSnapshotService"),
    ("Msvm_ServiceAffectsElement", "Msvm_SecurityService"),
]


@pytest.mark.parametrize(("association", "result"), ROUND_TRIPS)
def test_what_a_vm_leads_to_leads_back(
    emulated: Emulated, system: ObjectPath, association: str, result: str
) -> None:
    (there,) = _from(emulated, system, association, result)
    assert system in _from(emulated, there, association, "Msvm_ComputerSystem")


DEVICE_PAIRS = [
    ("Msvm_DiskDrive", "Msvm_MediaPresent", "Msvm_LogicalDisk"),
    ("Msvm_SCSIProtocolController", "Msvm_ProtocolControllerForUnit", "Msvm_DiskDrive"),
    ("Msvm_SCSIProtocolController", "Msvm_ProtocolControllerForUnit", "Msvm_DVDDrive"),
    ("Msvm_SyntheticDisplayController", "Msvm_VideoHeadOnController", "Msvm_VideoHead"),
    ("Msvm_LogicalDisk", "Msvm_SettingsDefineState", "Msvm_StorageAllocationSettingData"),
    ("Msvm_HeartbeatComponent", "Msvm_ElementSettingData", "Msvm_HeartbeatComponentSettingData"),
]


@pytest.mark.parametrize(("start", "association", "result"), DEVICE_PAIRS)
def test_devices_lead_to_what_they_belong_to(
    emulated: Emulated, system: ObjectPath, start: str, association: str, result: str
) -> None:
    (device,) = _from(emulated, system, "Msvm_SystemDevice", start)
    (there,) = _from(emulated, device, association, result)
    assert _from(emulated, there, association, start) == [device]


def test_generation_1_drives_hang_on_their_controllers(emulated: Emulated) -> None:
    system = emulated.define(generation=1, resources=[controller(emulated)])
    emulated.request(system, 2)
    (floppy,) = _from(emulated, system, "Msvm_SystemDevice", "Msvm_DisketteDrive")
    assert len(_from(emulated, floppy, "Msvm_ControlledBy", "Msvm_DisketteController")) == 1
    (serial,) = _from(emulated, system, "Msvm_SystemDevice", "Msvm_SerialController")
    assert len(_from(emulated, serial, "Msvm_SerialPortOnSerialController", "Msvm_SerialPort")) == 2


def test_settings_refer_to_themselves(emulated: Emulated, system: ObjectPath) -> None:
    settings = emulated.settings_of(system).path
    assert settings is not None
    found = emulated.query(f"REFERENCES OF {{{settings}}} WHERE ResultClass=Msvm_ElementSettingData")
    assert [link["IsCurrent"] for link in found] == [2]


def test_the_host_is_no_virtual_machine(emulated: Emulated, system: ObjectPath) -> None:
    guests = emulated.query("SELECT * FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'")
    assert [guest["Name"] for guest in guests] == [system.key("Name")]
