"""What DefineSystem creates, takes and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.devices import disk, drive

GENERATION_1_TAILS = {
    r"83F8638B-8DCA-4152-9EDA-2CA8B33039B4\0",
    r"83F8638B-8DCA-4152-9EDA-2CA8B33039B4\1",
    r"8F0D2762-0B00-4E04-AF4F-19010527CB93\0\0\D",
    r"8E3A359F-559A-4B6A-98A9-1690A6100ED7\0",
    r"8E3A359F-559A-4B6A-98A9-1690A6100ED7\1",
    r"b637f346-6a0e-4dec-af52-bd70cb80a21d\0",
    "4764334d-e001-4176-82ee-5594ec9b530e",
    "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47",
}


def test_a_generation_1_vm_has_the_emulated_devices(emulated: Emulated) -> None:
    system = emulated.define("one", generation=1)
    guid = system.key("Name")
    ids = {i["InstanceID"] for i in emulated.devices_of(system, "CIM_ResourceAllocationSettingData")}
    assert {f"Microsoft:{guid}\\{tail}" for tail in GENERATION_1_TAILS} <= ids
    settings = emulated.settings_of(system)
    assert settings["BootOrder"] == [1, 2, 3, 0]
    assert settings.get("BootSourceOrder") is None


def test_a_generation_2_vm_has_no_emulated_devices_and_boots_securely(emulated: Emulated) -> None:
    system = emulated.define("two")
    types = {i["ResourceType"] for i in emulated.devices_of(system, "CIM_ResourceAllocationSettingData")}
    assert 5 not in types
    assert 14 not in types
    settings = emulated.settings_of(system)
    assert settings["SecureBootEnabled"] is True
    assert settings["Version"] == "12.0"
    assert settings["VirtualSystemIdentifier"] == system.key("Name")


def test_device_classes_are_empty_until_the_vm_runs(emulated: Emulated) -> None:
    emulated.define()
    assert emulated.query("SELECT * FROM Msvm_Processor WHERE SystemName <> 'HV1'") == []


def test_one_call_brings_processors_memory_and_a_disk(emulated: Emulated) -> None:
    resources = [
        *disk(emulated, r"C:\vms\disk.vhdx", slot=3),
        emulated.text("Msvm_ProcessorSettingData", {"VirtualQuantity": 4}),
        emulated.text("Msvm_MemorySettingData", {"VirtualQuantity": 4096}),
    ]
    system = emulated.define(resources=resources)
    (processor,) = emulated.devices_of(system, "Msvm_ProcessorSettingData")
    (memory,) = emulated.devices_of(system, "Msvm_MemorySettingData")
    (image,) = emulated.devices_of(system, "Msvm_StorageAllocationSettingData")
    assert processor["VirtualQuantity"] == 4
    assert memory["VirtualQuantity"] == 4096
    assert image["HostResource"] == [r"C:\vms\disk.vhdx"]
    assert str(image["InstanceID"]).endswith(r"\0\3\L")
    order = emulated.settings_of(system)["BootSourceOrder"]
    assert isinstance(order, list)
    assert len(order) == 1


def test_the_serial_ports_of_the_call_are_the_vms_own(emulated: Emulated) -> None:
    pipe = r"\\.\pipe\console"
    port = {"ResourceType": 21, "ResourceSubType": "Microsoft:Hyper-V:Serial Port", "Connection": [pipe]}
    system = emulated.define(resources=[emulated.text("Msvm_SerialPortSettingData", port)])
    ports = emulated.devices_of(system, "Msvm_SerialPortSettingData")
    assert [port["Connection"] for port in ports] == [[pipe], [""]]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"VirtualSystemSubType": "Microsoft:Hyper-V:SubType:3"}, "unknown generation"),
        ({"Version": "99.0"}, "a version from the future"),
        ({"ElementName": "x" * 300}, "a name too long"),
        ({"SecureBootTemplateId": "0"}, "a template that is none"),
        ({"AutomaticStartupAction": 9}, "an action that is none"),
        ({"BootOrder": [1, 2, 3, 77]}, "a boot device that is none"),
        ({"BootOrder": [1, 2, 3]}, "a boot order that leaves out a device"),
        ({"BootOrder": [1, 2, 3, 3]}, "a boot order that names a device twice"),
        ({"SecureBootEnabled": True}, "Secure Boot without UEFI"),
    ],
)
def test_wrong_settings_leave_no_vm(emulated: Emulated, settings: dict[str, Value], reason: str) -> None:
    text = emulated.text("Msvm_VirtualSystemSettingData", settings)
    result = emulated.call("DefineSystem", SystemSettings=text)
    assert result.return_value == 32773, reason
    assert len(emulated.all("Msvm_ComputerSystem")) == 1


def test_a_wrong_device_leaves_no_vm(emulated: Emulated) -> None:
    assert (
        emulated.call("DefineSystem", ResourceSettings=[drive(emulated, "nobody", 0)]).return_value == 32773
    )
    assert len(emulated.all("Msvm_ComputerSystem")) == 1


def test_what_is_newer_than_the_host_is_refused(
    emulated: Emulated, tmp_path_factory: pytest.TempPathFactory
) -> None:
    old = emulate(tmp_path_factory.mktemp("old"), "2012R2")
    text = emulated.text("Msvm_VirtualSystemSettingData", {"ElementName": "x", "ConsoleMode": 0})
    assert old.call("DefineSystem", SystemSettings=text).return_value == 32773
    system = old.define("x")
    assert "ConsoleMode" not in old.settings_of(system)
    assert old.settings_of(system)["Version"] == "5.0"
    old.host.close()


def test_a_destroyed_vm_is_gone_with_its_settings(emulated: Emulated) -> None:
    system = emulated.define()
    assert emulated.call("DestroySystem", AffectedSystem=system).return_value == 0
    guid = system.key("Name")
    assert emulated.query(f"SELECT * FROM CIM_SettingData WHERE InstanceID LIKE 'Microsoft:{guid}%'") == []


def test_a_running_vm_cannot_be_destroyed(emulated: Emulated) -> None:
    system = emulated.define()
    assert emulated.request(system, 2)["JobState"] == 7
    assert emulated.call("DestroySystem", AffectedSystem=system).return_value == 32775


def test_all_settings_may_be_sent_back_with_one_changed(emulated: Emulated) -> None:
    system = emulated.define("before")
    settings = emulated.settings_of(system).with_values({"ElementName": "after"})
    text = emulated.text(settings.class_name, {n: v for n, v in settings.items() if v is not None})
    assert emulated.call("ModifySystemSettings", SystemSettings=text).return_value == 0
    assert emulated.get(system)["ElementName"] == "after"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VirtualSystemSubType", "Microsoft:Hyper-V:SubType:1"),
        ("Version", "9.0"),
        ("VirtualSystemType", "Microsoft:Hyper-V:System:Planned"),
    ],
)
def test_what_a_vm_is_defined_as_it_stays(emulated: Emulated, name: str, value: str) -> None:
    system = emulated.define()
    before = emulated.settings_of(system)
    changed = {"InstanceID": before["InstanceID"], name: value}
    text = emulated.text(before.class_name, changed)
    assert emulated.call("ModifySystemSettings", SystemSettings=text).return_value == 32773
    assert emulated.settings_of(system) == before


def test_vms_outlive_the_host(tmp_path: Path) -> None:
    first = emulate(tmp_path)
    system = first.define("kept", resources=disk(first, r"C:\a.vhdx"), Notes=["one", "two"])
    before = first.settings_of(system), first.devices_of(system, "CIM_ResourceAllocationSettingData")
    first.host.close()
    second = emulate(tmp_path)
    after = second.settings_of(system), second.devices_of(system, "CIM_ResourceAllocationSettingData")
    assert before == after
    second.host.close()


def test_references_without_a_vm_are_refused(emulated: Emulated) -> None:
    nobody = ObjectPath("Msvm_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": "x"})
    assert emulated.call("DestroySystem", AffectedSystem=nobody).return_value == 32773


@pytest.mark.parametrize(
    ("release", "version", "serial_class"),
    [
        ("2012R2", "5.0", "Msvm_ResourceAllocationSettingData"),
        ("2016", "8.0", "Msvm_SerialPortSettingData"),
        ("2019", "9.0", "Msvm_SerialPortSettingData"),
        ("2022", "10.0", "Msvm_SerialPortSettingData"),
        ("2025", "12.0", "Msvm_SerialPortSettingData"),
    ],
)
@pytest.mark.parametrize("generation", [1, 2])
def test_every_release_has_what_it_had(
    tmp_path: Path, release: str, version: str, serial_class: str, generation: int
) -> None:
    emulated = emulate(tmp_path, release)
    system = emulated.define(generation=generation)
    assert emulated.settings_of(system)["Version"] == version
    devices = emulated.devices_of(system, "CIM_ResourceAllocationSettingData")
    assert {d.class_name for d in devices if d["ResourceType"] == 21} == {serial_class}
    for device in devices:
        decl = emulated.host.schema.find("root/virtualization/v2", device.class_name)
        assert decl is not None
        assert all(decl.property(name) for name in device)
    assert emulated.request(system, 2)["JobState"] == 7
    emulated.host.close()


def test_an_old_version_can_be_asked_for_and_upgraded(emulated: Emulated) -> None:
    system = emulated.define(Version="9.0")
    assert emulated.settings_of(system)["Version"] == "9.0"
    assert emulated.call("UpgradeSystemVersion", ComputerSystem=system).return_value == 0
    assert emulated.settings_of(system)["Version"] == "12.0"
