"""How many requests an operation takes: exactly, on our side of the wire and on the host's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.matching import OperationName
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import machine_spec
from tests.hyperv.stock import Stock
from tests.witness import Witness


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("counted"))
    yield created
    created.delete()


def test_create_and_start(emulated: EmulatedHost, host: Host, stock: Stock) -> None:
    """With a disk from an image, a config drive, a serial port and an adapter in a VLAN."""
    with requests(emulated, host) as asked:
        machine = host.create(stock.spec())
    assert asked == ["Enumerate"] + ["Invoke"] * 7
    with requests(emulated, host) as asked:
        machine.start()
    assert asked == ["Invoke"]
    with requests(emulated, host) as asked:
        machine.delete()
    assert asked == ["Get", "Invoke", "Invoke"]


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda machine: machine.start(), ["Invoke"]),
        (lambda machine: machine.summary(), ["Invoke"]),
        (lambda machine: machine.state(), ["Get"]),
        (lambda machine: machine.rename("counted again"), ["Invoke"]),
        (lambda machine: machine.resize(vcpus=2, memory_mb=1024), ["Invoke"]),
        (lambda machine: machine.checkpoints.list(), ["Enumerate"]),
        (lambda machine: machine.disk_files(), ["Enumerate"]),
        (lambda machine: machine.checkpoints.take(), ["Enumerate", "Invoke"]),
    ],
    ids=["start", "summary", "state", "rename", "resize", "checkpoints", "disk files", "take checkpoint"],
)
def test_one_machine(
    emulated: EmulatedHost,
    host: Host,
    machine: VirtualMachine,
    act: Callable[[VirtualMachine], object],
    expected: list[str],
) -> None:
    with requests(emulated, host) as asked:
        act(machine)
    assert asked == expected


def test_running_states_take_a_request_each(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    machine.start()
    for act in (machine.pause, machine.resume, machine.reset, machine.save, machine.start, machine.turn_off):
        with requests(emulated, host) as asked:
            act()
        assert asked == ["Invoke"]


def test_finding_a_machine(emulated: EmulatedHost, host: Host, machine: VirtualMachine) -> None:
    with requests(emulated, host) as asked:
        host.machine("counted")
    assert asked == ["Enumerate"]
    with requests(emulated, host) as asked:
        host.machine(machine.guid)
    assert asked == []


@pytest.mark.parametrize("number", [1, 20])
def test_a_listing_is_one_request_however_many_there_are(
    tmp_path_factory: pytest.TempPathFactory, number: int
) -> None:
    witness = Witness()
    with (
        emulated_host(tmp_path_factory.mktemp("many"), witness, machines=number) as many,
        Host.connect(target_of(many)) as host,
        requests(many, host) as asked,
    ):
        assert len(list(host.machines())) == number
    assert asked == ["Enumerate"]


def test_a_job_that_is_over_at_once_is_looked_at_once_or_twice(
    emulated: EmulatedHost, machine: VirtualMachine
) -> None:
    key = (OperationName.GET, "Msvm_ConcreteJob")
    before = emulated.service.counts().get(key, 0)
    machine.start()
    assert emulated.service.counts()[key] - before in (1, 2)
