"""Which machines might not start again: no host is needed to tell."""

from __future__ import annotations

import pytest

from openhyperv.machine.start_order import NumaDemand, may_not_start

GIB = 1024
TWO_NODES = (16 * GIB, 16 * GIB)


def names(nodes: tuple[int, ...], *machines: NumaDemand) -> set[str]:
    return {machine.name for machine in may_not_start(nodes, machines)}


def test_the_usage_guides_example() -> None:
    """A machine of 16 GB over two nodes of 16 GB, and 16 GB of others that can fill one of them by half."""
    large = NumaDemand("A", 2, 8 * GIB)
    others = [NumaDemand(name, 1, size * GIB) for name, size in (("B", 6), ("C", 6), ("D", 2), ("E", 2))]
    assert "A" in names(TWO_NODES, large, *others)


@pytest.mark.parametrize(
    ("others_mb", "expected"),
    [(8 * GIB, set()), (8 * GIB + 4, {"A"})],
)
def test_the_least_that_stands_in_the_way(others_mb: int, expected: set[str]) -> None:
    """2 MB take the first place of a node, and each further one takes its whole size."""
    large, others = NumaDemand("A", 2, 8 * GIB), NumaDemand("B", 1, others_mb)
    assert names(TWO_NODES, large, others) - {"B"} == expected


def test_who_is_alone_always_starts() -> None:
    assert names(TWO_NODES, NumaDemand("A", 2, 16 * GIB)) == set()


def test_small_machines_on_an_empty_host_always_start() -> None:
    assert names(TWO_NODES, *(NumaDemand(f"{n}", 1, GIB) for n in range(16))) == set()


def test_what_fits_nowhere_even_on_an_empty_host_is_told() -> None:
    assert names(TWO_NODES, NumaDemand("A", 1, 17 * GIB)) == {"A"}
