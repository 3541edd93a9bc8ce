"""PCI devices: the host gives them up, virtual machines have them, the host takes them back."""

from __future__ import annotations

import pytest

from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.host.hardware import PciDevice
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulator_providers.conftest import Emulate, Emulated

GPU = PciDevice(vendor="10DE", product="13F2", subsystem="115E10DE", revision="A1", bus=3, name="Tesla M60")
BEHIND_SWITCH = PciDevice(vendor="144D", product="A820", bus=64, slot=1, has_acs=False)
SERVICE = "Msvm_AssignableDeviceService"
MANAGEMENT = "Msvm_VirtualSystemManagementService"
SETTINGS = "Msvm_AssignableDeviceDismountSettingData"


@pytest.fixture
def emulated(emulate: Emulate) -> Emulated:
    """A host with two PCI devices of its own."""
    return emulate(pci=[GPU, BEHIND_SWITCH])


def dismount(emulated: Emulated, **values: Value) -> Result:
    text = emulated.text(SETTINGS, values)
    return emulated.call(SERVICE, "DismountAssignableDevice", DismountSettingData=text)


def machine(emulated: Emulated, name: str = "vm", shutdown_action: int = 2) -> ObjectPath:
    """A VM's settings; 2 turns it off when the host shuts down."""
    values: dict[str, Value] = {"ElementName": name, "AutomaticShutdownAction": shutdown_action}
    text = emulated.text("Msvm_VirtualSystemSettingData", values)
    emulated.call(MANAGEMENT, "DefineSystem", SystemSettings=text, ResourceSettings=[])
    (settings,) = emulated.query(f"SELECT * FROM Msvm_VirtualSystemSettingData WHERE ElementName='{name}'")
    assert settings.path is not None
    return settings.path


def template(emulated: Emulated) -> Instance:
    (default,) = emulated.query(
        r"SELECT * FROM Msvm_PciExpressSettingData WHERE InstanceID LIKE '%\\Default'"
    )
    return default


def give(emulated: Emulated, settings: ObjectPath) -> Result:
    """Add the GPU to a VM as Add-VMAssignableDevice does: from the default setting."""
    path = next(d.path for d in emulated.all("Msvm_PciExpress") if d["SystemName"] == "HV1")
    assert path is not None
    values = {**template(emulated), "HostResource": [str(path.on("HV1"))]}
    return emulated.call(
        MANAGEMENT,
        "AddResourceSettings",
        AffectedConfiguration=settings,
        ResourceSettings=[emulated.text("Msvm_PciExpressSettingData", values)],
    )


def test_a_device_is_assignable_once_the_host_gave_it_up(emulated: Emulated) -> None:
    assert emulated.all("Msvm_PciExpress") == []
    result = dismount(emulated, DeviceLocationPath=GPU.location_path, RequireAcsSupport=True)
    assert result.return_value == 0
    assert result.out["DismountedDeviceInstancePath"] == GPU.assignable_path
    (device,) = emulated.all("Msvm_PciExpress")
    assert str(device["DeviceID"]).endswith(rf"\{GPU.assignable_path}")
    assert device["LocationPath"] == "PCIROOT(0)#PCI(0300)#PCI(0000)"
    assert dismount(emulated, DeviceLocationPath=GPU.location_path).return_value == 32775


def test_a_device_that_can_pass_the_iommu_by_is_given_up_only_if_asked(emulated: Emulated) -> None:
    device = BEHIND_SWITCH.host_path
    assert dismount(emulated, DeviceInstancePath=device, RequireAcsSupport=True).return_value == 32770
    assert dismount(emulated, DeviceInstancePath=device, RequireAcsSupport=False).return_value == 0


def test_a_device_that_is_not_there_is_not_found(emulated: Emulated) -> None:
    assert dismount(emulated, DeviceInstancePath=r"PCI\VEN_8086").return_value == 32779
    assert dismount(emulated).return_value == 32779


def test_plug_and_play_knows_where_a_device_is(emulated: Emulated) -> None:
    names = [entity["DeviceID"] for entity in emulated.all("Win32_PnPEntity", "root/cimv2")]
    assert GPU.host_path in names
    dismount(emulated, DeviceLocationPath=GPU.location_path)
    path = ObjectPath("Win32_PnPEntity", {"DeviceID": GPU.assignable_path}, "root/cimv2")
    result = emulated.manager.invoke(path, "GetDeviceProperties", {}, "administrator")
    found = result.out["deviceProperties"]
    assert isinstance(found, list)
    values = {prop["KeyName"]: prop["Data"] for prop in found if isinstance(prop, Instance)}
    assert values["DEVPKEY_Device_LocationInfo"] == "PCI bus 3, device 0, function 0"
    assert values["DEVPKEY_Device_Address"] == 0
    keys = {"devicePropertyKeys": ["DEVPKEY_Device_BusNumber"]}
    some = emulated.manager.invoke(path, "GetDeviceProperties", keys, "administrator").out["deviceProperties"]
    assert isinstance(some, list)
    assert [prop["Data"] for prop in some if isinstance(prop, Instance)] == [3]


