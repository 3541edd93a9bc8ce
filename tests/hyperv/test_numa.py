"""NUMA through the public API: the usage guide's example of machines that do not start again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import JobError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from tests.capabilities import shows
from tests.emulated import emulated_host
from tests.hyperv.counting import requests
from tests.hyperv.numa_example import GIB, TWO_NODES, Machines, create_machines, span


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path_factory.mktemp("host"), hardware=TWO_NODES, has_files=True) as running:
        yield running


@pytest.fixture(scope="module")
def machines(host: Host) -> Machines:
    return create_machines(host)


def start(machines: Machines, names: str) -> None:
    for name in names:
        machines[name].start()


@pytest.fixture(autouse=True)
def off(machines: Machines) -> Iterator[None]:
    """All are off before and after."""
    yield
    for machine in machines.values():
        if machine.state() is not MachineState.OFF:
            machine.turn_off()


@shows("M3")
def test_a_host_tells_its_nodes_and_who_is_on_them(
    emulated: EmulatedHost, host: Host, machines: Machines
) -> None:
    span(host, is_on=False)
    start(machines, "ABCDE")
    with requests(emulated, host) as asked:
        numa = host.numa()
    assert asked == ["Enumerate"] * 8
    assert [(n.number, n.logical_processors, n.memory_mb, n.free_memory_mb) for n in numa.nodes] == [
        (0, 4, 16 * GIB, 0),
        (1, 4, 16 * GIB, 0),
    ]
    assert [(m.demand.name, m.demand.nodes, m.host_nodes) for m in numa.machines] == [
        ("A", 2, (0, 1)),
        ("B", 1, (0,)),
        ("C", 1, (1,)),
        ("D", 1, (0,)),
        ("E", 1, (1,)),
    ]
    assert numa.machines[0].may_not_start_again


@shows("E4")
def test_started_in_another_order_one_finds_no_place(host: Host, machines: Machines) -> None:
    """16 GB are free in all, 10 on one node and 6 on the other, and two times 8 are needed."""
    span(host, is_on=False)
    start(machines, "BDEC")
    assert [node.free_memory_mb for node in host.numa().nodes] == [10 * GIB, 6 * GIB]
    with pytest.raises(JobError, match="Not enough memory on any NUMA node") as caught:
        machines["A"].start()
    assert caught.value.code == 32778
    assert machines["A"].state() is MachineState.OFF


def test_spanning_gives_every_node_a_place(host: Host, machines: Machines) -> None:
    span(host, is_on=True)
    start(machines, "BDECA")
    numa = host.numa()
    assert numa.is_spanning
    assert [node.free_memory_mb for node in numa.nodes] == [0, 0]
    assert not any(machine.may_not_start_again for machine in numa.machines)


def test_memory_is_given_back(host: Host, machines: Machines) -> None:
    start(machines, "A")
    machines["A"].turn_off()
    numa = host.numa()
    assert [node.free_memory_mb for node in numa.nodes] == [16 * GIB, 16 * GIB]
    assert numa.machines == ()
