"""A machine to be metered, and the metric service as clients use it."""

from __future__ import annotations

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated
from tests.emulator_host.devices import SASD, SUB, disk, make_disk, path_text

SERVICE = "Msvm_MetricService"
ENABLE, DISABLE, RESET = 2, 3, 4
SUCCESS, FAILED = 0, 2
CPU = "Aggregated Average CPU Utilization"
ACL = "Msvm_EthernetSwitchPortAclSettingData"
DISK = r"C:\disks\metered.vhdx"
DISK_MIB = 64


def running_machine(emulated: Emulated) -> ObjectPath:
    """A running VM with one disk and one connected adapter."""
    make_disk(emulated, DISK, size_mib=DISK_MIB)
    text = emulated.text("Msvm_VirtualEthernetSwitchSettingData", {"ElementName": "net"})
    made = emulated.call_of(
        "Msvm_VirtualEthernetSwitchManagementService", "DefineSystem", SystemSettings=text
    )
    switch = made.out["ResultingSystem"]
    assert isinstance(switch, ObjectPath)
    nic_class = "Msvm_SyntheticEthernetPortSettingData"
    nic = {"InstanceID": "nic", "ResourceType": 10, "ResourceSubType": f"{SUB}Synthetic Ethernet Port"}
    cable = {
        "ResourceType": 33,
        "ResourceSubType": f"{SUB}Ethernet Connection",
        "Parent": path_text(nic_class, "nic"),
        "HostResource": [str(switch.on("HV1"))],
    }
    network = [
        emulated.text(nic_class, nic),
        emulated.text("Msvm_EthernetPortAllocationSettingData", cable),
    ]
    system = emulated.define(resources=[*disk(emulated, DISK), *network])
    assert emulated.request(system, 2)["JobState"] == 7
    return system


def definition_of(emulated: Emulated, name: str) -> Instance:
    (found,) = emulated.query(f"SELECT * FROM CIM_BaseMetricDefinition WHERE ElementName='{name}'")
    return found


def control(emulated: Emulated, subject: ObjectPath | None, name: str | None, operation: int) -> int:
    definition = definition_of(emulated, name).path if name else None
    result = emulated.call_of(
        SERVICE,
        "ControlMetrics",
        Subject=subject,
        Definition=definition,
        MetricCollectionEnabled=operation,
    )
    return result.return_value


def values_of(emulated: Emulated, subject: ObjectPath | None) -> dict[str, Instance]:
    assert subject is not None
    found = emulated.associated(subject, "CIM_BaseMetricValue", "Msvm_MetricForME")
    return {str(value["ElementName"]): value for value in found}


def state_of(emulated: Emulated, subject: ObjectPath, name: str) -> object:
    links = emulated.query(f"REFERENCES OF {{{subject}}} WHERE ResultClass=Msvm_MetricDefForME")
    definition = definition_of(emulated, name).path
    (link,) = [link for link in links if link["Dependent"] == definition]
    return link["MetricCollectionEnabled"]


def grown(emulated: Emulated, subject: ObjectPath, name: str, beyond: int = 0) -> int:
    """The value once it is larger than that."""
    emulated.until(
        lambda: values_of(emulated, subject)[name], lambda value: int(str(value["MetricValue"])) > beyond
    )
    return int(str(values_of(emulated, subject)[name]["MetricValue"]))


def connection_of(emulated: Emulated, system: ObjectPath) -> ObjectPath:
    (connection,) = emulated.devices_of(system, "Msvm_EthernetPortAllocationSettingData")
    assert connection.path is not None
    return connection.path


def meter_rule(emulated: Emulated, system: ObjectPath, direction: int) -> ObjectPath:
    rule = {"AclType": 2, "Action": 3, "Direction": direction, "Applicability": 1}
    result = emulated.call(
        "AddFeatureSettings",
        AffectedConfiguration=connection_of(emulated, system),
        FeatureSettings=[emulated.text(ACL, rule)],
    )
    assert result.return_value == 0
    (path,) = result.out["ResultingFeatureSettings"]
    assert isinstance(path, ObjectPath)
    return path


def disk_setting(emulated: Emulated, system: ObjectPath) -> ObjectPath:
    (setting,) = emulated.devices_of(system, SASD)
    assert setting.path is not None
    return setting.path
