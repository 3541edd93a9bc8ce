"""Network adapters: addresses, connections to switches, and their features."""

from __future__ import annotations

import pytest

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated
from tests.emulator_host.devices import SUB, path_text

NIC = "Msvm_SyntheticEthernetPortSettingData"
CONNECTION = "Msvm_EthernetPortAllocationSettingData"
SWITCH_SERVICE = "Msvm_VirtualEthernetSwitchManagementService"
VLAN = "Msvm_EthernetSwitchPortVlanSettingData"
ACL = "Msvm_EthernetSwitchPortAclSettingData"
OFFLOAD = "Msvm_EthernetSwitchPortOffloadSettingData"
BANDWIDTH = "Msvm_EthernetSwitchPortBandwidthSettingData"


def _switch(emulated: Emulated, name: str = "net", **values: object) -> str:
    text = emulated.text("Msvm_VirtualEthernetSwitchSettingData", {"ElementName": name, **values})
    result = emulated.call_of(SWITCH_SERVICE, "DefineSystem", SystemSettings=text)
    assert result.return_value == 0
    path = result.out["ResultingSystem"]
    assert isinstance(path, ObjectPath)
    return str(path.on("HV1"))


def _adapter(emulated: Emulated, switch: str, **values: object) -> list[str]:
    nic = {
        "InstanceID": "nic",
        "ResourceType": 10,
        "ResourceSubType": f"{SUB}Synthetic Ethernet Port",
        **values,
    }
    connection = {
        "ResourceType": 33,
        "ResourceSubType": f"{SUB}Ethernet Connection",
        "Parent": path_text(NIC, "nic"),
        "HostResource": [switch],
    }
    return [emulated.text(NIC, nic), emulated.text(CONNECTION, connection)]


@pytest.fixture
def system(emulated: Emulated) -> ObjectPath:
    """A VM with one connected adapter."""
    return emulated.define(resources=_adapter(emulated, _switch(emulated)))


def _only(emulated: Emulated, system: ObjectPath, class_name: str) -> Instance:
    (found,) = emulated.devices_of(system, class_name)
    return found


def _add_feature(emulated: Emulated, system: ObjectPath, class_name: str, **values: object) -> int:
    connection = _only(emulated, system, CONNECTION).path
    text = emulated.text(class_name, values)
    result = emulated.call("AddFeatureSettings", AffectedConfiguration=connection, FeatureSettings=[text])
    return result.return_value


def _features(emulated: Emulated, system: ObjectPath, class_name: str) -> list[Instance]:
    connection = _only(emulated, system, CONNECTION).path
    assert connection is not None
    return emulated.associated(connection, class_name, "Msvm_EthernetPortSettingDataComponent")


def test_an_adapter_gets_its_address_when_the_vm_first_starts(emulated: Emulated, system: ObjectPath) -> None:
    emulated.request(system, 2)
    address = str(_only(emulated, system, NIC)["Address"])
    assert address.startswith("00155D")
    (port,) = emulated.query(
        f"SELECT * FROM Msvm_SyntheticEthernetPort WHERE SystemName='{system.key('Name')}'"
    )
    assert port["PermanentAddress"] == address
    emulated.request(system, 3)
    emulated.request(system, 2)
    assert _only(emulated, system, NIC)["Address"] == address


def test_addresses_differ_and_run_out(emulated: Emulated) -> None:
    switch = _switch(emulated)
    settings = emulated.all("Msvm_VirtualSystemManagementServiceSettingData")[0]
    low = settings["MinimumMacAddress"]
    text = emulated.text(settings.class_name, {"MaximumMacAddress": low})
    assert emulated.call("ModifyServiceSettings", SettingData=text).return_value == 0
    first, second = (emulated.define(resources=_adapter(emulated, switch)) for _ in range(2))
    assert emulated.request(first, 2)["JobState"] == 7
    assert _only(emulated, first, NIC)["Address"] == low
    assert emulated.request(second, 2)["JobState"] == 10


@pytest.mark.parametrize("address", ["", "00-15-5D-00-00-01", "xyz"])
def test_a_static_address_must_be_one(emulated: Emulated, address: str) -> None:
    resources = _adapter(emulated, _switch(emulated), StaticMacAddress=True, Address=address)
    assert emulated.call("DefineSystem", ResourceSettings=resources).return_value == 32773


