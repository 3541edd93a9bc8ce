"""GPUs of a host, as their drivers describe them."""

from __future__ import annotations

from attrs import frozen


@frozen
class RemoteFxGpu:
    """A GPU that shares its memory among RemoteFX displays of machines that run."""

    name: str
    driver_version: str
    directx_version: str
    memory_mb: int
    free_memory_mb: int


@frozen(kw_only=True)
class GpuAmount:
    """One resource of a partitionable GPU, in its driver's units (bytes of memory).

    ``total`` and ``available`` are of the GPU, the others of one partition.
    """

    total: int
    available: int
    minimum: int
    maximum: int
    optimal: int


@frozen(kw_only=True)
class PartitionableGpu:
    """A GPU that machines can have partitions of; ``name`` is its device path, which keys it.

    ``partition_count`` is into how many it is cut, one of ``valid_partition_counts``.
    """

    name: str
    label: str
    partition_count: int
    valid_partition_counts: tuple[int, ...]
    vram: GpuAmount
    encode: GpuAmount
    decode: GpuAmount
    compute: GpuAmount
