"""``hv host gpu``: GPUs that machines share."""

from __future__ import annotations

from collections.abc import Iterator

import click
from attrs import frozen

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_list
from openhyperv.cli.sizes import size_text
from openhyperv.hyperv.gpus.gpu import PartitionableGpu, RemoteFxGpu
from openhyperv.hyperv.host import Host

_MIB = 1 << 20


@frozen
class SharedGpu:
    """A GPU and how it is shared: ``remotefx`` or ``partitions``."""

    sharing: str
    label: str
    memory_bytes: int
    free_memory_bytes: int
    partition_count: int | None
    valid_partition_counts: tuple[int, ...]
    name: str


_LISTING = (
    Column[SharedGpu]("GPU", lambda gpu: gpu.label),
    Column[SharedGpu]("SHARED BY", lambda gpu: gpu.sharing),
    Column[SharedGpu]("MEMORY", lambda gpu: size_text(gpu.memory_bytes), is_number=True),
    Column[SharedGpu]("FREE", lambda gpu: size_text(gpu.free_memory_bytes), is_number=True),
    Column[SharedGpu]("PARTITIONS", lambda gpu: f"{gpu.partition_count or ''}", is_number=True),
    Column[SharedGpu]("OFFERED", lambda gpu: ", ".join(map(str, sorted(gpu.valid_partition_counts)))),
    Column[SharedGpu]("DEVICE", lambda gpu: gpu.name),
)


@click.group(cls=Group)
def gpu() -> None:
    """Share GPUs of the host among machines.

    Windows Server 2012 R2 and 2016 share them by RemoteFX, 2025 by partitions.
    """


@gpu.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the GPUs that machines share."""
    with connected(invocation) as host:
        show_list(invocation, list(_shared(host)), _LISTING)


def _shared(host: Host) -> Iterator[SharedGpu]:
    yield from map(_by_remotefx, host.gpus.remotefx())
    yield from map(_by_partitions, host.gpus.partitionable())


def _by_remotefx(gpu: RemoteFxGpu) -> SharedGpu:
    memory_bytes, free_bytes = gpu.memory_mb * _MIB, gpu.free_memory_mb * _MIB
    return SharedGpu("remotefx", gpu.name, memory_bytes, free_bytes, None, (), "")


def _by_partitions(gpu: PartitionableGpu) -> SharedGpu:
    return SharedGpu(
        "partitions",
        gpu.label,
        gpu.vram.total,
        gpu.vram.available,
        gpu.partition_count,
        gpu.valid_partition_counts,
        gpu.name,
    )


@gpu.command()
@click.argument("name", metavar="GPU")
@click.argument("count", type=click.IntRange(1))
@click.pass_obj
def partition(invocation: Invocation, name: str, count: int) -> None:
    """Cut a GPU into COUNT partitions, one for each machine; from Windows Server 2025 on.

    GPU is its device path, or a part of that or of its name that no other has.
    """
    with connected(invocation) as host:
        found = host.gpus.partition(name, count)
        say(invocation, f"{found.label} has {count} partitions.")
