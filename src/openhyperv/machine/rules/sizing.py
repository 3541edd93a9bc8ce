"""Processors, memory and NUMA nodes, which constrain each other."""

from __future__ import annotations

from attrs import frozen

from openhyperv.machine.memory import Memory
from openhyperv.machine.numa import NumaTopology
from openhyperv.machine.processors import Processors
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.host_devices import HostDevices
from openhyperv.machine.rules.memory import memory_of
from openhyperv.machine.rules.numa import numa_of
from openhyperv.machine.rules.processors import processors_of
from openhyperv.machine.spec import Generation


@frozen
class Sizing:
    """How large a machine is."""

    processors: Processors
    memory: Memory
    numa: NumaTopology | None


def sizing_of(
    request: MachineRequest, generation: Generation, devices: HostDevices, remarks: Remarks
) -> Sizing:
    """The size; dynamic memory is off beside NUMA nodes, nested virtualization and PCI devices.

    :raises BrokenRuleError, UnsupportedError: as each of the rules
    """
    processors = processors_of(request, generation, remarks)
    numa = numa_of(request, remarks)
    rival = _rival_of_dynamic_memory(processors, numa, devices)
    return Sizing(processors, memory_of(request, generation, numa, rival, remarks), numa)


def _rival_of_dynamic_memory(
    processors: Processors, numa: NumaTopology | None, devices: HostDevices
) -> str | None:
    """What Hyper-V has dynamic memory not beside.

    Usage guide, "Hyper-V vNUMA instances" and "Nested virtualization"; Microsoft, "Plan for deploying devices
    by using Discrete Device Assignment".
    """
    if numa is not None:
        return "NUMA nodes"
    if processors.nested:
        return "nested virtualization"
    return "PCI devices of the host" if devices.pci_devices else None