def test_a_connection_needs_a_switch_that_exists(emulated: Emulated) -> None:
    nowhere = '\\\\HV1\\root\\virtualization\\v2:Msvm_VirtualEthernetSwitch.Name="x"'
    result = emulated.call("DefineSystem", ResourceSettings=_adapter(emulated, nowhere))
    assert result.return_value == 32773


def test_the_connection_knows_its_switch_by_name(emulated: Emulated, system: ObjectPath) -> None:
    connection = _only(emulated, system, CONNECTION)
    assert connection["LastKnownSwitchName"] == "net"
    assert str(connection["InstanceID"]).endswith("\\C")


def test_a_vlan_is_added_changed_and_removed_while_the_vm_runs(
    emulated: Emulated, system: ObjectPath
) -> None:
    emulated.request(system, 2)
    assert _add_feature(emulated, system, VLAN, OperationMode=1, AccessVlanId=42) == 0
    (vlan,) = _features(emulated, system, VLAN)
    assert vlan["AccessVlanId"] == 42
    text = emulated.text(VLAN, {"InstanceID": vlan["InstanceID"], "AccessVlanId": 43})
    assert emulated.call("ModifyFeatureSettings", FeatureSettings=[text]).return_value == 0
    assert emulated.get(vlan.path)["AccessVlanId"] == 43
    assert emulated.call("RemoveFeatureSettings", FeatureSettings=[vlan.path]).return_value == 0
    assert _features(emulated, system, VLAN) == []


def test_a_port_has_one_vlan_but_many_access_rules(emulated: Emulated, system: ObjectPath) -> None:
    assert _add_feature(emulated, system, VLAN, OperationMode=1, AccessVlanId=1) == 0
    assert _add_feature(emulated, system, VLAN, OperationMode=1, AccessVlanId=2) == 32773
    rule = {"AclType": 2, "Action": 2, "Direction": 1, "Applicability": 2, "RemoteAddressPrefixLength": 32}
    for last in (1, 2):
        assert _add_feature(emulated, system, ACL, **rule, RemoteAddress=f"10.0.0.{last}") == 0
    assert len(_features(emulated, system, VLAN)) == 1
    assert len(_features(emulated, system, ACL)) == 2


def test_rules_go_together_or_not_at_all(emulated: Emulated, system: ObjectPath) -> None:
    rule = {"AclType": 2, "Action": 2, "Direction": 1, "Applicability": 2}
    for last in (1, 2):
        assert _add_feature(emulated, system, ACL, **rule, RemoteAddress=f"10.0.0.{last}") == 0
    first, second = (acl.path for acl in _features(emulated, system, ACL))
    assert first is not None
    nowhere = ObjectPath(ACL, {"InstanceID": f"{first.key('InstanceID')}-gone"})
    assert emulated.call("RemoveFeatureSettings", FeatureSettings=[first, nowhere]).return_value == 32773
    assert len(_features(emulated, system, ACL)) == 2
    assert emulated.call("RemoveFeatureSettings", FeatureSettings=[first, second, first]).return_value == 0
    assert _features(emulated, system, ACL) == []


def test_bad_vlan_numbers_are_refused(emulated: Emulated, system: ObjectPath) -> None:
    assert _add_feature(emulated, system, VLAN, OperationMode=1, AccessVlanId=5000) == 32773


def test_an_adapter_takes_its_connection_and_features_along(emulated: Emulated, system: ObjectPath) -> None:
    _add_feature(emulated, system, VLAN, OperationMode=1, AccessVlanId=42)
    nic = _only(emulated, system, NIC)
    assert emulated.call("RemoveResourceSettings", ResourceSettings=[nic.path]).return_value == 0
    assert emulated.devices_of(system, CONNECTION) == []
    guid = system.key("Name")
    assert emulated.query(f"SELECT * FROM {VLAN} WHERE InstanceID LIKE 'Microsoft:{guid}%'") == []


