"""What a host has, read only as far as a request depends on it."""

from __future__ import annotations

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.trait import Trait

from .counting import requests


def test_nothing_is_asked_where_nothing_matters(emulated: EmulatedHost, host: Host) -> None:
    with requests(emulated, host) as sent:
        assert host.traits(()) == HostTraits()
    assert sent == []


@pytest.mark.parametrize(
    ("trait", "count"),
    [
        (Trait.GUARDED, 1),
        (Trait.CLUSTERED, 1),
        (Trait.REMOTEFX, 1),
        (Trait.GPU_PARTITIONING, 1),
        (Trait.PCI_DEVICES, 2),
    ],
)
def test_an_ordinary_host_has_nothing_special(
    emulated: EmulatedHost, host: Host, trait: Trait, count: int
) -> None:
    with requests(emulated, host) as sent:
        assert host.traits([trait]) == HostTraits()
    assert len(sent) == count


def test_numa_nodes(emulated: EmulatedHost, host: Host) -> None:
    with requests(emulated, host) as sent:
        traits = host.traits([Trait.NUMA_NODES])
    assert len(sent) == 3
    assert traits.is_numa_spanning
    assert sum(node.memory_mb for node in traits.numa_nodes) == 65_536