def test_a_device_in_a_machine_is_seen_twice_until_it_is_taken_away(emulated: Emulated) -> None:
    dismount(emulated, DeviceLocationPath=GPU.location_path)
    first, second = machine(emulated, "first"), machine(emulated, "second")
    assert give(emulated, first).return_value == 0
    assert [d["LocationPath"] for d in emulated.all("Msvm_PciExpress")] == [GPU.location_path] * 2
    assert give(emulated, second).return_value == 32774
    mount = {"DeviceInstancePath": None, "DeviceLocationPath": GPU.location_path}
    assert emulated.call(SERVICE, "MountAssignableDevice", **mount).return_value == 32774
    owner = first.key("InstanceID")
    (port,) = emulated.query(rf"SELECT * FROM Msvm_PciExpressSettingData WHERE InstanceID LIKE '{owner}%'")
    assert emulated.call(MANAGEMENT, "RemoveResourceSettings", ResourceSettings=[port.path]).return_value == 0
    assert len(emulated.all("Msvm_PciExpress")) == 1
    result = emulated.call(SERVICE, "MountAssignableDevice", **mount)
    assert (result.return_value, result.out["MountedDeviceInstancePath"]) == (0, GPU.host_path)
    assert emulated.all("Msvm_PciExpress") == []


def test_a_machine_that_would_be_saved_gets_no_device(emulated: Emulated) -> None:
    dismount(emulated, DeviceLocationPath=GPU.location_path)
    assert give(emulated, machine(emulated, shutdown_action=3)).return_value == 32775


def test_a_machine_with_a_device_will_not_be_saved_later_either(emulated: Emulated) -> None:
    dismount(emulated, DeviceLocationPath=GPU.location_path)
    settings = machine(emulated)
    give(emulated, settings)
    values: dict[str, Value] = {"InstanceID": settings.key("InstanceID"), "AutomaticShutdownAction": 3}
    text = emulated.text("Msvm_VirtualSystemSettingData", values)
    assert emulated.call(MANAGEMENT, "ModifySystemSettings", SystemSettings=text).return_value == 32775
    assert emulated.manager.get(settings)["AutomaticShutdownAction"] == 2


def test_a_running_machine_gets_no_device(emulated: Emulated) -> None:
    dismount(emulated, DeviceLocationPath=GPU.location_path)
    settings = machine(emulated)
    emulated.finished_job(emulated.on_machine("RequestStateChange", RequestedState=2))
    assert give(emulated, settings).return_value == 32775


def test_a_machine_with_a_device_cannot_be_saved(emulated: Emulated) -> None:
    dismount(emulated, DeviceLocationPath=GPU.location_path)
    give(emulated, machine(emulated))
    emulated.finished_job(emulated.on_machine("RequestStateChange", RequestedState=2))
    assert emulated.on_machine("RequestStateChange", RequestedState=6).return_value == 32770


def test_what_was_given_up_stays_so_over_a_restart(emulate: Emulate) -> None:
    before = emulate(pci=[GPU])
    dismount(before, DeviceLocationPath=GPU.location_path)
    give(before, machine(before))
    before.host.close()
    assert len(emulate(pci=[GPU]).all("Msvm_PciExpress")) == 2


def test_devices_are_assigned_from_2016_on(emulate: Emulate) -> None:
    old = emulate("2012R2", pci=[GPU])
    with pytest.raises(CimFault):
        old.all("Msvm_PciExpress")
    with pytest.raises(CimFault):
        old.all(SERVICE)
    path = ObjectPath("Win32_PnPEntity", {"DeviceID": GPU.host_path}, "root/cimv2")
    with pytest.raises(CimFault):
        old.manager.invoke(path, "GetDeviceProperties", {}, "administrator")


def test_a_machine_with_a_device_has_no_dynamic_memory(emulated: Emulated) -> None:
    dismount(emulated, DeviceLocationPath=GPU.location_path)
    settings = machine(emulated)
    give(emulated, settings)
    owner = settings.key("InstanceID")
    (memory,) = emulated.query(rf"SELECT * FROM Msvm_MemorySettingData WHERE InstanceID LIKE '{owner}%'")
    values = {"InstanceID": memory["InstanceID"], "DynamicMemoryEnabled": True}
    text = emulated.text("Msvm_MemorySettingData", values)
    assert emulated.call(MANAGEMENT, "ModifyResourceSettings", ResourceSettings=[text]).return_value == 32775
