"""Whether machines of a host would all start again after a stop, in whatever order. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

_STEP_MB = 2
"""Memory is given in steps of that size: that much is missing at least where a place is taken."""


@frozen
class NumaDemand:
    """What a machine needs at each start: so many places of one size, each within one of the host's nodes."""

    name: str
    nodes: int
    memory_mb_per_node: int

    @property
    def memory_mb(self) -> int:
        """Of all its nodes."""
        return self.nodes * self.memory_mb_per_node


def may_not_start(host_nodes_mb: Sequence[int], machines: Sequence[NumaDemand]) -> tuple[NumaDemand, ...]:
    """The machines that find no place in some order of starts (usage guide, "Hyper-V vNUMA instances").

    ``host_nodes_mb`` is the memory of each of the host's nodes. Where the others go is not documented, so
    that the worst is assumed: they take, piece by piece, what hurts most. A machine that is not told here
    starts in every order; one that is told fails in some, or nearly.
    """
    all_mb = sum(machine.memory_mb for machine in machines)
    return tuple(
        machine
        for machine in machines
        if all_mb - machine.memory_mb >= _least_harm_mb(host_nodes_mb, machine)
    )


def _least_harm_mb(host_nodes_mb: Sequence[int], machine: NumaDemand) -> int:
    """The least memory of others that leaves one place too few.

    A node's first place is lost to what does not fit in besides it, each further one costs its whole size.
    """
    size_mb = machine.memory_mb_per_node
    costs_mb: list[int] = []
    for node_mb in host_nodes_mb:
        places, rest_mb = divmod(node_mb, size_mb)
        if places:
            costs_mb += [rest_mb + _STEP_MB, *[size_mb] * (places - 1)]
    surplus = len(costs_mb) - machine.nodes + 1
    return sum(sorted(costs_mb)[: max(0, surplus)])
