"""NUMA through the public API: the usage guide's example of machines that do not start again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.errors import JobError
from openhyperv.hyperv.facts import service_settings
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import SYSTEM_SERVICE
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from tests.capabilities import shows
from tests.emulated import emulated_host
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_2, machine_spec

GIB = 1024
Machines = dict[str, VirtualMachine]


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """Two NUMA nodes of 16 GB."""
    hardware = Hardware(8, 32 * GIB, 2, adapters_for("HV1", 1))
    with emulated_host(tmp_path_factory.mktemp("host"), hardware=hardware, has_files=True) as running:
        yield running


@pytest.fixture(scope="module")
def machines(host: Host) -> Machines:
    """Machine A spans two nodes, the others have one."""
    two_nodes = {**GEN_2, "hw_numa_nodes": "2"}
    made = {"A": host.create(machine_spec("A", two_nodes, vcpus=2, memory_mb=16 * GIB))}
    for name, size_gb in (("B", 6), ("C", 6), ("D", 2), ("E", 2)):
        made[name] = host.create(machine_spec(name, memory_mb=size_gb * GIB))
    return made


def span(host: Host, *, is_on: bool) -> None:
    """Switch the host's NUMA spanning."""
    settings = service_settings(host.session)
    changed = Instance(
        settings.class_name, {"InstanceID": settings["InstanceID"], "NumaSpanningEnabled": is_on}
    )
    text = instance_to_text(changed, host.session.schema)
    host.session.run(SYSTEM_SERVICE, "ModifyServiceSettings", {"SettingData": text})


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


def test_what_is_read_is_what_a_machine_is_designed_for(host: Host) -> None:
    assert [(node.memory_mb, node.processors) for node in host.numa().traits] == [(16 * GIB, 4)] * 2
