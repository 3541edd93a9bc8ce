"""The machines that run on a host as far as its NUMA nodes matter to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import (
    COMPUTER_SYSTEM,
    MEMORY,
    PROCESSOR,
    SYSTEM_SETTINGS,
    is_guid,
    resource_id,
)
from openhyperv.hyperv.sizing import MEMORY_SETTINGS, PROCESSOR_SETTINGS
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.values import number, text
from openhyperv.machine.start_order import NumaDemand
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import select

_PROCESSOR_COLUMNS = ("InstanceID", "VirtualQuantity", "MaxProcessorsPerNumaNode")
_MEMORY_COLUMNS = ("InstanceID", "VirtualQuantity", "DynamicMemoryEnabled", "MaxMemoryBlocksPerNumaNode")
_LIVE = frozenset({MachineState.RUNNING, MachineState.PAUSED})
_ALLOCATION = "Msvm_ElementAllocatedFromNumaNode"


@frozen
class RunningMachine:
    """One machine; ``host_nodes`` are the nodes of the host that its memory is on, empty if untold.

    ``may_not_start_again``: all machines being stopped, it finds no place in some order of starts.
    """

    guid: str
    demand: NumaDemand
    host_nodes: tuple[int, ...]
    may_not_start_again: bool = False


def read_running(session: Session) -> tuple[RunningMachine, ...]:
    """Every machine that holds memory now, by name, in five queries however many there are.

    One that comes or goes while this is read may be left out.
    """
    systems = session.aside(lambda: _names(session))
    shown = session.aside(lambda: _by_id(session, SYSTEM_SETTINGS, ("InstanceID", "VirtualNumaEnabled")))
    processors = session.aside(lambda: _by_id(session, PROCESSOR_SETTINGS, _PROCESSOR_COLUMNS))
    places = session.aside(lambda: _places(session))
    settings = {**_by_id(session, MEMORY_SETTINGS, _MEMORY_COLUMNS), **processors(), **shown()}
    machines = (
        RunningMachine(guid, demand, places().get(guid, ()))
        for guid, name in systems().items()
        if (demand := _demand(name, guid, settings)) is not None
    )
    return tuple(sorted(machines, key=lambda machine: machine.demand.name))


def _names(session: Session) -> Mapping[str, str]:
    """The names of the machines that hold memory, by GUID."""
    rows = session.query(select(COMPUTER_SYSTEM, "Name", "ElementName", "EnabledState"))
    live = (row for row in rows if is_guid(text(row, "Name")) and number(row, "EnabledState") in _LIVE)
    return {text(row, "Name").upper(): text(row, "ElementName") for row in live}


def _by_id(session: Session, class_name: str, columns: tuple[str, ...]) -> Mapping[str, Instance]:
    return {text(row, "InstanceID").upper(): row for row in session.query(select(class_name, *columns))}


def _demand(name: str, guid: str, settings: Mapping[str, Instance]) -> NumaDemand | None:
    system = settings.get(f"MICROSOFT:{guid}")
    processor = settings.get(resource_id(guid, PROCESSOR).upper())
    memory = settings.get(resource_id(guid, MEMORY).upper())
    if system is None or processor is None or memory is None:
        return None
    count = _node_count(processor, memory) if system.get("VirtualNumaEnabled") is True else 1
    return NumaDemand(name, count, _rounded_up(number(memory, "VirtualQuantity"), count))


def _node_count(processor: Instance, memory: Instance) -> int:
    """As few nodes as the settings allow; one with dynamic memory (Microsoft, "Virtual NUMA Overview")."""
    if memory.get("DynamicMemoryEnabled") is True:
        return 1
    vcpus = number(processor, "VirtualQuantity")
    by_processors = _rounded_up(vcpus, number(processor, "MaxProcessorsPerNumaNode"))
    by_memory = _rounded_up(number(memory, "VirtualQuantity"), number(memory, "MaxMemoryBlocksPerNumaNode"))
    # UNVERIFIED: no node is without a processor
    return min(max(by_processors, by_memory), vcpus)


def _rounded_up(whole: int, part: int) -> int:
    return -(-whole // part) if part else 1


def _places(session: Session) -> Mapping[str, tuple[int, ...]]:
    """The host's nodes by the GUID of the machine that has memory of them."""
    found: dict[str, set[int]] = {}
    for guid, node in _allocations(session):
        found.setdefault(guid, set()).add(node)
    return {guid: tuple(sorted(nodes)) for guid, nodes in found.items()}


def _allocations(session: Session) -> Iterator[tuple[str, int]]:
    for row in session.query(select(_ALLOCATION)):
        node, device = row.get("Antecedent"), row.get("Dependent")
        if isinstance(node, ObjectPath) and isinstance(device, ObjectPath):
            yield str(device.key("SystemName")).upper(), int(str(node.key("NodeID")).rpartition("\\")[2])
