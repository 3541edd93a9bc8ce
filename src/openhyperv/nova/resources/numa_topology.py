"""The host's NUMA nodes as Nova's scheduler fits instances into them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from nova.objects.network_metadata import NetworkMetadata
from nova.objects.numa import NUMACell, NUMAPagesTopology, NUMATopology

from openhyperv.hyperv.numa.nodes import NumaNode
from openhyperv.hyperv.statistics import HostHardware

_PAGE_KIB = 4
_KIB_PER_MIB = 1024


def numa_topology_of(hardware: HostHardware) -> NUMATopology:
    """A cell for each node that has processors and memory.

    Processors are numbered through, node after node. None can be pinned: Hyper-V chooses where a machine's
    processors run, and where its nodes are.
    """
    threads = _threads_per_core(hardware)
    numbers = count()
    nodes = [node for node in hardware.numa_nodes if node.logical_processors and node.memory_mb]
    return NUMATopology(
        cells=[
            _cell(node, list(islice(numbers, node.logical_processors)), threads, _socket_of(node, hardware))
            for node in nodes
        ]
    )


def _cell(node: NumaNode, processors: list[int], threads_per_core: int, socket: int) -> NUMACell:
    return NUMACell(
        id=node.number,
        cpuset=set(processors),
        pcpuset=set(),
        memory=node.memory_mb,
        cpu_usage=0,
        memory_usage=0,
        pinned_cpus=set(),
        siblings=list(_siblings(processors, threads_per_core)),
        mempages=[_pages(node)],
        network_metadata=NetworkMetadata(physnets=set(), tunneled=False),
        socket=socket,
    )


def _pages(node: NumaNode) -> NUMAPagesTopology:
    """Nobody can have larger ones: Hyper-V chooses the size itself."""
    total = node.memory_mb * _KIB_PER_MIB // _PAGE_KIB
    return NUMAPagesTopology(size_kb=_PAGE_KIB, total=total, used=0, reserved=0)


def _siblings(processors: list[int], threads_per_core: int) -> Iterator[set[int]]:
    """The threads of each core."""
    starts = range(0, len(processors), threads_per_core)
    return (set(processors[start : start + threads_per_core]) for start in starts)


def _threads_per_core(hardware: HostHardware) -> int:
    first = hardware.sockets[0]
    return max(1, first.logical_processors // first.cores)


def _socket_of(node: NumaNode, hardware: HostHardware) -> int:
    """Each socket has as many nodes as the others."""
    return node.number * len(hardware.sockets) // max(1, len(hardware.numa_nodes))
