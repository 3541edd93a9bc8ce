"""Adding, changing and removing devices, with the VM off and running."""

from __future__ import annotations

import pytest

from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated
from tests.emulator_host.devices import (
    RASD,
    SASD,
    SUB,
    controller,
    disk,
    drive,
    make_disk,
    medium,
    path_text,
)

BASE = r"C:\vms\disk.vhdx"
MORE = r"C:\vms\more.vhdx"


@pytest.fixture
def system(emulated: Emulated) -> ObjectPath:
    """A VM with one real disk."""
    make_disk(emulated, BASE)
    make_disk(emulated, MORE)
    return emulated.define(resources=disk(emulated, BASE))


def _add(emulated: Emulated, system: ObjectPath, *texts: str) -> list[Instance]:
    settings = emulated.settings_of(system).path
    result = emulated.call(
        "AddResourceSettings", AffectedConfiguration=settings, ResourceSettings=list(texts)
    )
    if result.return_value == 4096:
        assert emulated.finish(result)["JobState"] == 7
    else:
        assert result.return_value == 0
    paths = result.out["ResultingResourceSettings"]
    assert isinstance(paths, list)
    return [emulated.get(path) for path in paths if isinstance(path, ObjectPath)]


def _refused(emulated: Emulated, system: ObjectPath, *texts: str) -> int:
    settings = emulated.settings_of(system).path
    return emulated.call(
        "AddResourceSettings", AffectedConfiguration=settings, ResourceSettings=list(texts)
    ).return_value


def _of_type(emulated: Emulated, system: ObjectPath, resource_type: int) -> list[Instance]:
    devices = emulated.devices_of(system, "CIM_ResourceAllocationSettingData")
    return [device for device in devices if device["ResourceType"] == resource_type]


def _scsi(emulated: Emulated, system: ObjectPath) -> str:
    return str(_of_type(emulated, system, 6)[0]["InstanceID"])


def _modify(emulated: Emulated, class_name: str, **values: object) -> int:
    text = emulated.text(class_name, values)
    return emulated.call("ModifyResourceSettings", ResourceSettings=[text]).return_value


def test_results_come_in_the_order_of_the_settings(emulated: Emulated) -> None:
    found = _add(emulated, emulated.define(), *disk(emulated, BASE))
    assert [setting["ResourceType"] for setting in found] == [31, 17, 6]
    assert path_text(RASD, str(found[1]["InstanceID"])) == found[0]["Parent"]
    assert path_text(RASD, str(found[2]["InstanceID"])) == found[1]["Parent"]


@pytest.mark.parametrize("slot", [0, 64, -1])
def test_a_slot_in_use_or_out_of_range_is_refused(emulated: Emulated, system: ObjectPath, slot: int) -> None:
    assert _refused(emulated, system, drive(emulated, _scsi(emulated, system), slot)) == 32773


def test_a_scalar_host_resource_is_refused(emulated: Emulated, system: ObjectPath) -> None:
    (added,) = _add(emulated, system, drive(emulated, _scsi(emulated, system), 1))
    text = medium(emulated, str(added["InstanceID"]), MORE)
    scalar = (
        text.replace("PROPERTY.ARRAY", "PROPERTY").replace("<VALUE.ARRAY>", "").replace("</VALUE.ARRAY>", "")
    )
    assert _refused(emulated, system, scalar) == 32773


def test_a_second_medium_and_a_wrong_parent_are_refused(emulated: Emulated, system: ObjectPath) -> None:
    (used,) = _of_type(emulated, system, 17)
    assert _refused(emulated, system, medium(emulated, str(used["InstanceID"]), MORE)) == 32773
    assert _refused(emulated, system, medium(emulated, _scsi(emulated, system), MORE)) == 32773


