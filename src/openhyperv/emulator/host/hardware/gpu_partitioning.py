"""Into how many partitions each graphics processor is cut, and which virtual machine has which."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from attrs import frozen

from openhyperv.emulator.host.hardware.partitionable_gpus import PartitionableGpu
from openhyperv.emulator.host.hardware.pci import PciDevice


@frozen
class Partition:
    """One partition of a graphics processor, numbered from 0, and the GUID of the machine that has it."""

    gpu: PartitionableGpu
    number: int
    owner: str


class GpuPartitioning:
    """The partitionable graphics processors of a host; ``file`` keeps the counts.

    Use it under the host's lock. Machines have their partitions while ``is_running`` says of their GUIDs that
    they run.
    """

    def __init__(
        self, file: Path, gpus: Sequence[PartitionableGpu], is_running: Callable[[str], bool]
    ) -> None:
        self._file = file
        self._gpus = gpus
        self._is_running = is_running
        self._counts: dict[str, int] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        self._taken: list[Partition] = []

    def __iter__(self) -> Iterator[PartitionableGpu]:
        return iter(self._gpus)

    def find(self, name: str) -> PartitionableGpu | None:
        """The graphics processor of that name, in any case of letters."""
        return next((gpu for gpu in self if gpu.name.lower() == name.lower()), None)

    def of_device(self, device: PciDevice) -> PartitionableGpu | None:
        """The graphics processor that a PCI device is."""
        return next((gpu for gpu in self if gpu.device == device), None)

    def count(self, gpu: PartitionableGpu) -> int:
        """Into how many partitions it is cut."""
        kept = self._counts.get(gpu.name, gpu.most_partitions)
        return kept if kept in gpu.partition_counts else gpu.most_partitions

    def set_count(self, gpu: PartitionableGpu, count: int) -> None:
        """Cut it into another number of partitions."""
        self._counts[gpu.name] = count
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps(self._counts), "utf-8")
        temporary.replace(self._file)

    def taken(self) -> Iterator[Partition]:
        """The partitions of machines that run."""
        return (partition for partition in self._taken if self._is_running(partition.owner))

    def taken_of(self, gpu: PartitionableGpu) -> list[Partition]:
        """The partitions of one graphics processor that machines have."""
        return [partition for partition in self.taken() if partition.gpu is gpu]

    def take(self, gpu: PartitionableGpu, owner: str) -> Partition | None:
        """Give a machine that is starting the lowest free partition; None where all are taken."""
        self._taken = [p for p in self._taken if self._is_running(p.owner) and p.owner != owner]
        numbers = {partition.number for partition in self.taken_of(gpu)}
        free = next((n for n in range(self.count(gpu)) if n not in numbers), None)
        if free is None:
            return None
        self._taken.append(Partition(gpu, free, owner))
        return self._taken[-1]
