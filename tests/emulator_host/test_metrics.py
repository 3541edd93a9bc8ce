"""Metering: what can be metered, switching it on and off, and values that follow the guest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.devices import SASD, SUB, disk, make_disk, path_text

SERVICE = "Msvm_MetricService"
ENABLE, DISABLE, RESET = 2, 3, 4
SUCCESS, FAILED = 0, 2
PARTIALLY = 32768
A_TENTH_OF_2_GHZ = 200
"""What a machine that is states only is always busy with, in MHz."""
CPU = "Aggregated Average CPU Utilization"
MEMORY = "Aggregated Average Memory Utilization"
ACL = "Msvm_EthernetSwitchPortAclSettingData"
DISK = r"C:\disks\metered.vhdx"


def _definition(emulated: Emulated, name: str) -> Instance:
    (found,) = emulated.query(f"SELECT * FROM CIM_BaseMetricDefinition WHERE ElementName='{name}'")
    return found


def _control(emulated: Emulated, subject: ObjectPath | None, name: str | None, operation: int) -> int:
    definition = _definition(emulated, name).path if name else None
    result = emulated.call_of(
        SERVICE,
        "ControlMetrics",
        Subject=subject,
        Definition=definition,
        MetricCollectionEnabled=operation,
    )
    return result.return_value


def _values(emulated: Emulated, subject: ObjectPath | None) -> dict[str, Instance]:
    assert subject is not None
    found = emulated.associated(subject, "CIM_BaseMetricValue", "Msvm_MetricForME")
    return {str(value["ElementName"]): value for value in found}


def _state(emulated: Emulated, subject: ObjectPath, name: str) -> object:
    links = emulated.query(f"REFERENCES OF {{{subject}}} WHERE ResultClass=Msvm_MetricDefForME")
    definition = _definition(emulated, name).path
    (link,) = [link for link in links if link["Dependent"] == definition]
    return link["MetricCollectionEnabled"]


def _grown(emulated: Emulated, subject: ObjectPath, name: str, beyond: int = 0) -> int:
    """The value once it is larger than that."""
    emulated.until(
        lambda: _values(emulated, subject)[name], lambda value: int(str(value["MetricValue"])) > beyond
    )
    return int(str(_values(emulated, subject)[name]["MetricValue"]))


@pytest.fixture
def system(emulated: Emulated) -> ObjectPath:
    """A running VM with one disk and one connected adapter."""
    make_disk(emulated, DISK, size_mib=64)
    text = emulated.text("Msvm_VirtualEthernetSwitchSettingData", {"ElementName": "net"})
    made = emulated.call_of(
        "Msvm_VirtualEthernetSwitchManagementService", "DefineSystem", SystemSettings=text
    )
    switch = made.out["ResultingSystem"]
    assert isinstance(switch, ObjectPath)
    nic_class = "Msvm_SyntheticEthernetPortSettingData"
    nic = {"InstanceID": "nic", "ResourceType": 10, "ResourceSubType": f"{SUB}Synthetic Ethernet Port"}
    connection = {
        "ResourceType": 33,
        "ResourceSubType": f"{SUB}Ethernet Connection",
        "Parent": path_text(nic_class, "nic"),
        "HostResource": [str(switch.on("HV1"))],
    }
    network = [
        emulated.text(nic_class, nic),
        emulated.text("Msvm_EthernetPortAllocationSettingData", connection),
    ]
    system = emulated.define(resources=[*disk(emulated, DISK), *network])
    assert emulated.request(system, 2)["JobState"] == 7
    return system


def _connection(emulated: Emulated, system: ObjectPath) -> ObjectPath:
    (connection,) = emulated.devices_of(system, "Msvm_EthernetPortAllocationSettingData")
    assert connection.path is not None
    return connection.path


def _meter_rule(emulated: Emulated, system: ObjectPath, direction: int) -> ObjectPath:
    rule = {"AclType": 2, "Action": 3, "Direction": direction, "Applicability": 1}
    result = emulated.call(
        "AddFeatureSettings",
        AffectedConfiguration=_connection(emulated, system),
        FeatureSettings=[emulated.text(ACL, rule)],
    )
    assert result.return_value == 0
    (path,) = result.out["ResultingFeatureSettings"]
    assert isinstance(path, ObjectPath)
    return path


def _disk(emulated: Emulated, system: ObjectPath) -> ObjectPath:
    (setting,) = emulated.devices_of(system, SASD)
    assert setting.path is not None
    return setting.path


@pytest.mark.parametrize(("release", "bases"), [("2012R2", 8), ("2025", 10)])
def test_a_release_has_its_definitions(tmp_path: Path, release: str, bases: int) -> None:
    emulated = emulate(tmp_path, release)
    assert len(emulated.all("Msvm_BaseMetricDefinition")) == bases
    assert len(emulated.all("Msvm_AggregationMetricDefinition")) == 14
    definition = _definition(emulated, CPU)
    assert definition["Id"] == "Microsoft:3F6F1051-C8FC-47EF-9821-C07240848749"
    (service,) = emulated.all(SERVICE)
    assert service.path is not None
    affected = emulated.associated(service.path, "CIM_BaseMetricDefinition", "Msvm_ServiceAffectsElement")
    assert len(affected) == bases + 14
    emulated.host.close()


def test_nothing_is_metered_until_somebody_says_so(emulated: Emulated, system: ObjectPath) -> None:
    assert _values(emulated, system) == {}
    assert emulated.all("CIM_BaseMetricValue") == []
    assert _state(emulated, system, CPU) == DISABLE


def test_processor_and_memory_of_a_running_machine(emulated: Emulated, system: ObjectPath) -> None:
    assert _control(emulated, system, CPU, ENABLE) == SUCCESS
    assert _control(emulated, system, MEMORY, ENABLE) == SUCCESS
    assert _state(emulated, system, CPU) == ENABLE
    assert _state(emulated, system, "Aggregated Disk Data Read") == DISABLE
    assert _grown(emulated, system, CPU) > 0
    assert _grown(emulated, system, MEMORY) == 1024
    assert set(_values(emulated, system)) == {CPU, MEMORY}
    value = _values(emulated, system)[CPU]
    assert value["MetricDefinitionId"] == _definition(emulated, CPU)["Id"]
    assert value["MeasuredElementName"] == "vm"


def test_what_was_used_before_does_not_count(emulated: Emulated, system: ObjectPath) -> None:
    sleep(1.5)
    for operation in (ENABLE, DISABLE, ENABLE):
        assert _control(emulated, system, CPU, operation) == SUCCESS
    assert _grown(emulated, system, CPU) == pytest.approx(A_TENTH_OF_2_GHZ, rel=0.2)
    assert _control(emulated, system, CPU, DISABLE) == SUCCESS
    sleep(1.5)
    assert _control(emulated, system, CPU, ENABLE) == SUCCESS
    assert _grown(emulated, system, CPU) == pytest.approx(A_TENTH_OF_2_GHZ, rel=0.2)


def test_a_disk_counts_as_long_as_the_machine_runs(emulated: Emulated, system: ObjectPath) -> None:
    setting = _disk(emulated, system)
    assert _control(emulated, setting, None, ENABLE) == SUCCESS
    first = _grown(emulated, setting, "Disk Data Read")
    assert _grown(emulated, setting, "Disk Data Read", beyond=first) > first
    assert _grown(emulated, setting, "Maximum for Disk Allocation") == 64
    assert set(_values(emulated, setting)) >= {"Disk Data Written", "Average Disk Latency"}
    assert emulated.request(system, 3)["JobState"] == 7
    assert _grown(emulated, setting, "Disk Data Read") >= first


def test_all_disks_make_up_the_machines_value(emulated: Emulated, system: ObjectPath) -> None:
    name = "Aggregated Disk Data Read"
    assert _control(emulated, system, name, ENABLE) == SUCCESS
    _grown(emulated, system, name)
    whole = _values(emulated, system)[name]
    assert whole.path is not None
    parts = emulated.associated(whole.path, "CIM_BaseMetricValue", "Msvm_MetricCollectionDependency")
    assert [part["ElementName"] for part in parts] == ["Disk Data Read"]
    (definition,) = emulated.associated(whole.path, "CIM_BaseMetricDefinition", "Msvm_MetricInstance")
    assert definition["ElementName"] == name


def test_a_pool_adds_its_machines_up(emulated: Emulated, system: ObjectPath) -> None:
    (pool,) = emulated.all("Msvm_ProcessorPool")
    assert pool.path is not None
    assert _control(emulated, pool.path, CPU, ENABLE) == SUCCESS
    assert _state(emulated, system, CPU) == ENABLE
    other = emulated.define("other")
    assert _state(emulated, other, CPU) == DISABLE
    assert _state(emulated, pool.path, CPU) == PARTIALLY
    assert _grown(emulated, pool.path, CPU) > 0


def test_traffic_is_metered_by_rules_while_the_machine_runs(emulated: Emulated, system: ObjectPath) -> None:
    incoming, outgoing = "Filtered Incoming Network Traffic", "Filtered Outgoing Network Traffic"
    connection = _connection(emulated, system)
    assert _control(emulated, connection, incoming, ENABLE) == FAILED, "no rule counts yet"
    inbound, outbound = (_meter_rule(emulated, system, direction) for direction in (1, 2))
    assert _control(emulated, connection, incoming, ENABLE) == SUCCESS
    assert _control(emulated, connection, outgoing, ENABLE) == SUCCESS
    assert set(_values(emulated, inbound)) == {incoming}
    assert set(_values(emulated, outbound)) == {outgoing}
    assert _grown(emulated, inbound, incoming) > 0
    emulated.request(system, 3)
    assert _values(emulated, inbound) == {}
    assert _control(emulated, connection, incoming, ENABLE) == FAILED, "the machine is off"
    emulated.request(system, 2)
    assert _values(emulated, inbound) == {}, "each run begins without"


def test_reset_begins_again_and_disable_ends(emulated: Emulated, system: ObjectPath) -> None:
    setting = _disk(emulated, system)
    _control(emulated, setting, None, ENABLE)
    _grown(emulated, setting, "Disk Data Read", beyond=3)
    emulated.request(system, 9)
    before = _values(emulated, setting)["Disk Data Read"]
    assert _control(emulated, setting, "Disk Data Read", RESET) == SUCCESS
    after = _values(emulated, setting)["Disk Data Read"]
    assert int(str(after["MetricValue"])) < int(str(before["MetricValue"]))
    assert _control(emulated, setting, None, DISABLE) == SUCCESS
    assert _values(emulated, setting) == {}


def test_what_cannot_be_metered_is_refused(emulated: Emulated, system: ObjectPath) -> None:
    setting = _disk(emulated, system)
    host = ObjectPath("Msvm_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": "HV1"})
    assert _control(emulated, None, None, ENABLE) == FAILED
    assert _control(emulated, setting, CPU, ENABLE) == FAILED
    assert _control(emulated, setting, "Aggregated Disk Data Read", ENABLE) == FAILED
    assert _control(emulated, host, None, ENABLE) == FAILED
    assert _control(emulated, setting, None, 9) == FAILED
    (nic,) = emulated.devices_of(system, "Msvm_SyntheticEthernetPortSettingData")
    assert _control(emulated, nic.path, None, ENABLE) == FAILED


def test_one_definition_for_every_machine(emulated: Emulated, system: ObjectPath) -> None:
    other = emulated.define("other")
    assert _control(emulated, None, MEMORY, ENABLE) == SUCCESS
    assert _state(emulated, system, MEMORY) == _state(emulated, other, MEMORY) == ENABLE


def test_the_service_tells_what_it_meters(emulated: Emulated, system: ObjectPath) -> None:
    _control(emulated, system, CPU, ENABLE)
    definition = _definition(emulated, CPU).path
    shown = emulated.call_of(SERVICE, "ShowMetrics", Subject=system, Definition=definition).out
    assert shown["MetricNames"] == [CPU]
    assert shown["MetricCollectionEnabled"] == [ENABLE]
    found = emulated.call_of(SERVICE, "GetMetricValues", Definition=definition, Range=3, Count=1)
    (value,) = found.out["Values"]
    assert isinstance(value, ObjectPath)
    assert emulated.get(value)["MetricDefinitionId"] == _definition(emulated, CPU)["Id"]


@pytest.mark.parametrize(
    ("asked_hours", "answer", "kept_hours"), [(2, 0, 2), (0.5, 0, 1), (25, 32773, 1)], ids=str
)
def test_meters_are_written_every_few_hours(
    emulated: Emulated, asked_hours: float, answer: int, kept_hours: int
) -> None:
    class_name = "Msvm_MetricServiceSettingData"
    text = emulated.text(class_name, {"MetricsFlushInterval": timedelta(hours=asked_hours)})
    assert emulated.call_of(SERVICE, "ModifyServiceSettings", SettingData=text).return_value == answer
    (settings,) = emulated.all(class_name)
    assert settings["MetricsFlushInterval"] == timedelta(hours=kept_hours)


@pytest.fixture
def restarted(tmp_path: Path, emulated: Emulated, system: ObjectPath) -> Iterator[Emulated]:
    """The host after a restart; processor and traffic were metered before."""
    _meter_rule(emulated, system, 1)
    assert _control(emulated, system, None, ENABLE) == SUCCESS
    _grown(emulated, system, "Aggregated Disk Data Read")
    emulated.host.close()
    again = emulate(tmp_path)
    yield again
    again.host.close()


def test_meters_outlive_a_restart(restarted: Emulated, system: ObjectPath) -> None:
    values = _values(restarted, system)
    assert int(str(values["Aggregated Disk Data Read"]["MetricValue"])) > 0
    assert "Aggregated Filtered Incoming Network Traffic" not in values


def test_a_machine_takes_its_meters_along(emulated: Emulated, system: ObjectPath) -> None:
    _control(emulated, system, CPU, ENABLE)
    emulated.request(system, 3)
    assert emulated.call("DestroySystem", AffectedSystem=system).return_value in (0, 4096)
    emulated.until(
        lambda: Instance("gone", {"left": len(emulated.all("CIM_BaseMetricValue"))}), lambda i: not i["left"]
    )
