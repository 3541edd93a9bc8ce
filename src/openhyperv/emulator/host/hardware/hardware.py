"""What an emulated host is built of."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import Attribute, field, frozen
from attrs.validators import ge

from openhyperv.emulator.host.hardware.adapters import NetworkAdapter, adapters_for
from openhyperv.emulator.host.hardware.disks import BusType, PhysicalDisk
from openhyperv.emulator.host.hardware.gpus import Gpu
from openhyperv.emulator.host.hardware.partitionable_gpus import PartitionableGpu
from openhyperv.emulator.host.hardware.pci import PciDevice


@frozen
class Hardware:
    """The size of a host and its devices. Processors and memory are spread evenly over the NUMA nodes."""

    logical_processors: int = field(default=16, validator=ge(1))
    memory_mb: int = field(default=65_536, validator=ge(1024))
    numa_nodes: int = field(default=1, validator=ge(1))
    adapters: Sequence[NetworkAdapter] = ()
    disks: Sequence[PhysicalDisk] = field(default=(), kw_only=True)
    pci: Sequence[PciDevice] = field(default=(), kw_only=True)
    gpus: Sequence[Gpu] = field(default=(), kw_only=True)
    partitionable_gpus: Sequence[PartitionableGpu] = field(default=(), kw_only=True)
    processor_mhz: int = field(default=2400, validator=ge(1), kw_only=True)
    """The clock of the processors, by which their use is metered."""

    processor_manufacturer: str = field(default="OpenHyperV", kw_only=True)
    """Win32_Processor.Manufacturer, such as ``GenuineIntel``."""

    has_slat: bool = field(default=True, kw_only=True)
    """The processors translate a guest's addresses in hardware; RemoteFX asks for it."""

    is_guarded: bool = field(default=False, kw_only=True)
    """A Host Guardian Service attests to the host by its TPM, so that it may run shielded machines."""

    @disks.validator
    def _check_disk_numbers(self, _: Attribute[object], disks: Sequence[PhysicalDisk]) -> None:
        if len({disk.number for disk in disks}) < len(disks):
            raise ValueError("two disks have one number")

    @partitionable_gpus.validator
    def _check_locations(self, _: Attribute[object], _gpus: Sequence[PartitionableGpu]) -> None:
        devices = self.pci_devices
        if len({device.location_path for device in devices}) < len(devices):
            raise ValueError("two PCI devices are in one place")

    @property
    def pci_devices(self) -> Sequence[PciDevice]:
        """Everything in a slot of the host."""
        return [*self.pci, *(gpu.device for gpu in self.partitionable_gpus)]

    @property
    def processors_per_node(self) -> int:
        """Logical processors of one NUMA node, rounded up."""
        return -(-self.logical_processors // self.numa_nodes)

    def processors_on(self, node: int) -> int:
        """Logical processors of one node; the last ones may have fewer than the others."""
        before = node * self.processors_per_node
        return max(0, min(self.processors_per_node, self.logical_processors - before))

    @property
    def memory_mb_per_node(self) -> int:
        """Memory of one NUMA node."""
        return self.memory_mb // self.numa_nodes


def default_hardware(host_name: str) -> Hardware:
    """A small server: one disk that Windows runs from, and two network adapters."""
    return Hardware(adapters=adapters_for(host_name, 2), disks=[SYSTEM_DISK])


SYSTEM_DISK = PhysicalDisk(
    number=0, size_mb=256 << 10, serial="OHV00000", bus=BusType.SATA, is_boot=True, is_offline=False
)
"""What Windows is installed on unless somebody says otherwise."""
