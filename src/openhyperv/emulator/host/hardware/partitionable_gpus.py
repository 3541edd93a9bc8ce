"""Graphics processors that can be cut into partitions for virtual machines.

Several real hosts have printed their names (``Get-VMHostPartitionableGpu``), and that engines are plain
numbers, whose units the driver chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from attrs import Attribute, field, frozen
from attrs.validators import ge

from openhyperv.emulator.host.hardware.pci import PciDevice

_PARTITIONABLE_INTERFACE = r"{064092b3-625e-43bf-9eb5-dc845897dd59}\GPUPARAV"
_MOST_PARTITIONS = 64


class GpuResource(StrEnum):
    """What a partition has a part of: the last part of the properties' names."""

    VRAM = "VRAM"
    ENCODE = "Encode"
    DECODE = "Decode"
    COMPUTE = "Compute"


@frozen(kw_only=True)
class PartitionableGpu:
    """A graphics processor in a slot of the host.

    ``partition_counts`` are the numbers of partitions that its driver offers; ``encode``, ``decode`` and
    ``compute`` are its engines in the driver's own units.
    """

    device: PciDevice
    memory_mb: int = field(validator=ge(1))
    partition_counts: Sequence[int] = field(converter=tuple[int, ...])
    encode: int = field(default=100, validator=ge(1))
    decode: int = field(default=100, validator=ge(1))
    compute: int = field(default=100, validator=ge(1))

    @partition_counts.validator
    def _check_counts(self, _: Attribute[object], counts: Sequence[int]) -> None:
        if not counts or not all(isinstance(n, int) and 1 <= n <= _MOST_PARTITIONS for n in counts):
            raise ValueError(f"partition_counts are numbers from 1 to {_MOST_PARTITIONS}, one at least")

    @property
    def name(self) -> str:
        """Msvm_PartitionableGpu.Name: the path of the device interface."""
        instance = self.device.host_path.replace("\\", "#")
        return f"\\\\?\\{instance}#{_PARTITIONABLE_INTERFACE}"

    @property
    def most_partitions(self) -> int:
        """How many partitions it is cut into before anybody chooses."""
        return max(self.partition_counts)  # UNVERIFIED: a driver begins with the most that it offers

    def total(self, resource: GpuResource) -> int:
        """All that it has of a resource."""
        match resource:
            case GpuResource.VRAM:
                return self.memory_mb << 20
            case GpuResource.ENCODE:
                return self.encode
            case GpuResource.DECODE:
                return self.decode
            case GpuResource.COMPUTE:
                return self.compute

    def share(self, resource: GpuResource, partitions: int) -> int:
        """What each of that many partitions has of a resource."""
        return self.total(resource) // partitions
