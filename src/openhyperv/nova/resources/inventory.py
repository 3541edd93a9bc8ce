"""The host's inventory for placement. PCI devices are there by Nova itself (``[pci]report_in_placement``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import nova.conf
import os_resource_classes as orc
from nova.compute.provider_tree import ProviderTree
from nova.virt.driver import ComputeDriver

from openhyperv.nova.resources.reading import HostReading

CONF = nova.conf.CONF
_GIB = 1024**3


def update_inventory(tree: ProviderTree, node: str, reading: HostReading) -> None:
    """Say what the host has of processors, memory, disk and partitions of GPUs."""
    ratios = ComputeDriver._get_allocation_ratios(tree.data(node).inventory)  # noqa: SLF001  for drivers
    tree.update_inventory(node, {**dict(_sizes(reading, ratios)), **dict(_gpu_partitions(reading))})


def _sizes(reading: HostReading, ratios: Mapping[str, float]) -> Iterator[tuple[str, dict[str, Any]]]:
    reserved_disk_gb = ComputeDriver._get_reserved_host_disk_gb_from_config()  # noqa: SLF001  for drivers
    sizes = (
        (orc.VCPU, reading.steady.hardware.logical_processors, CONF.reserved_host_cpus),
        (orc.MEMORY_MB, reading.space.memory_mb, CONF.reserved_host_memory_mb),
        (orc.DISK_GB, reading.drive.size_bytes // _GIB, reserved_disk_gb),
    )
    for name, total, reserved in sizes:
        if total:
            yield name, _record(total, total, ratio=ratios[name], reserved=reserved)


def _gpu_partitions(reading: HostReading) -> Iterator[tuple[str, dict[str, Any]]]:
    """One class for the partitions of all GPUs: Hyper-V chooses the GPU as a machine starts."""
    total = sum(gpu.partition_count for gpu in reading.steady.gpus)
    if total:
        yield orc.VGPU, _record(total, most=1, ratio=1.0, reserved=0)


def _record(total: int, most: int, *, ratio: float, reserved: int) -> dict[str, Any]:
    return {
        "total": total,
        "min_unit": 1,
        "max_unit": most,
        "step_size": 1,
        "allocation_ratio": ratio,
        "reserved": reserved,
    }
