"""What a host has: the same number of requests for a small host and a large one."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.hyperv.host import Host
from openhyperv.machine.host_version import WINDOWS_2025
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import machine_spec
from tests.hyperv.stock import add_switch


@shows("M1", "M2", "M3")
@pytest.mark.parametrize(("processors", "nodes"), [(4, 1), (128, 4)])
def test_six_requests_however_large_the_host(tmp_path: Path, processors: int, nodes: int) -> None:
    hardware = Hardware(processors, 65_536, nodes, adapters_for("HV1", 1))
    with (
        emulated_host(tmp_path, hardware=hardware) as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        add_switch(host)
        with requests(emulated, host) as asked:
            statistics = host.statistics()
    assert asked == ["Enumerate"] * 6
    assert (statistics.name, statistics.version) == ("HV1", WINDOWS_2025)
    assert statistics.logical_processors == processors
    assert statistics.memory_mb == 65_536
    assert [node.number for node in statistics.numa_nodes] == list(range(nodes))
    assert sum(node.logical_processors for node in statistics.numa_nodes) == processors
    assert sum(node.memory_mb for node in statistics.numa_nodes) == 65_536
    assert [switch.name for switch in statistics.switches] == ["lab"]
    (drive,) = statistics.drives
    assert drive.name == "C:"
    assert 0 < drive.free_bytes < drive.size_bytes


def test_the_memory_of_machines_is_not_taken_for_a_nodes(tmp_path: Path) -> None:
    hardware = Hardware(4, 65_536, 1, adapters_for("HV1", 1))
    with (
        emulated_host(tmp_path, hardware=hardware, has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        host.create(machine_spec()).start()
        (node,) = host.statistics().numa_nodes
    assert node.memory_mb == 65_536
