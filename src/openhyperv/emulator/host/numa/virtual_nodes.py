"""The NUMA nodes that a virtual machine shows to its guest.

Sources: Microsoft, "Hyper-V Virtual NUMA Overview", and the pages of Msvm_ProcessorSettingData and
Msvm_MemorySettingData.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.settings import Resource

MEMORY_STEP_MB = 2


@frozen
class VirtualNode:
    """One node as the guest sees it."""

    processors: int
    memory_mb: int


def virtual_nodes(configuration: Configuration) -> Sequence[VirtualNode]:
    """The nodes of a machine, alike as far as its processors and memory divide evenly.

    As few as the most processors and the most memory of one node allow. A machine with dynamic memory has
    one, whatever is set (Microsoft, "Hyper-V Virtual NUMA Overview").
    """
    processor, memory = processor_setting(configuration), memory_setting(configuration)
    vcpus, memory_mb = processor.number("VirtualQuantity"), memory.number("VirtualQuantity")
    count = 1
    if has_virtual_numa(configuration):
        by_processors = _rounded_up(vcpus, processor.number("MaxProcessorsPerNumaNode"))
        by_memory = _rounded_up(memory_mb, memory.number("MaxMemoryBlocksPerNumaNode"))
        # UNVERIFIED: no node is without a processor, and what does not divide evenly goes to the first nodes
        count = min(max(by_processors, by_memory), vcpus)
    processors = _spread(vcpus, count)
    steps = _spread(memory_mb // MEMORY_STEP_MB, count)
    return [VirtualNode(p, s * MEMORY_STEP_MB) for p, s in zip(processors, steps, strict=True)]


def sockets(configuration: Configuration) -> int:
    """How many processor sockets the guest sees: as few as MaxNumaNodesPerSocket allows."""
    per_socket = processor_setting(configuration).number("MaxNumaNodesPerSocket")
    return _rounded_up(len(virtual_nodes(configuration)), per_socket)


def has_virtual_numa(configuration: Configuration) -> bool:
    """True where the guest is shown a NUMA topology at all."""
    is_dynamic = memory_setting(configuration).value("DynamicMemoryEnabled") is True
    return configuration.value("VirtualNumaEnabled") is True and not is_dynamic


def processor_setting(configuration: Configuration) -> Resource:
    """The machine's processor setting."""
    return next(configuration.of_class(resources.PROCESSOR.class_name))


def memory_setting(configuration: Configuration) -> Resource:
    """The machine's memory setting."""
    return next(configuration.of_class(resources.MEMORY.class_name))


def _rounded_up(whole: int, part: int) -> int:
    return -(-whole // part) if part else 1


def _spread(whole: int, count: int) -> list[int]:
    return [whole // count + (number < whole % count) for number in range(count)]
