"""Metering: what can be metered, switching it on and off, and values that follow the guest."""

from __future__ import annotations

from pathlib import Path
from time import sleep
from typing import Any

import pytest

from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.metering import (
    CPU,
    DISABLE,
    ENABLE,
    FAILED,
    RESET,
    SERVICE,
    SUCCESS,
    connection_of,
    control,
    definition_of,
    disk_setting,
    grown,
    meter_rule,
    running_machine,
    state_of,
    values_of,
)

MEMORY = "Aggregated Average Memory Utilization"
PARTIALLY = 32768
A_TENTH_OF_2_GHZ = 200
"""What a machine that is states only is always busy with, in MHz."""


@pytest.fixture
def system(emulated: Emulated) -> ObjectPath:
    return running_machine(emulated)


@pytest.mark.parametrize(("release", "bases"), [("2012R2", 8), ("2025", 10)])
def test_a_release_has_its_definitions(tmp_path: Path, release: str, bases: int) -> None:
    emulated = emulate(tmp_path, release)
    assert len(emulated.all("Msvm_BaseMetricDefinition")) == bases
    assert len(emulated.all("Msvm_AggregationMetricDefinition")) == 14
    definition = definition_of(emulated, CPU)
    assert definition["Id"] == "Microsoft:3F6F1051-C8FC-47EF-9821-C07240848749"
    (service,) = emulated.all(SERVICE)
    assert service.path is not None
    affected = emulated.associated(service.path, "CIM_BaseMetricDefinition", "Msvm_ServiceAffectsElement")
    assert len(affected) == bases + 14
    emulated.host.close()


def test_nothing_is_metered_until_somebody_says_so(emulated: Emulated, system: ObjectPath) -> None:
    assert values_of(emulated, system) == {}
    assert emulated.all("CIM_BaseMetricValue") == []
    assert state_of(emulated, system, CPU) == DISABLE


def test_processor_and_memory_of_a_running_machine(emulated: Emulated, system: ObjectPath) -> None:
    assert control(emulated, system, CPU, ENABLE) == SUCCESS
    assert control(emulated, system, MEMORY, ENABLE) == SUCCESS
    assert state_of(emulated, system, CPU) == ENABLE
    assert state_of(emulated, system, "Aggregated Disk Data Read") == DISABLE
    assert grown(emulated, system, CPU) > 0
    assert grown(emulated, system, MEMORY) == 1024
    assert set(values_of(emulated, system)) == {CPU, MEMORY}
    value = values_of(emulated, system)[CPU]
    assert value["MetricDefinitionId"] == definition_of(emulated, CPU)["Id"]
    assert value["MeasuredElementName"] == "vm"


def test_what_was_used_before_does_not_count(emulated: Emulated, system: ObjectPath) -> None:
    sleep(1.5)
    for operation in (ENABLE, DISABLE, ENABLE):
        assert control(emulated, system, CPU, operation) == SUCCESS
    assert grown(emulated, system, CPU) == pytest.approx(A_TENTH_OF_2_GHZ, rel=0.2)
    assert control(emulated, system, CPU, DISABLE) == SUCCESS
    sleep(1.5)
    assert control(emulated, system, CPU, ENABLE) == SUCCESS
    assert grown(emulated, system, CPU) == pytest.approx(A_TENTH_OF_2_GHZ, rel=0.2)


def test_the_load_of_a_machine_and_its_meter_go_by_one_clock(tmp_path: Path) -> None:
    emulated = emulate(tmp_path, processor_mhz=3500)
    system = running_machine(emulated)
    assert control(emulated, system, CPU, ENABLE) == SUCCESS
    load = emulated.until(lambda: _load(emulated), lambda summary: summary["ProcessorLoad"] != 0)
    (processor,) = emulated.manager.enumerate("root/cimv2", "Win32_Processor")
    assert processor["MaxClockSpeed"] == 3500
    assert grown(emulated, system, CPU) == pytest.approx(3500 * load["ProcessorLoad"] / 100, rel=0.2)
    emulated.host.close()


def _load(emulated: Emulated) -> Any:
    result: Any = emulated.call("GetSummaryInformation", RequestedInformation=[101], SettingData=None)
    (summary,) = result.out["SummaryInformation"]
    return summary


def test_a_disk_counts_as_long_as_the_machine_runs(emulated: Emulated, system: ObjectPath) -> None:
    setting = disk_setting(emulated, system)
    assert control(emulated, setting, None, ENABLE) == SUCCESS
    first = grown(emulated, setting, "Disk Data Read")
    assert grown(emulated, setting, "Disk Data Read", beyond=first) > first
    assert grown(emulated, setting, "Maximum for Disk Allocation") == 64
    assert set(values_of(emulated, setting)) >= {"Disk Data Written", "Average Disk Latency"}
    assert emulated.request(system, 3)["JobState"] == 7
    assert grown(emulated, setting, "Disk Data Read") >= first