def test_generation_2_has_no_place_for_old_adapters(emulated: Emulated, system: ObjectPath) -> None:
    values = {"ResourceType": 10, "ResourceSubType": f"{SUB}Emulated Ethernet Port"}
    assert _refused(emulated, system, emulated.text("Msvm_EmulatedEthernetPortSettingData", values)) == 32773


def test_dvd_drives_of_generation_1_hang_on_ide_alone(emulated: Emulated) -> None:
    system = emulated.define(generation=1, resources=[controller(emulated)])
    assert _refused(emulated, system, drive(emulated, _scsi(emulated, system), 0, dvd=True)) == 32773


def test_nothing_is_added_when_one_of_several_is_refused(emulated: Emulated, system: ObjectPath) -> None:
    before = emulated.devices_of(system, "CIM_ResourceAllocationSettingData")
    texts = [controller(emulated), drive(emulated, "nowhere", 0)]
    assert _refused(emulated, system, *texts) == 32773
    assert emulated.devices_of(system, "CIM_ResourceAllocationSettingData") == before


def test_a_drive_goes_only_without_its_disk(emulated: Emulated, system: ObjectPath) -> None:
    (holder,) = _of_type(emulated, system, 17)
    (image,) = _of_type(emulated, system, 31)
    with pytest.raises(CimFault) as refused:
        emulated.call("RemoveResourceSettings", ResourceSettings=[holder.path])
    assert refused.value.fault.wbem_code == 0x80041001
    both = emulated.call("RemoveResourceSettings", ResourceSettings=[holder.path, image.path])
    assert both.return_value == 0
    assert _of_type(emulated, system, 17) == _of_type(emulated, system, 31) == []


def test_a_disk_comes_and_goes_while_the_vm_runs(emulated: Emulated, system: ObjectPath) -> None:
    emulated.request(system, 2)
    added = _add(
        emulated,
        system,
        drive(emulated, _scsi(emulated, system), 1),
        medium(emulated, "new-drive", MORE),
    )
    assert len(emulated.query(f"SELECT * FROM Msvm_LogicalDisk WHERE SystemName='{system.key('Name')}'")) == 2
    paths = [setting.path for setting in added]
    emulated.finish(emulated.call("RemoveResourceSettings", ResourceSettings=paths))
    assert len(_of_type(emulated, system, 31)) == 1


def test_a_missing_disk_fails_the_job_and_is_not_kept(emulated: Emulated, system: ObjectPath) -> None:
    emulated.request(system, 2)
    texts = [
        drive(emulated, _scsi(emulated, system), 1),
        medium(emulated, "new-drive", r"C:\missing.vhdx"),
    ]
    settings = emulated.settings_of(system).path
    result = emulated.call("AddResourceSettings", AffectedConfiguration=settings, ResourceSettings=texts)
    assert emulated.finish(result)["JobState"] == 10
    assert len(_of_type(emulated, system, 17)) == 1


def test_a_controller_cannot_come_while_the_vm_runs(emulated: Emulated, system: ObjectPath) -> None:
    emulated.request(system, 2)
    assert _refused(emulated, system, controller(emulated)) == 32775


def test_processors_change_only_while_off(emulated: Emulated, system: ObjectPath) -> None:
    (processor,) = emulated.devices_of(system, "Msvm_ProcessorSettingData")
    name, instance_id = processor.class_name, processor["InstanceID"]
    assert _modify(emulated, name, InstanceID=instance_id, VirtualQuantity=8) == 0
    emulated.request(system, 2)
    assert _modify(emulated, name, InstanceID=instance_id, VirtualQuantity=4) == 32775
    assert _modify(emulated, name, InstanceID=instance_id, VirtualQuantity=8, Weight=200) == 0
    found = emulated.query(f"SELECT * FROM Msvm_Processor WHERE SystemName='{system.key('Name')}'")
    assert len(found) == 8


