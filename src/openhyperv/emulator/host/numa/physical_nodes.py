"""Where on the host the memory of running machines is, node by node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

Residence = Mapping[int, int]
"""The memory of one virtual node: MB by the number of the host's node that they are on."""


class NodesFull(Exception):  # noqa: N818  # read as a state where it is caught
    """No node of the host has room for a virtual node of ``memory_mb``."""

    def __init__(self, memory_mb: int) -> None:
        super().__init__(f"No node has {memory_mb} MB left.")
        self.memory_mb = memory_mb


def free_memory(capacities_mb: Sequence[int], residences: Iterable[Residence]) -> list[int]:
    """What is left of each of the host's nodes, in MB."""
    free_mb = list(capacities_mb)
    for residence in residences:
        for node, memory_mb in residence.items():
            free_mb[node] -= memory_mb
    return [max(0, left) for left in free_mb]


def place_nodes(sizes_mb: Sequence[int], free_mb: Sequence[int], *, may_span: bool) -> Sequence[Residence]:
    """Find room for virtual nodes, one after the other, each on the node with the most memory left.

    Only with NUMA spanning may one virtual node lie on several of the host's.

    :raises NodesFull: there is no room
    """
    left_mb = list(free_mb)
    placed: list[Residence] = []
    for size_mb in sizes_mb:
        residence = _place(size_mb, left_mb, may_span=may_span)
        for node, memory_mb in residence.items():
            left_mb[node] -= memory_mb
        placed.append(residence)
    return placed


def resize_nodes(
    residences: Sequence[Residence], sizes_mb: Sequence[int], free_mb: Sequence[int], *, may_span: bool
) -> Sequence[Residence]:
    """Where the same virtual nodes are once they have another size: what is there does not move.

    :raises NodesFull: there is no room for more
    """
    left_mb = list(free_mb)
    resized: list[Residence] = []
    for residence, size_mb in zip(residences, sizes_mb, strict=True):
        added_mb = size_mb - sum(residence.values())
        more = _more(residence, added_mb, left_mb, may_span=may_span) if added_mb > 0 else {}
        less = _less(residence, -added_mb) if added_mb < 0 else {}
        for node, memory_mb in more.items():
            left_mb[node] -= memory_mb
        total = Counter(residence) + Counter(more)
        total.subtract(less)
        resized.append(dict(+total))
    return resized


def _more(residence: Residence, added_mb: int, left_mb: Sequence[int], *, may_span: bool) -> Residence:
    home = max(residence, key=lambda node: left_mb[node])
    if left_mb[home] >= added_mb:
        return {home: added_mb}
    if not may_span or sum(left_mb) < added_mb:
        raise NodesFull(added_mb)
    return _spanning(added_mb, left_mb)


def _less(residence: Residence, taken_mb: int) -> Residence:
    """What goes: from where the node has the least of its memory first."""
    taken: dict[int, int] = {}
    for node, memory_mb in sorted(residence.items(), key=lambda share: share[1]):
        taken[node] = min(memory_mb, taken_mb - sum(taken.values()))
    return taken


def _place(size_mb: int, left_mb: Sequence[int], *, may_span: bool) -> Residence:
    # UNVERIFIED: Hyper-V takes the emptiest node first; the usage guide's example comes out so
    best = max(range(len(left_mb)), key=lambda node: (left_mb[node], -node))
    if left_mb[best] >= size_mb:
        return {best: size_mb}
    if not may_span or sum(left_mb) < size_mb:
        raise NodesFull(size_mb)
    return _spanning(size_mb, left_mb)


def _spanning(size_mb: int, left_mb: Sequence[int]) -> Residence:
    shares: dict[int, int] = {}
    for node in sorted(range(len(left_mb)), key=lambda node: -left_mb[node]):
        share_mb = min(left_mb[node], size_mb - sum(shares.values()))
        if share_mb:
            shares[node] = share_mb
    return shares
