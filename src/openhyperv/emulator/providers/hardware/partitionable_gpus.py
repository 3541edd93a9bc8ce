"""Msvm_PartitionableGpu, and the Msvm_GpuPartition that machines have of them."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.change_faults import invalid_value, read_only
from openhyperv.emulator.cimom.faults import failed
from openhyperv.emulator.cimom.provider import instances_of, links, lookup, modifies
from openhyperv.emulator.host.hardware.gpu_partitioning import Partition
from openhyperv.emulator.host.hardware.partitionable_gpus import GpuResource, PartitionableGpu
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import device_path, system_path
from openhyperv.emulator.host.machines.gpu_partitions import (
    PARTITIONABLE_GPU,
    gpu_path,
    partition_of,
    partitionable_gpus,
)
from openhyperv.emulator.providers.elements import ENABLED, HEALTHY
from openhyperv.emulator.providers.links import link, touching
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_PARTITION = "Msvm_GpuPartition"
_SYSTEM_DEVICE = "Msvm_SystemDevice"


class PartitionableGpuProvider:
    """The graphics processors; PartitionCount is written to the instance."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(PARTITIONABLE_GPU)
    def gpus(self) -> Iterator[Instance]:
        """Those that the host has itself."""
        return map(self._instance, partitionable_gpus(self._host))

    @lookup(PARTITIONABLE_GPU)
    def gpu(self, path: ObjectPath) -> Instance | None:
        """One of them."""
        found = self._find(path)
        return None if found is None else self._instance(found)

    @modifies(PARTITIONABLE_GPU)
    def set_partition_count(self, path: ObjectPath, changes: Instance) -> Instance:
        """Cut it into another number of partitions, one that its driver offers, while nobody has one."""
        gpu = self._find(path)
        if gpu is None:
            raise failed("The GPU is gone.")
        if "ValidPartitionCounts" in changes:
            # UNVERIFIED: that what the driver offers is not written, though Microsoft's page says it could be
            raise read_only(PARTITIONABLE_GPU, "ValidPartitionCounts")
        # UNVERIFIED: that the number is changed by writing the instance; no page of Microsoft's says how
        count = changes["PartitionCount"]
        if not isinstance(count, int) or count not in gpu.partition_counts:
            # UNVERIFIED: the fault for a count that the driver does not offer
            raise invalid_value(PARTITIONABLE_GPU, "PartitionCount")
        if self._host.gpus.taken_of(gpu):
            # UNVERIFIED: the fault while machines run with partitions
            raise failed("Virtual machines are running with partitions of this GPU.")
        self._host.gpus.set_count(gpu, count)
        return self._instance(gpu)

    def _find(self, path: ObjectPath) -> PartitionableGpu | None:
        return next((gpu for gpu in partitionable_gpus(self._host) if gpu_path(gpu) == path), None)

    def _instance(self, gpu: PartitionableGpu) -> Instance:
        path = gpu_path(gpu)
        values: dict[str, Value] = {
            **HEALTHY,
            **ENABLED,
            **path.keys,
            "Caption": "Partitionable GPU",
            "Description": "Microsoft Partitionable GPU",
            "ElementName": gpu.device.name,
            "ValidPartitionCounts": list(gpu.partition_counts),
            "PartitionCount": self._host.gpus.count(gpu),
        }
        for resource in GpuResource:
            values |= self._amounts(gpu, resource)
        return Instance(PARTITIONABLE_GPU, values, path=path)

    def _amounts(self, gpu: PartitionableGpu, resource: GpuResource) -> dict[str, Value]:
        share = gpu.share(resource, self._host.gpus.count(gpu))
        taken = len(self._host.gpus.taken_of(gpu)) * share
        return {
            f"Total{resource}": gpu.total(resource),
            f"Available{resource}": gpu.total(resource) - taken,
            f"MinPartition{resource}": 0,  # printed by several hosts
            f"MaxPartition{resource}": share,
            f"OptimalPartition{resource}": share,
        }


class GpuPartitionProvider:
    """The partitions of machines that run."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(_PARTITION)
    def partitions(self) -> Iterator[Instance]:
        """All of them."""
        return (self._instance(path, partition) for path, partition in self._all())

    @lookup(_PARTITION)
    def partition(self, path: ObjectPath) -> Instance | None:
        """One of them."""
        return next((each for each in self.partitions() if each.path == path), None)

    @links(_SYSTEM_DEVICE)
    def of_systems(self, end: ObjectPath) -> Iterator[Instance]:
        """From a virtual machine to its partition."""
        ends = (
            {"GroupComponent": system_path(partition.owner), "PartComponent": path}
            for path, partition in self._all()
        )
        return touching(end, (link(_SYSTEM_DEVICE, both) for both in ends))

    def _all(self) -> Iterator[tuple[ObjectPath, Partition]]:
        for partition in self._host.gpus.taken():
            system = self._host.systems.find(partition.owner)
            setting = partition_of(system.configuration) if system else None
            if setting is not None:
                yield device_path(_PARTITION, partition.owner, setting.tail), partition

    def _instance(self, path: ObjectPath, partition: Partition) -> Instance:
        values: dict[str, Value] = {
            **HEALTHY,
            **ENABLED,
            **path.keys,
            "Caption": "GPU Partition",
            "ElementName": "GPU Partition",
            "Name": "GPU Partition",
            "DeviceInstancePath": partition.gpu.device.host_path,
            "PartitionId": partition.number,
            "PartitionVfLuid": f"0x{partition.number + 1:016x}",  # UNVERIFIED: how the LUID is written
        }
        if self._host.profile.has(Release.WS23H2):
            count = self._host.gpus.count(partition.gpu)
            values |= {f"Current{each}": partition.gpu.share(each, count) for each in GpuResource}
        return Instance(_PARTITION, values, path=path)
