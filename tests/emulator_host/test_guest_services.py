"""Keyboard, shutdown, key-value pairs and security."""

from __future__ import annotations

import pytest

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate

SECURITY = "Msvm_SecuritySettingData"


@pytest.fixture(params=[1, 2])
def running(emulated: Emulated, request: pytest.FixtureRequest) -> ObjectPath:
    """A running VM of each generation."""
    system = emulated.define(generation=request.param)
    emulated.request(system, 2)
    return system


def _device(emulated: Emulated, system: ObjectPath, class_name: str) -> ObjectPath:
    (device,) = emulated.associated(system, class_name, "Msvm_SystemDevice")
    assert device.path is not None
    return device.path


def test_keys_reach_a_running_vm(emulated: Emulated, running: ObjectPath) -> None:
    keyboard = _device(emulated, running, "Msvm_Keyboard")
    assert emulated.invoke(keyboard, "TypeText", asciiText="root").return_value == 0
    assert emulated.invoke(keyboard, "TypeKey", keyCode=0x0D).return_value == 0
    assert emulated.invoke(keyboard, "TypeScancodes", Scancodes=[0x1C, 0x9C]).return_value == 0
    assert emulated.invoke(keyboard, "TypeCtrlAltDel").return_value == 0
    emulated.invoke(keyboard, "PressKey", keyCode=0x10)
    assert emulated.invoke(keyboard, "IsKeyPressed", keyCode=0x10).out["keyState"] is True
    emulated.invoke(keyboard, "ReleaseKey", keyCode=0x10)
    assert emulated.invoke(keyboard, "IsKeyPressed", keyCode=0x10).out["keyState"] is False


def test_text_that_cannot_be_typed_is_refused(emulated: Emulated, running: ObjectPath) -> None:
    keyboard = _device(emulated, running, "Msvm_Keyboard")
    assert emulated.invoke(keyboard, "TypeText", asciiText="x" * 513).return_value == 32773
    assert emulated.invoke(keyboard, "TypeText", asciiText="\N{SNOWMAN}").return_value == 32768


def test_a_paused_vm_takes_no_keys(emulated: Emulated, running: ObjectPath) -> None:
    keyboard = _device(emulated, running, "Msvm_Keyboard")
    emulated.request(running, 9)
    assert emulated.invoke(keyboard, "TypeText", asciiText="x").return_value == 32775


def test_a_vm_that_is_off_has_no_devices(emulated: Emulated, running: ObjectPath) -> None:
    emulated.request(running, 3)
    assert emulated.associated(running, "CIM_LogicalDevice", "Msvm_SystemDevice") == []


def test_every_device_can_be_read_by_its_own_path(emulated: Emulated, running: ObjectPath) -> None:
    devices = emulated.associated(running, "CIM_LogicalDevice", "Msvm_SystemDevice")
    assert len(devices) > 10
    for device in devices:
        assert emulated.get(device.path)["DeviceID"] == device["DeviceID"]


def test_a_guest_that_is_asked_to_shut_down_is_off_then(emulated: Emulated, running: ObjectPath) -> None:
    shutdown = _device(emulated, running, "Msvm_ShutdownComponent")
    result = emulated.invoke(shutdown, "InitiateShutdown", Force=True, Reason="test")
    assert result.return_value == 0
    emulated.until(lambda: emulated.get(running), lambda i: i["EnabledState"] == 3)


def _item(emulated: Emulated, name: str, data: str) -> str:
    return emulated.text("Msvm_KvpExchangeDataItem", {"Name": name, "Data": data, "Source": 0})


def _items(emulated: Emulated, system: ObjectPath) -> list[str]:
    (setting,) = emulated.devices_of(system, "Msvm_KvpExchangeComponentSettingData")
    items = setting["HostExchangeItems"]
    assert isinstance(items, list)
    return [str(item) for item in items]


def test_key_value_pairs_are_added_changed_and_removed(emulated: Emulated) -> None:
    system = emulated.define()
    for method, data, expected in (
        ("AddKvpItems", "one", 0),
        ("AddKvpItems", "again", 32768),
        ("ModifyKvpItems", "two", 0),
    ):
        items = [_item(emulated, "key", data)]
        assert emulated.call(method, TargetSystem=system, DataItems=items).return_value == expected
    assert len(_items(emulated, system)) == 1
    assert "two" in _items(emulated, system)[0]
    items = [_item(emulated, "key", "")]
    assert emulated.call("RemoveKvpItems", TargetSystem=system, DataItems=items).return_value == 0
    assert _items(emulated, system) == []
    assert emulated.call("RemoveKvpItems", TargetSystem=system, DataItems=items).return_value == 32768


def test_a_refused_pair_leaves_the_others_as_they_were(emulated: Emulated) -> None:
    system = emulated.define()
    items = [_item(emulated, "good", "x"), _item(emulated, "bad", "x" * 5000)]
    assert emulated.call("AddKvpItems", TargetSystem=system, DataItems=items).return_value == 32773
    assert _items(emulated, system) == []


def _security(emulated: Emulated, system: ObjectPath) -> Instance:
    path = emulated.settings_of(system).path
    assert path is not None
    (found,) = emulated.associated(path, SECURITY, "Msvm_VirtualSystemSettingDataComponent")
    return found


def _modify_security(emulated: Emulated, system: ObjectPath, **values: bool) -> Instance:
    text = emulated.text(SECURITY, {"InstanceID": _security(emulated, system)["InstanceID"], **values})
    return emulated.finish(
        emulated.call_of("Msvm_SecurityService", "ModifySecuritySettings", SecuritySettingData=text)
    )


def test_a_tpm_needs_a_key_protector(emulated: Emulated) -> None:
    system = emulated.define()
    assert _modify_security(emulated, system, TpmEnabled=True)["JobState"] == 10
    text = emulated.text(SECURITY, {"InstanceID": _security(emulated, system)["InstanceID"]})
    service = "Msvm_SecurityService"
    stub = emulated.call_of(service, "GetKeyProtector", SecuritySettingData=text)
    assert stub.out["KeyProtector"] == [0, 0, 0, 4]
    emulated.call_of(service, "SetKeyProtector", SecuritySettingData=text, KeyProtector=[1, 2, 3])
    given = emulated.call_of(service, "GetKeyProtector", SecuritySettingData=text)
    assert given.out["KeyProtector"] == [1, 2, 3]
    assert _modify_security(emulated, system, TpmEnabled=True)["JobState"] == 7
    assert _security(emulated, system)["TpmEnabled"] is True


def test_security_does_not_change_while_the_vm_runs(emulated: Emulated, running: ObjectPath) -> None:
    values = {"InstanceID": _security(emulated, running)["InstanceID"], "KsdEnabled": True}
    text = emulated.text(SECURITY, values)
    result = emulated.call_of("Msvm_SecurityService", "ModifySecuritySettings", SecuritySettingData=text)
    assert result.return_value == 32775


def test_2012_r2_has_no_security_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    old = emulate(tmp_path_factory.mktemp("old"), "2012R2")
    system = old.define()
    assert old.host.schema.find("root/virtualization/v2", SECURITY) is None
    assert old.request(system, 2)["JobState"] == 7
    old.host.close()
