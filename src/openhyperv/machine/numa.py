"""The NUMA nodes that a guest sees."""

from __future__ import annotations

from attrs import frozen


@frozen
class NumaTopology:
    """So many nodes of the same size: Hyper-V has symmetric topologies only.

    Which node of the host carries which of the machine's is Hyper-V's choice, at each start.
    """

    nodes: int
    vcpus_per_node: int
    memory_mb_per_node: int