def test_features_outlive_a_checkpoint(emulated: Emulated, system: ObjectPath) -> None:
    _add_feature(emulated, system, VLAN, OperationMode=1, AccessVlanId=42)
    service = "Msvm_VirtualSystemSnapshotService"
    emulated.finish(emulated.call_of(service, "CreateSnapshot", AffectedSystem=system, SnapshotType=2))
    (vlan,) = _features(emulated, system, VLAN)
    assert vlan["AccessVlanId"] == 42


def test_every_connection_has_offload_settings_that_are_changed(
    emulated: Emulated, system: ObjectPath
) -> None:
    (offload,) = _features(emulated, system, OFFLOAD)
    assert offload["VMQOffloadWeight"] == 100
    assert _add_feature(emulated, system, OFFLOAD, VMQOffloadWeight=0) == 32773
    text = emulated.text(OFFLOAD, {"InstanceID": offload["InstanceID"], "IOVOffloadWeight": 50})
    assert emulated.call("ModifyFeatureSettings", FeatureSettings=[text]).return_value == 0
    assert emulated.get(offload.path)["IOVOffloadWeight"] == 50


@pytest.mark.parametrize(
    ("mode", "guarantee", "is_taken"),
    [
        (0, {"Weight": 10}, True),
        (0, {"Reservation": 10_000_000}, False),
        (1, {"Reservation": 10_000_000}, False),
        (2, {"Reservation": 10_000_000}, True),
        (2, {"Weight": 10}, False),
        (3, {"Weight": 10}, False),
        (3, {"Limit": 10_000_000}, True),
    ],
)
def test_bandwidth_is_guaranteed_in_the_way_of_the_switch(
    emulated: Emulated, mode: int, guarantee: dict[str, object], is_taken: bool
) -> None:
    switch = _switch(emulated, BandwidthReservationMode=mode)
    system = emulated.define(resources=_adapter(emulated, switch))
    connection = _only(emulated, system, CONNECTION).path
    text = emulated.text(BANDWIDTH, guarantee)
    result = emulated.call("AddFeatureSettings", AffectedConfiguration=connection, FeatureSettings=[text])
    if is_taken:
        assert result.return_value == 0
    else:
        job = emulated.finish(result)
        assert (job["JobState"], job["ErrorCode"]) == (10, 32773)
        assert "0x80070057" in str(job["ErrorDescription"])
    assert len(_features(emulated, system, BANDWIDTH)) == is_taken


def test_a_port_keeps_its_guarantee_to_a_switch_of_its_kind(emulated: Emulated) -> None:
    absolute, weighted = (_switch(emulated, f"mode-{m}", BandwidthReservationMode=m) for m in (2, 1))
    system = emulated.define(resources=_adapter(emulated, absolute))
    assert _add_feature(emulated, system, BANDWIDTH, Reservation=10_000_000) == 0
    instance_id = _only(emulated, system, CONNECTION)["InstanceID"]
    text = emulated.text(CONNECTION, {"InstanceID": instance_id, "HostResource": [weighted]})
    assert emulated.call("ModifyResourceSettings", ResourceSettings=[text]).return_value == 32773
    assert _only(emulated, system, CONNECTION)["HostResource"] == [absolute]


@pytest.mark.parametrize(
    ("vlan", "mode", "encapsulation"),
    [(None, 2, 2), ({"OperationMode": 1, "AccessVlanId": 7}, 2, 2), ({"OperationMode": 2}, 5, 3)],
)
def test_a_port_tells_how_it_tags_frames(
    emulated: Emulated, system: ObjectPath, vlan: dict[str, object] | None, mode: int, encapsulation: int
) -> None:
    if vlan:
        assert _add_feature(emulated, system, VLAN, **vlan) == 0
    assert emulated.all("Msvm_VLANEndpoint") == []
    emulated.request(system, 2)
    (port,) = emulated.all("Msvm_EthernetSwitchPort")
    assert port.path is not None
    (lan,) = emulated.associated(port.path, "Msvm_LANEndpoint", "Msvm_EthernetDeviceSAPImplementation")
    assert lan.path is not None
    (endpoint,) = emulated.associated(lan.path, "Msvm_VLANEndpoint", "Msvm_BindsToLANEndpoint")
    assert endpoint["OperationalEndpointMode"] == mode
    assert endpoint["OperationalVLANTrunkEncapsulation"] == encapsulation
    assert emulated.get(endpoint.path) == endpoint
