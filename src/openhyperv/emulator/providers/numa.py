"""The host's NUMA nodes, logical processors and memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import COMPUTER_SYSTEM, device_path, system_path
from openhyperv.emulator.host.machines.devices import MEMORY, devices_of
from openhyperv.emulator.host.numa.memory_use import consumable_memory
from openhyperv.emulator.providers.elements import ENABLED, HEALTHY
from openhyperv.emulator.providers.links import link, touching
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_PROCESSOR = "B637F347-6A0E-4DEC-AF52-BD70CB80A21D"
_MEMORY = "4764334E-E001-4176-82EE-5594EC9B530E"
_ALL_MEMORY = "Aggregate"
_BYTES_PER_BLOCK = 1_048_576


class NumaProvider:
    """The nodes and what belongs to each; device names as recorded on a host with two nodes."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._nodes = range(host.hardware.numa_nodes)

    @instances_of("Msvm_NumaNode")
    def nodes(self) -> Iterator[Instance]:
        """Every node."""
        return map(self._node, self._nodes)

    @instances_of("Msvm_Processor")
    def processors(self) -> Iterator[Instance]:
        """Every logical processor of the host."""
        return (self._processor(path) for node in self._nodes for path in self._processor_paths(node))

    @instances_of("Msvm_Memory")
    def memories(self) -> Iterator[Instance]:
        """All memory, then that of each node."""
        yield self._memory(_ALL_MEMORY, self._host.hardware.memory_mb)
        for node in self._nodes:
            yield self._memory(str(node), self._host.hardware.memory_mb_per_node)

    @lookup("Msvm_NumaNode")
    def node(self, path: ObjectPath) -> Instance | None:
        """One node."""
        return next((node for node in self.nodes() if node.path == path), None)

    @lookup("Msvm_Processor")
    def processor(self, path: ObjectPath) -> Instance | None:
        """One processor."""
        return next((processor for processor in self.processors() if processor.path == path), None)

    @lookup("Msvm_Memory")
    def memory(self, path: ObjectPath) -> Instance | None:
        """The memory of one node, or all of it."""
        return next((memory for memory in self.memories() if memory.path == path), None)

    @links("Msvm_HostedDependency")
    def hosted(self, end: ObjectPath) -> Iterator[Instance]:
        """From each node to its memory and processors."""
        pairs = ((self._node_path(node), part) for node in self._nodes for part in self._parts(node))
        return touching(
            end, (link("Msvm_HostedDependency", {"Antecedent": a, "Dependent": d}) for a, d in pairs)
        )

    @links("Msvm_ElementAllocatedFromNumaNode")
    def allocated(self, end: ObjectPath) -> Iterator[Instance]:
        """From each node to the memory of running machines that lies on it."""
        return touching(end, self._allocations())

    def _allocations(self) -> Iterator[Instance]:
        for system in self._host.systems:
            residences = system.session.residences if system.session else ()
            nodes = sorted({node for residence in residences for node in residence})
            # UNVERIFIED: of a machine's devices its memory is shown so, one for all its nodes
            memories = [device.path for device in devices_of(system) if device.class_name == MEMORY]
            for node, memory in product(nodes, memories):
                ends = {"Antecedent": self._node_path(node), "Dependent": memory}
                yield link("Msvm_ElementAllocatedFromNumaNode", ends)

    @links("Msvm_SystemDevice")
    def devices(self, end: ObjectPath) -> Iterator[Instance]:
        """From the host to every memory and processor."""
        system = system_path(self._host.name)
        parts = [
            self._memory_path(_ALL_MEMORY),
            *(part for node in self._nodes for part in self._parts(node)),
        ]
        ends = ({"GroupComponent": system, "PartComponent": part} for part in parts)
        return touching(end, (link("Msvm_SystemDevice", both) for both in ends))

    def _parts(self, node: int) -> Iterator[ObjectPath]:
        yield self._memory_path(str(node))
        yield from self._processor_paths(node)

    def _processor_paths(self, node: int) -> Iterator[ObjectPath]:
        for index in range(self._host.hardware.processors_on(node)):
            yield device_path("Msvm_Processor", self._host.name, f"{_PROCESSOR}\\{node}\\{index}")

    def _memory_path(self, part: str) -> ObjectPath:
        return device_path("Msvm_Memory", self._host.name, f"{_MEMORY}\\{part}")

    def _node_path(self, node: int) -> ObjectPath:
        return ObjectPath(
            "Msvm_NumaNode",
            {
                "CreationClassName": "Msvm_NumaNode",
                "NodeID": f"Microsoft:PhysicalNode\\{node}",
                "SystemCreationClassName": COMPUTER_SYSTEM,
                "SystemName": self._host.name,
            },
        )

    def _node(self, node: int) -> Instance:
        path = self._node_path(node)
        values: dict[str, Value] = {
            **HEALTHY,
            **ENABLED,
            **path.keys,
            "ElementName": f"Physical NUMA Node {node}",
            "NumberOfLogicalProcessors": self._host.hardware.processors_on(node),
            "NumberOfProcessorCores": self._host.hardware.processors_on(node),
            "CurrentlyConsumableMemoryBlocks": consumable_memory(self._host)[node],
        }
        return Instance(path.class_name, values, path=path)

    def _processor(self, path: ObjectPath) -> Instance:
        values: dict[str, Value] = {
            **HEALTHY,
            **ENABLED,
            **path.keys,
            "Caption": "Processor",
            "Description": "A logical processor of the hypervisor running on the host computer system.",
            "ElementName": "Logical Processor",
            "Role": "Central Processor",
            "CPUStatus": 1,
        }
        return Instance(path.class_name, values, path=path)

    def _memory(self, part: str, blocks: int) -> Instance:
        path = self._memory_path(part)
        values: dict[str, Value] = {
            **HEALTHY,
            **ENABLED,
            **path.keys,
            "ElementName": "Memory",
            "BlockSize": _BYTES_PER_BLOCK,
            "NumberOfBlocks": blocks,
            "ConsumableBlocks": blocks,
            "Access": 3,
            "Purpose": "System Memory",
            "Volatile": True,
        }
        return Instance(path.class_name, values, path=path)
