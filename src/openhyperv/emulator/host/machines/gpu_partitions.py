"""Partitions of graphics processors in virtual machines: what one may ask for, and which one it gets.

Sources: Microsoft, "GPU partitioning" and "Partition and assign GPUs to a virtual machine".
"""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.hardware.gpu_partitioning import Partition
from openhyperv.emulator.host.hardware.partitionable_gpus import GpuResource, PartitionableGpu
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.storage.pass_through import host_resource
from openhyperv.wire.path import ObjectPath

PARTITIONABLE_GPU = "Msvm_PartitionableGpu"


def gpu_path(gpu: PartitionableGpu) -> ObjectPath:
    """The host's Msvm_PartitionableGpu."""
    return ObjectPath(PARTITIONABLE_GPU, {"CreationClassName": PARTITIONABLE_GPU, "Name": gpu.name})


def partitionable_gpus(host: Host) -> Iterator[PartitionableGpu]:
    """Those that the host has: one that is dismounted, to be given away whole, is no longer its own."""
    return (gpu for gpu in host.gpus if not host.pci.is_dismounted(gpu.device))


def partition_of(configuration: Configuration) -> Resource | None:
    """A VM's partition; Microsoft supports one."""
    return next((r for r in configuration.resources() if r.kind is resources.GPU_PARTITION), None)


def _check_order(partition: Resource) -> None:
    """Amounts that are NULL are left to the host."""
    for resource in GpuResource:
        values = [partition.value(f"{bound}Partition{resource}") for bound in ("Min", "Optimal", "Max")]
        given = [value for value in values if isinstance(value, int)]
        if given != sorted(given):
            # UNVERIFIED: the code for amounts out of order
            raise MethodFailure(Code.INVALID_PARAMETER, f"Amounts of {resource} are out of order.")


def check_partition(host: Host, configuration: Configuration) -> None:
    """Refuse amounts that are out of order, and a part of what is no partitionable GPU of this host.

    :raises MethodFailure: with 32773
    """
    partition = partition_of(configuration)
    if partition is None:
        return
    _check_order(partition)
    if any(partition.texts("HostResource")) and _wanted(host, partition) is None:
        raise MethodFailure(Code.INVALID_PARAMETER, "HostResource names no partitionable GPU of this host.")


def _wanted(host: Host, partition: Resource) -> PartitionableGpu | None:
    path = host_resource(partition)
    return next((gpu for gpu in partitionable_gpus(host) if gpu_path(gpu) == path), None)


def take_partition(host: Host, system: VirtualSystem) -> None:
    """Give a VM that is starting the partition it asks for, of the named processor or of any that has one.

    :raises JobFailure: none is free that is large enough
    """
    partition = partition_of(system.configuration)
    if partition is None:
        return
    is_named = any(partition.texts("HostResource"))
    named = _wanted(host, partition)
    candidates = ([named] if named else []) if is_named else list(partitionable_gpus(host))
    if not any(_take(host, gpu, partition, system) for gpu in candidates):
        # UNVERIFIED: the code and the text where no partition is free
        raise JobFailure(Code.FAILED, "There is no GPU partition for this virtual machine.")


def _take(host: Host, gpu: PartitionableGpu, partition: Resource, system: VirtualSystem) -> Partition | None:
    count = host.gpus.count(gpu)
    fits = all(
        partition.number(f"MinPartition{resource}") <= gpu.share(resource, count) for resource in GpuResource
    )
    return host.gpus.take(gpu, system.guid) if fits else None