@pytest.mark.parametrize(
    "values",
    [
        {"VirtualQuantity": 1025},
        {"VirtualQuantity": 1024, "DynamicMemoryEnabled": True, "Reservation": 2048},
        {"VirtualQuantity": 1024, "DynamicMemoryEnabled": True, "Limit": 512},
        {"Weight": 10_001},
    ],
)
def test_memory_that_cannot_be_is_refused(
    emulated: Emulated, system: ObjectPath, values: dict[str, int]
) -> None:
    (memory,) = emulated.devices_of(system, "Msvm_MemorySettingData")
    assert _modify(emulated, memory.class_name, InstanceID=memory["InstanceID"], **values) == 32773
    assert emulated.get(memory.path) == memory


@pytest.mark.parametrize("last", ["Msvm_MemorySettingData", "Msvm_ProcessorSettingData"])
def test_nested_virtualization_and_dynamic_memory_exclude_each_other(
    emulated: Emulated, system: ObjectPath, last: str
) -> None:
    asked: dict[str, dict[str, bool]] = {
        "Msvm_MemorySettingData": {"DynamicMemoryEnabled": True},
        "Msvm_ProcessorSettingData": {"ExposeVirtualizationExtensions": True},
    }
    for class_name in sorted(asked, key=lambda name: name == last):
        (setting,) = emulated.devices_of(system, class_name)
        code = _modify(emulated, class_name, InstanceID=setting["InstanceID"], **asked[class_name])
        assert code == (32773 if class_name == last else 0)


def test_a_setting_sent_back_as_it_is_changes_nothing(emulated: Emulated, system: ObjectPath) -> None:
    for setting in emulated.devices_of(system, "CIM_ResourceAllocationSettingData"):
        values = {name: value for name, value in setting.items() if value is not None}
        assert _modify(emulated, setting.class_name, **values) == 0, setting
        assert emulated.get(setting.path) == setting


def test_an_unknown_instance_is_refused(emulated: Emulated, system: ObjectPath) -> None:
    instance_id = f"Microsoft:{system.key('Name')}\\nothing"
    assert _modify(emulated, RASD, InstanceID=instance_id, ElementName="x") == 32773


def test_a_dvd_is_changed_while_the_vm_runs(emulated: Emulated) -> None:
    for name in ("one", "two"):
        emulated.host.files.local(rf"C:\{name}.iso").write_bytes(b"iso")
    texts = [
        controller(emulated),
        drive(emulated, "new-scsi", 0, dvd=True),
        medium(emulated, "new-drive", r"C:\one.iso", dvd=True),
    ]
    system = emulated.define(resources=texts)
    emulated.request(system, 2)
    (image,) = emulated.devices_of(system, SASD)
    values = {"InstanceID": image["InstanceID"], "HostResource": [r"C:\two.iso"]}
    result = emulated.call("ModifyResourceSettings", ResourceSettings=[emulated.text(SASD, values)])
    assert emulated.finish(result)["JobState"] == 7
    assert emulated.get(image.path)["HostResource"] == [r"C:\two.iso"]


def test_the_boot_order_can_be_turned_round(emulated: Emulated, system: ObjectPath) -> None:
    _add(emulated, system, drive(emulated, _scsi(emulated, system), 1))
    settings = emulated.settings_of(system)
    order = settings["BootSourceOrder"]
    assert isinstance(order, list)
    text = emulated.text(
        settings.class_name, {"InstanceID": settings["InstanceID"], "BootSourceOrder": order[::-1]}
    )
    assert emulated.call("ModifySystemSettings", SystemSettings=text).return_value == 0
    assert emulated.settings_of(system)["BootSourceOrder"] == order[::-1]


def test_boot_sources_are_identical_with_their_devices(emulated: Emulated, system: ObjectPath) -> None:
    (holder,) = _of_type(emulated, system, 17)
    assert holder.path is not None
    (source,) = emulated.associated(holder.path, "Msvm_BootSourceSettingData", "Msvm_LogicalIdentity")
    assert source["InstanceID"] == f"{holder['InstanceID']}\\B"
    assert source["BootSourceType"] == 1
