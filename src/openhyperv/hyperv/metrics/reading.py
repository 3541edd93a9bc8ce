"""Reading metrics: definitions, values and what they are of, each in one query."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TypeAlias

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.metrics.use import DiskUse, HostUse, MachineUse, NetworkUse
from openhyperv.hyperv.names import COMPUTER_SYSTEM, system
from openhyperv.hyperv.values import text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import AssociatorsOf, select

_DEFINITION = "CIM_BaseMetricDefinition"
_VALUE = "CIM_BaseMetricValue"
_FOR_ELEMENT = "Msvm_MetricForME"
_DISK = "Msvm_StorageAllocationSettingData"
_RULE = "Msvm_EthernetSwitchPortAclSettingData"


class Metric(Enum):
    """What is measured, by the name of its definition for a device; a machine's is "Aggregated" before it."""

    PROCESSOR_MHZ = "Average CPU Utilization"
    MEMORY_MB = "Average Memory Utilization"
    READ_MB = "Disk Data Read"
    WRITTEN_MB = "Disk Data Written"
    LATENCY_US = "Average Disk Latency"
    OPERATIONS = "Average Normalized Disk Throughput"
    RECEIVED_MB = "Filtered Incoming Network Traffic"
    SENT_MB = "Filtered Outgoing Network Traffic"


_AGGREGATED = "Aggregated "
_BY_NAME = {prefix + metric.value: metric for metric in Metric for prefix in ("", _AGGREGATED)}
Amounts: TypeAlias = "Counter[Metric]"


def read_use(session: Session) -> HostUse:
    """What all metered machines of a host use: three queries, however many they are."""
    definitions = _definitions(session)
    values = {
        text(row, "InstanceID"): row
        for row in session.query(select(_VALUE, "InstanceID", "MetricDefinitionId", "MetricValue"))
    }
    found: dict[ObjectPath, Amounts] = defaultdict(Counter)
    for row in session.query(select(_FOR_ELEMENT)):
        element, value = row["Antecedent"], row["Dependent"]
        if isinstance(element, ObjectPath) and isinstance(value, ObjectPath):
            _count(found[element], values.get(str(value.key("InstanceID"))), definitions)
    return _host_use(found)


def read_machine_use(session: Session, guid: str) -> MachineUse:
    """What one machine uses: two queries.

    :raises NotFoundError: nothing is metered of it, or there is no such machine
    """
    definitions = _definitions(session)
    amounts: Amounts = Counter()
    values = list(session.query(AssociatorsOf(system(guid), association_class=_FOR_ELEMENT)))
    for value in values:
        _count(amounts, value, definitions)
    if not values:
        raise NotFoundError(
            "Nothing is metered of this machine.",
            host=session.host,
            target=guid,
            remedy="Start metering it first.",
        )
    return _machine_use(guid, amounts)


def _definitions(session: Session) -> dict[str, Metric]:
    """The metrics that are of use here, by the keys of their definitions."""
    rows = session.query(select(_DEFINITION, "Id", "ElementName"))
    named = ((text(row, "Id"), _BY_NAME.get(text(row, "ElementName"))) for row in rows)
    return {key: metric for key, metric in named if metric is not None}


def _count(amounts: Amounts, value: Instance | None, definitions: Mapping[str, Metric]) -> None:
    metric = definitions.get(text(value, "MetricDefinitionId")) if value is not None else None
    if metric is not None and value is not None:
        amounts[metric] += int(text(value, "MetricValue") or 0)


def _host_use(found: Mapping[ObjectPath, Amounts]) -> HostUse:
    machines = {str(p.key("Name")).upper(): amounts for p, amounts in _of(found, COMPUTER_SYSTEM)}
    disks = {str(p.key("InstanceID")): _disk_use(amounts) for p, amounts in _of(found, _DISK)}
    adapters: dict[str, Amounts] = defaultdict(Counter)
    for path, amounts in _of(found, _RULE):
        adapters[_adapter_id(str(path.key("InstanceID")))] += amounts
    return HostUse(
        {guid: _machine_use(guid, amounts) for guid, amounts in machines.items()},
        disks,
        {adapter: _network_use(amounts) for adapter, amounts in adapters.items()},
    )


def _of(found: Mapping[ObjectPath, Amounts], class_name: str) -> Iterable[tuple[ObjectPath, Amounts]]:
    return ((path, amounts) for path, amounts in found.items() if path.class_name == class_name)


def _adapter_id(rule_id: str) -> str:
    """The key of the adapter whose port a rule belongs to: machine and adapter, before the cable's part."""
    machine, adapter, *_ = rule_id.split("\\")
    return f"{machine}\\{adapter}"


def _machine_use(guid: str, amounts: Amounts) -> MachineUse:
    return MachineUse(
        guid,
        amounts[Metric.PROCESSOR_MHZ],
        amounts[Metric.MEMORY_MB],
        _disk_use(amounts),
        _network_use(amounts),
    )


def _disk_use(amounts: Amounts) -> DiskUse:
    return DiskUse(
        amounts[Metric.READ_MB],
        amounts[Metric.WRITTEN_MB],
        amounts[Metric.LATENCY_US],  # UNVERIFIED: latencies are in microseconds
        amounts[Metric.OPERATIONS],
    )


def _network_use(amounts: Amounts) -> NetworkUse:
    return NetworkUse(amounts[Metric.RECEIVED_MB], amounts[Metric.SENT_MB])
