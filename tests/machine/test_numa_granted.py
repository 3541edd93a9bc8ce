"""NUMA nodes that are granted, and whether the host could carry them."""

from __future__ import annotations

import pytest
from attrs import evolve

from openhyperv.machine.host_traits import HostNumaNode, HostTraits
from openhyperv.machine.memory import Memory
from openhyperv.machine.numa import NumaTopology
from tests.capabilities import shows

from .asking import granted, refused

TWO = NumaTopology(2, 2, 2048)
NAMED = "hw:numa_cpus.0=0,1 hw:numa_cpus.1=2,3 hw:numa_mem.0=2048 hw:numa_mem.1=2048"


@shows("E4")
@pytest.mark.parametrize(
    ("words", "topology"),
    [
        ("", None),
        ("hw:numa_nodes=1", NumaTopology(1, 4, 4096)),
        ("hw:numa_nodes=2", TWO),
        ("hw_numa_nodes=2", TWO),
        ("hw:numa_nodes=2 hw_numa_nodes=2", TWO),
        ("gen2 hw:numa_nodes=4", NumaTopology(4, 1, 1024)),
        (f"hw:numa_nodes=2 {NAMED}", TWO),
        (f"hw_numa_nodes=2 {NAMED.replace('hw:', 'hw_')}", TWO),
        ("hw:numa_nodes=1 hw:numa_cpus.0=0-4,^4 hw:numa_mem.0=4096", NumaTopology(1, 4, 4096)),
        ("hw:numa_nodes=2 hw:numa_cpus.0=0,3 hw:numa_cpus.1=1-2 hw:numa_mem.0=2048 hw:numa_mem.1=2048", TWO),
        ("hw:numa_nodes=2 hw_numa_cpus.0=0-1 hw_numa_cpus.1=2-3 hw:numa_mem.0=2048 hw:numa_mem.1=2048", TWO),
    ],
)
@pytest.mark.parametrize("release", ["2012", "2012R2", "2016", "2025"])
def test_topologies(release: str, words: str, topology: NumaTopology | None) -> None:
    if release == "2012":
        words = words.replace("gen2", "gen1")
    spec = granted(release, words)
    assert (spec.numa, spec.memory) == (topology, Memory.static(4096))


@shows("E3")
def test_dynamic_memory_is_off_beside_numa_nodes_and_that_is_said() -> None:
    spec = granted("2025", "hw:numa_nodes=1 hyperv:dynamic_memory_ratio=2.0")
    assert spec.memory == Memory.static(4096)
    assert spec.remarks == ("Dynamic memory is off: it does not go with NUMA nodes.",)


def test_odd_nodes_are_rounded_down_together() -> None:
    spec = granted("2025", "hw:numa_nodes=2", memory_mb=2050)
    assert (spec.numa, spec.memory) == (NumaTopology(2, 2, 1024), Memory.static(2048))
    assert spec.remarks[0] == (
        "Each NUMA node has 1024 MiB instead of 1025: Hyper-V gives memory in steps of 2 MiB."
    )


def test_a_machine_of_several_nodes_is_warned_of_the_order_of_starts() -> None:
    assert granted("2025", "hw:numa_nodes=2").remarks == (
        (
            "Each start needs 2 times 2048 MiB, each within one NUMA node of the host. After a stop, "
            "machines that started meanwhile may have left no such places: keep machines of several NUMA "
            "nodes on hosts of their own (hv host show --numa)."
        ),
    )
    assert granted("2025", "hw:numa_nodes=1").remarks == ()


def host(*nodes: tuple[int, int]) -> HostTraits:
    return HostTraits(numa_nodes=tuple(HostNumaNode(n, *size) for n, size in enumerate(nodes)))


@shows("E4")
@pytest.mark.parametrize(
    ("words", "traits"),
    [
        ("hw:numa_nodes=2", host((2048, 2), (2048, 2))),
        ("hw:numa_nodes=2", host((4096, 2))),
        ("hw:numa_nodes=2", host((1024, 8), (5000, 2))),
        ("hw:numa_nodes=4", host((2048, 1), (2048, 1))),
    ],
)
def test_hosts_that_could_carry_them(words: str, traits: HostTraits) -> None:
    assert granted("2025", words, traits=traits).numa is not None


@shows("E4")
def test_nodes_that_may_span_several_of_the_host_go_anywhere() -> None:
    spec = granted("2025", "hw:numa_nodes=2", traits=evolve(host((2048, 2)), is_numa_spanning=True))
    assert (spec.numa, spec.remarks) == (TWO, ())


LARGE = (
    "A NUMA node of {} processors and {} MiB is larger than the host's largest, of {} processors and {} MiB."
)


@shows("E4")
@pytest.mark.parametrize(
    ("words", "traits", "text"),
    [
        (
            "hw:numa_nodes=1",
            host((2048, 8), (2048, 8)),
            f"{LARGE.format(4, 4096, 8, 2048)} Ask for more and smaller nodes.",
        ),
        (
            "hw:numa_nodes=2",
            host((8192, 1), (8192, 1)),
            f"{LARGE.format(2, 2048, 1, 8192)} Ask for more and smaller nodes.",
        ),
        (
            "hw:numa_nodes=2",
            host((2048, 2), (2000, 2)),
            (
                "The host has room for 1 NUMA nodes of 2048 MiB, even without other machines; 2 are asked "
                "for. Use a larger host, or ask for less memory."
            ),
        ),
    ],
)
def test_hosts_that_could_not(words: str, traits: HostTraits, text: str) -> None:
    assert refused("2025", words, traits=traits) == ("unsupported", text)
