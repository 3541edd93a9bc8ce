"""Waiting for a machine's state: by event, within a deadline, and through what breaks events."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Timer
from time import monotonic

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.matching import OperationName
from openhyperv.errors import DeadlineError, NotFoundError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.capabilities import shows
from tests.emulated import target_of
from tests.hyperv.specs import machine_spec
from tests.witness import Witness


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("awaited"))
    yield created
    created.delete()


def test_a_state_that_is_there_already(machine: VirtualMachine) -> None:
    machine.wait_for(MachineState.OFF, timeout_s=5)


@shows("H12")
def test_a_state_that_comes_is_heard_of(
    emulated: EmulatedHost, machine: VirtualMachine, witness: Witness
) -> None:
    """The machine is looked at twice: before, and when an event told of it. Nothing is polled."""
    with Host.connect(target_of(emulated)) as other:
        later = Timer(1.0, other.machine(machine.guid).start)
        later.start()
        with witness.watching() as seen:
            machine.wait_for(MachineState.RUNNING, timeout_s=10)
        later.join()
    looks = [request for request in seen if request.name is OperationName.GET]
    assert 2 <= len(looks) <= 3
    assert machine.state() is MachineState.RUNNING


def test_a_state_that_does_not_come(emulated: EmulatedHost, machine: VirtualMachine) -> None:
    before = emulated.contexts.counts()
    started_s = monotonic()
    with pytest.raises(DeadlineError) as caught:
        machine.wait_for(MachineState.RUNNING, timeout_s=1)
    assert 1 <= monotonic() - started_s < 4
    assert caught.value.operation == "wait for running"
    assert caught.value.host == emulated.options.address
    assert machine.guid in (caught.value.target or "")
    assert emulated.contexts.counts() == before


def test_a_machine_that_does_not_exist(emulated: EmulatedHost, host: Host) -> None:
    before = emulated.contexts.counts()
    with pytest.raises(NotFoundError):
        host.machine("11111111-2222-3333-4444-555555555555").wait_for(MachineState.OFF, timeout_s=5)
    assert emulated.contexts.counts() == before
