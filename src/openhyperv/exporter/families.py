"""A reading in Prometheus' words.

Where windows_exporter has a metric of the same meaning, its name, labels and unit are used, so that
dashboards made for it show hosts that nothing is installed on. Names: its collectors ``hyperv``, ``cpu``,
``memory``, ``logical_disk`` and ``os``. What it does not have begins with ``hyperv_``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from attrs import frozen
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from openhyperv.exporter.reading import Reading
from openhyperv.hyperv.metrics.use import DiskUse, MachineUse, NetworkUse
from openhyperv.hyperv.numa.nodes import NumaNode
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.statistics import Drive, HostStatistics
from openhyperv.hyperv.summary import HEALTHY, MachineSummary

_MIB = 1024**2
_PAGE_BYTES = 4096
Thing = TypeVar("Thing")


@frozen
class _Measure(Generic[Thing]):
    """A metric that each of several things has; a name in ``_total`` counts up."""

    name: str
    help: str
    value: Callable[[Thing], float]

    def of(self, label: str, things: Mapping[str, Thing]) -> Metric:
        """The metric of these things, each by what ``label`` says of it."""
        kind = CounterMetricFamily if self.name.endswith("_total") else GaugeMetricFamily
        family = kind(self.name, self.help, labels=[label])
        for name, thing in things.items():
            family.add_metric([name], self.value(thing))
        return family


_MACHINE = (
    _Measure[MachineSummary]("hyperv_vm_uptime_seconds", "Since it was started.", lambda vm: vm.uptime_s),
    _Measure[MachineSummary]("hyperv_vm_processors", "Virtual processors.", lambda vm: vm.vcpus),
    _Measure[MachineSummary](
        "hyperv_vm_processor_load_ratio", "Of its processors.", lambda vm: vm.processor_load_percent / 100
    ),
    _Measure[MachineSummary](
        "hyperv_vm_memory_assigned_bytes", "What it has now; 0 while off.", lambda vm: vm.memory_mb * _MIB
    ),
    _Measure[MachineSummary](
        "windows_hyperv_vid_physical_pages_allocated",
        "Pages of 4096 bytes that it has now.",
        lambda vm: vm.memory_mb * _MIB / _PAGE_BYTES,
    ),
)
_METERED = (
    _Measure[MachineUse](
        "hyperv_vm_processor_hertz", "Average since metering began.", lambda use: use.processor_mhz * 1e6
    ),
    _Measure[MachineUse](
        "hyperv_vm_memory_average_bytes", "Average since metering began.", lambda use: use.memory_mb * _MIB
    ),
)
_DISK = (
    _Measure[DiskUse](
        "windows_hyperv_virtual_storage_device_bytes_read",
        "Since metering began, in whole MiB.",
        lambda use: use.read_mb * _MIB,
    ),
    _Measure[DiskUse](
        "windows_hyperv_virtual_storage_device_bytes_written",
        "Since metering began, in whole MiB.",
        lambda use: use.written_mb * _MIB,
    ),
    _Measure[DiskUse](
        "windows_hyperv_virtual_storage_device_latency_seconds",
        "Average since metering began.",
        lambda use: use.latency_us / 1e6,
    ),
)
_ADAPTER = (
    _Measure[NetworkUse](
        "windows_hyperv_virtual_network_adapter_received_bytes_total",
        "Since its machine was started, in whole MiB.",
        lambda use: use.received_mb * _MIB,
    ),
    _Measure[NetworkUse](
        "windows_hyperv_virtual_network_adapter_sent_bytes_total",
        "Since its machine was started, in whole MiB.",
        lambda use: use.sent_mb * _MIB,
    ),
)
_DRIVE = (
    _Measure[Drive]("windows_logical_disk_size_bytes", "Of a local drive.", lambda drive: drive.size_bytes),
    _Measure[Drive]("windows_logical_disk_free_bytes", "Of a local drive.", lambda drive: drive.free_bytes),
)
_NODE = (
    _Measure[NumaNode]("hyperv_numa_node_memory_bytes", "All of it.", lambda node: node.memory_mb * _MIB),
    _Measure[NumaNode](
        "hyperv_numa_node_memory_free_bytes",
        "What machines can still take.",
        lambda node: node.free_memory_mb * _MIB,
    ),
)
_HOST = (
    _Measure[HostStatistics](
        "windows_cpu_logical_processor", "Logical processors.", lambda host: host.logical_processors
    ),
    _Measure[HostStatistics](
        "windows_memory_physical_total_bytes", "Memory of the host.", lambda host: host.memory_mb * _MIB
    ),
    _Measure[HostStatistics](
        "windows_memory_physical_free_bytes", "Free memory.", lambda host: host.free_memory_mb * _MIB
    ),
)


def families(reading: Reading) -> Iterator[Metric]:
    """Every metric of a reading."""
    host, machines = reading.statistics, _by_name(reading.machines)
    yield from _host(host)
    yield _info(host)
    yield from _each(_DRIVE, "volume", {drive.name: drive for drive in host.drives})
    yield from _each(_NODE, "node", {str(node.number): node for node in host.numa_nodes})
    yield _health(reading.machines)
    yield _states(machines)
    yield from _each(_MACHINE, "vm", machines)
    metered = {
        n: reading.use.machines[vm.guid] for n, vm in machines.items() if vm.guid in reading.use.machines
    }
    yield from _each(_METERED, "vm", metered)
    yield from _each(_DISK, "device", reading.use.disks)
    yield from _each(_ADAPTER, "adapter", reading.use.adapters)


def _each(measures: Sequence[_Measure[Thing]], label: str, things: Mapping[str, Thing]) -> Iterator[Metric]:
    return (measure.of(label, things) for measure in measures)


def _by_name(machines: Sequence[MachineSummary]) -> dict[str, MachineSummary]:
    """By display name, as windows_exporter's label ``vm``; several of one name are told apart by GUID."""
    count = Counter(machine.name for machine in machines)
    return {vm.name if count[vm.name] == 1 else f"{vm.name} {vm.guid}": vm for vm in machines}


def _host(host: HostStatistics) -> Iterator[Metric]:
    return (GaugeMetricFamily(each.name, each.help, value=each.value(host)) for each in _HOST)


def _info(host: HostStatistics) -> Metric:
    family = GaugeMetricFamily("windows_os_info", "What the host is.", labels=["version", "build_number"])
    version = host.version
    family.add_metric([f"{version.major}.{version.minor}.{version.build}", str(version.build)], 1)
    return family


def _health(machines: Sequence[MachineSummary]) -> Metric:
    name = "windows_hyperv_virtual_machine_health_total_count"
    family = GaugeMetricFamily(name, "Machines that are well, and that are not.", labels=["state"])
    well = sum(machine.health == HEALTHY for machine in machines)
    family.add_metric(["ok"], well)
    family.add_metric(["critical"], len(machines) - well)
    return family


def _states(machines: Mapping[str, MachineSummary]) -> Metric:
    """One sample for each machine and state: 1 for the state that it is in."""
    family = GaugeMetricFamily("hyperv_vm_state", "1 for the state it is in.", labels=["vm", "state"])
    for name, machine in machines.items():
        for state in MachineState:
            family.add_metric([name, state.label], machine.state is state)
    return family