def test_all_disks_make_up_the_machines_value(emulated: Emulated, system: ObjectPath) -> None:
    name = "Aggregated Disk Data Read"
    assert control(emulated, system, name, ENABLE) == SUCCESS
    grown(emulated, system, name)
    whole = values_of(emulated, system)[name]
    assert whole.path is not None
    parts = emulated.associated(whole.path, "CIM_BaseMetricValue", "Msvm_MetricCollectionDependency")
    assert [part["ElementName"] for part in parts] == ["Disk Data Read"]
    (definition,) = emulated.associated(whole.path, "CIM_BaseMetricDefinition", "Msvm_MetricInstance")
    assert definition["ElementName"] == name


def test_a_pool_adds_its_machines_up(emulated: Emulated, system: ObjectPath) -> None:
    (pool,) = emulated.all("Msvm_ProcessorPool")
    assert pool.path is not None
    assert control(emulated, pool.path, CPU, ENABLE) == SUCCESS
    assert state_of(emulated, system, CPU) == ENABLE
    other = emulated.define("other")
    assert state_of(emulated, other, CPU) == DISABLE
    assert state_of(emulated, pool.path, CPU) == PARTIALLY
    assert grown(emulated, pool.path, CPU) > 0


def test_traffic_is_metered_by_rules_while_the_machine_runs(emulated: Emulated, system: ObjectPath) -> None:
    incoming, outgoing = "Filtered Incoming Network Traffic", "Filtered Outgoing Network Traffic"
    connection = connection_of(emulated, system)
    assert control(emulated, connection, incoming, ENABLE) == FAILED, "no rule counts yet"
    inbound, outbound = (meter_rule(emulated, system, direction) for direction in (1, 2))
    assert control(emulated, connection, incoming, ENABLE) == SUCCESS
    assert control(emulated, connection, outgoing, ENABLE) == SUCCESS
    assert set(values_of(emulated, inbound)) == {incoming}
    assert set(values_of(emulated, outbound)) == {outgoing}
    assert grown(emulated, inbound, incoming) > 0
    emulated.request(system, 3)
    assert values_of(emulated, inbound) == {}
    assert control(emulated, connection, incoming, ENABLE) == FAILED, "the machine is off"
    emulated.request(system, 2)
    assert values_of(emulated, inbound) == {}, "each run begins without"


def test_reset_begins_again_and_disable_ends(emulated: Emulated, system: ObjectPath) -> None:
    setting = disk_setting(emulated, system)
    control(emulated, setting, None, ENABLE)
    grown(emulated, setting, "Disk Data Read", beyond=3)
    emulated.request(system, 9)
    before = values_of(emulated, setting)["Disk Data Read"]
    assert control(emulated, setting, "Disk Data Read", RESET) == SUCCESS
    after = values_of(emulated, setting)["Disk Data Read"]
    assert int(str(after["MetricValue"])) < int(str(before["MetricValue"]))
    assert control(emulated, setting, None, DISABLE) == SUCCESS
    assert values_of(emulated, setting) == {}


def test_what_cannot_be_metered_is_refused(emulated: Emulated, system: ObjectPath) -> None:
    setting = disk_setting(emulated, system)
    host = ObjectPath("Msvm_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": "HV1"})
    assert control(emulated, None, None, ENABLE) == FAILED
    assert control(emulated, setting, CPU, ENABLE) == FAILED
    assert control(emulated, setting, "Aggregated Disk Data Read", ENABLE) == FAILED
    assert control(emulated, host, None, ENABLE) == FAILED
    assert control(emulated, setting, None, 9) == FAILED
    (nic,) = emulated.devices_of(system, "Msvm_SyntheticEthernetPortSettingData")
    assert control(emulated, nic.path, None, ENABLE) == FAILED


def test_one_definition_for_every_machine(emulated: Emulated, system: ObjectPath) -> None:
    other = emulated.define("other")
    assert control(emulated, None, MEMORY, ENABLE) == SUCCESS
    assert state_of(emulated, system, MEMORY) == state_of(emulated, other, MEMORY) == ENABLE


def test_the_service_tells_what_it_meters(emulated: Emulated, system: ObjectPath) -> None:
    control(emulated, system, CPU, ENABLE)
    definition = definition_of(emulated, CPU).path
    shown = emulated.call_of(SERVICE, "ShowMetrics", Subject=system, Definition=definition).out
    assert shown["MetricNames"] == [CPU]
    assert shown["MetricCollectionEnabled"] == [ENABLE]
    found = emulated.call_of(SERVICE, "GetMetricValues", Definition=definition, Range=3, Count=1)
    (value,) = found.out["Values"]
    assert isinstance(value, ObjectPath)
    assert emulated.get(value)["MetricDefinitionId"] == definition_of(emulated, CPU)["Id"]
