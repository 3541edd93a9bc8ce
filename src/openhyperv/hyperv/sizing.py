"""Processors and memory of a machine as the settings that Hyper-V keeps of them. Pure."""

from __future__ import annotations

from openhyperv.hyperv.names import MEMORY, PROCESSOR, resource_id
from openhyperv.machine.host_version import WINDOWS_2016, HostVersion
from openhyperv.machine.memory import Memory
from openhyperv.machine.numa import NumaTopology
from openhyperv.machine.processors import Processors
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

PROCESSOR_SETTINGS = "Msvm_ProcessorSettingData"
MEMORY_SETTINGS = "Msvm_MemorySettingData"


def processor_settings(
    processors: Processors, numa: NumaTopology | None, host: HostVersion, guid: str
) -> Instance:
    """All that a specification says of processors; what it does not ask for is switched off.

    Nested virtualization and hiding the hypervisor came with Windows Server 2016.
    """
    values: dict[str, Value] = {
        "VirtualQuantity": processors.count,
        "LimitProcessorFeatures": processors.limit_features,
    }
    if host >= WINDOWS_2016:
        values["ExposeVirtualizationExtensions"] = processors.nested
        values["HideHypervisorPresent"] = processors.hide_hypervisor
    if numa is not None:
        values["MaxProcessorsPerNumaNode"] = numa.vcpus_per_node
    return _of_machine(PROCESSOR_SETTINGS, guid, PROCESSOR, values)


def memory_settings(memory: Memory, guid: str, numa: NumaTopology | None = None) -> Instance:
    """Memory, static or dynamic: Hyper-V calls the minimum Reservation and the maximum Limit."""
    values: dict[str, Value] = {
        "VirtualQuantity": memory.startup_mb,
        "Reservation": memory.minimum_mb,
        "Limit": memory.maximum_mb,
        "DynamicMemoryEnabled": memory.is_dynamic,
    }
    if memory.is_dynamic:
        values |= {"TargetMemoryBuffer": memory.buffer_percent, "Weight": memory.weight}
    if numa is not None:
        values["MaxMemoryBlocksPerNumaNode"] = numa.memory_mb_per_node
    return _of_machine(MEMORY_SETTINGS, guid, MEMORY, values)


def _of_machine(class_name: str, guid: str, tail: str, values: dict[str, Value]) -> Instance:
    return Instance(class_name, {"InstanceID": resource_id(guid, tail), **values})
