"""os-win has machines metered, and reads their meters."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import pytest
from os_win import constants, exceptions

from openhyperv.cim.session import Session
from openhyperv.emulator.disks.kinds import MIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import create
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select
from tests.oswin.proving import proves
from tests.oswin.reading import Machine
from tests.oswin.switching import Port, make_switch

FOLDER = r"C:\openstack\instances"
ACL = "Msvm_EthernetSwitchPortAclSettingData"
SASD = "Msvm_StorageAllocationSettingData"
ENABLED = 2
MEMORY_MB = 1024
DEADLINE_S = 20


@pytest.fixture
def machine(
    windows: EmulatedHost,
    networkutils: Any,
    vmutils: Any,
    ours: Session,
    request: pytest.FixtureRequest,
) -> Machine:
    """A running machine with a disk, a DVD drive and a connected adapter whose traffic is counted."""
    name = request.node.name
    file = rf"{FOLDER}\{name}.vhdx"
    local = windows.host.files.local(file)
    local.parent.mkdir(parents=True, exist_ok=True)
    create(local, DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, size_bytes=64 * MIB))
    make_switch(ours, f"switch of {name}")
    vmutils.create_vm(name, False, 2, FOLDER)
    vmutils.create_scsi_controller(name)
    vmutils.attach_scsi_drive(name, file)
    vmutils.create_nic(name, f"port of {name}", "02:00:00:00:00:01")
    networkutils.connect_vnic_to_vswitch(f"switch of {name}", f"port of {name}")
    networkutils.add_metrics_collection_acls(f"port of {name}")
    vmutils.set_vm_state(name, constants.HYPERV_VM_STATE_ENABLED)
    return Machine(ours, name)


def meters(machine: Machine, element: Instance) -> dict[str, Instance]:
    """The values that are kept for an element, by the names of their definitions."""
    assert element.path is not None
    values = machine.session.associators(element.path, "Msvm_MetricForME")
    return {str(value["ElementName"]): value for value in values}


def number(machine: Machine, element: Instance, name: str) -> int:
    return int(str(meters(machine, element)[name]["MetricValue"]))


def collection(session: Session, element: Instance) -> object:
    """Whether the only metric of an element is kept."""
    query = select("Msvm_MetricDefForME").where(equal("Antecedent", str(element.path)))
    (link,) = session.query(query)
    return link["MetricCollectionEnabled"]


def moved(read: Callable[[], Any], beyond: Any = 0) -> Any:
    """What is read once it is more than that."""
    deadline = monotonic() + DEADLINE_S
    while not (found := read()) > beyond:
        assert monotonic() < deadline, f"still {found}"
        sleep(0.05)
    return found


@proves(
    "metricsutils.MetricsUtils.enable_vm_metrics_collection",
    "metricsutils.MetricsUtils.get_cpu_metrics",
    "metricsutils.MetricsUtils.get_memory_metrics",
)
def test_processor_and_memory_are_metered(metricsutils: Any, machine: Machine) -> None:
    metricsutils.enable_vm_metrics_collection(machine.name)
    cpu, memory = "Aggregated Average CPU Utilization", "Aggregated Average Memory Utilization"
    assert meters(machine, machine.system).keys() >= {cpu, memory}
    expected = moved(lambda: number(machine, machine.system, cpu))
    used, processors, uptime_ms = metricsutils.get_cpu_metrics(machine.name)
    assert used == pytest.approx(expected, rel=0.2)
    assert processors == machine.device("Msvm_ProcessorSettingData")["VirtualQuantity"]
    assert 0 < uptime_ms <= machine.system["OnTimeInMilliseconds"]
    assert metricsutils.get_memory_metrics(machine.name) == MEMORY_MB


@proves("metricsutils.MetricsUtils.get_cpu_metrics", "metricsutils.MetricsUtils.get_memory_metrics")
def test_what_is_not_metered_counts_as_nothing(metricsutils: Any, machine: Machine) -> None:
    assert metricsutils.get_cpu_metrics(machine.name)[0] == 0
    assert metricsutils.get_memory_metrics(machine.name) == 0
    with pytest.raises(exceptions.NotFound):
        metricsutils.get_memory_metrics("no such machine")


@proves(
    "metricsutils.MetricsUtils.enable_disk_metrics_collection", "metricsutils.MetricsUtils.get_disk_metrics"
)
def test_one_disk_is_metered_by_its_path(metricsutils: Any, machine: Machine) -> None:
    disk = machine.device(SASD)
    metricsutils.enable_disk_metrics_collection(attached_disk_path=disk["HostResource"][0])
    (first,) = metricsutils.get_disk_metrics(machine.name)
    assert first["instance_id"] == disk["InstanceID"]
    assert first["host_resource"] == disk["HostResource"][0]
    moved(lambda: next(iter(metricsutils.get_disk_metrics(machine.name)))["read_mb"], first["read_mb"])
    moved(lambda: next(iter(metricsutils.get_disk_metrics(machine.name)))["write_mb"])
    (now,) = metricsutils.get_disk_metrics(machine.name)
    assert 0 < now["write_mb"] <= number(machine, disk, "Disk Data Written")
    assert meters(machine, machine.system).keys() >= {"Aggregated Disk Data Read"}


@proves("metricsutils.MetricsUtils.get_disk_latency_metrics", "metricsutils.MetricsUtils.get_disk_iops_count")
def test_how_fast_a_disk_is(metricsutils: Any, machine: Machine) -> None:
    disk = machine.device(SASD)
    metricsutils.enable_vm_metrics_collection(machine.name)
    moved(lambda: number(machine, disk, "Average Normalized Disk Throughput"))
    (latency,) = metricsutils.get_disk_latency_metrics(machine.name)
    assert latency == {"disk_latency": 2000, "instance_id": disk["InstanceID"]}
    (throughput,) = metricsutils.get_disk_iops_count(machine.name)
    assert throughput["iops_count"] > 0


@proves(
    "metricsutils.MetricsUtils.enable_port_metrics_collection", "metricsutils.MetricsUtils.get_vnic_metrics"
)
def test_traffic_is_metered(metricsutils: Any, machine: Machine) -> None:
    port = Port(machine.session, f"port of {machine.name}")
    metricsutils.enable_port_metrics_collection(port.name)
    states = {collection(machine.session, rule) for rule in port.features(ACL)}
    assert states == {ENABLED}
    moved(lambda: next(iter(metricsutils.get_vnic_metrics(machine.name)))["tx_mb"])
    (metrics,) = metricsutils.get_vnic_metrics(machine.name)
    assert (metrics["element_name"], metrics["address"]) == (port.name, "020000000001")
    received = [rule for rule in port.features(ACL) if (rule["Direction"], rule["AclType"]) == (1, 2)]
    assert 0 < metrics["rx_mb"] <= number(machine, received[0], "Filtered Incoming Network Traffic")


@proves("metricsutils.MetricsUtils.enable_port_metrics_collection")
def test_traffic_of_a_machine_that_is_off_is_not_metered(
    metricsutils: Any, vmutils: Any, machine: Machine
) -> None:
    vmutils.set_vm_state(machine.name, constants.HYPERV_VM_STATE_DISABLED)
    with pytest.raises(exceptions.OSWinException, match="Failed to enable metrics"):
        metricsutils.enable_port_metrics_collection(f"port of {machine.name}")
