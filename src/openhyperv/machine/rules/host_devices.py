"""What a machine gets of its host's devices, and the address space for them."""

from __future__ import annotations

from attrs import frozen

from openhyperv.machine.graphics import GpuPartition, RemoteFx
from openhyperv.machine.pci import MmioSpace, PciAddress
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.gpu_partitions import gpu_partitions_of
from openhyperv.machine.rules.mmio import mmio_of
from openhyperv.machine.rules.pci_devices import pci_devices_of
from openhyperv.machine.rules.remotefx import remotefx_of
from openhyperv.machine.spec import Generation


@frozen
class HostDevices:
    """GPUs, shared and partitioned, and PCI devices."""

    graphics: RemoteFx | None
    gpu_partitions: tuple[GpuPartition, ...]
    pci_devices: tuple[PciAddress, ...]
    mmio: MmioSpace | None

    @property
    def pin_the_machine(self) -> bool:
        """True where the machine cannot be saved, since a device's state cannot."""
        return bool(self.gpu_partitions or self.pci_devices)


def host_devices_of(request: MachineRequest, generation: Generation) -> HostDevices:
    """The devices.

    :raises BrokenRuleError, UnsupportedError: as each of the rules
    """
    gpu_partitions = gpu_partitions_of(request)
    pci_devices = pci_devices_of(request)
    has_device = bool(gpu_partitions or pci_devices)
    return HostDevices(
        graphics=remotefx_of(request, generation),
        gpu_partitions=gpu_partitions,
        pci_devices=pci_devices,
        mmio=mmio_of(request.flavor, request.host, has_device=has_device),
    )
