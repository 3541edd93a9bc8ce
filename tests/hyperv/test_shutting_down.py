"""Shutting guests down: those that obey, those that take their time, and those that do not listen."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Timer

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import ConflictError, DeadlineError
from openhyperv.hyperv.guest.services import Service
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.transport.deadline import Deadline
from tests.capabilities import shows
from tests.hyperv.specs import machine_spec
from tests.hyperv.talking_guest import TalkingGuest, let_guest_answer

NEVER = 1000


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("leaving"))
    created.start()
    yield created
    created.delete()


@pytest.fixture
def guest(emulated: EmulatedHost, machine: VirtualMachine) -> TalkingGuest:
    return let_guest_answer(emulated, machine)


@shows("H5")
def test_a_guest_that_obeys_is_asked_once(machine: VirtualMachine, guest: TalkingGuest) -> None:
    machine.shut_down(timeout_s=20, ask_again_s=10)
    assert machine.state() is MachineState.OFF
    assert guest.presses == 1


@shows("H5")
def test_a_guest_that_does_not_go_off_is_asked_again(machine: VirtualMachine, guest: TalkingGuest) -> None:
    guest.obeys_press = 3
    machine.shut_down(timeout_s=30, ask_again_s=0.3)
    assert machine.state() is MachineState.OFF
    assert guest.presses == 3


@shows("H5")
def test_a_guest_that_does_not_listen_yet_is_asked_until_it_does(machine: VirtualMachine) -> None:
    machine.guest.switch_service(Service.SHUTDOWN, on=False)
    with pytest.raises(ConflictError):
        machine.shut_down(timeout_s=20)
    later = Timer(1, machine.guest.switch_service, [Service.SHUTDOWN], {"on": True})
    later.start()
    machine.shut_down(timeout_s=20, ask_again_s=0.3)
    later.join()
    assert machine.state() is MachineState.OFF


@shows("H5")
def test_a_guest_that_never_obeys_stays_on_unless_it_is_to_be_turned_off(
    machine: VirtualMachine, guest: TalkingGuest
) -> None:
    guest.obeys_press = NEVER
    with pytest.raises(DeadlineError) as caught:
        machine.shut_down(timeout_s=1, ask_again_s=0.3)
    assert "turn it off" in (caught.value.remedy or "")
    assert caught.value.target == machine.guid
    assert machine.state() is MachineState.RUNNING
    machine.shut_down(timeout_s=1, then_turn_off=True)
    assert machine.state() is MachineState.OFF


def test_a_guest_that_never_listens_is_turned_off_where_that_is_asked_for(machine: VirtualMachine) -> None:
    machine.guest.switch_service(Service.SHUTDOWN, on=False)
    with pytest.raises(ConflictError):
        machine.shut_down(timeout_s=1, ask_again_s=0.3)
    machine.shut_down(timeout_s=20, then_turn_off=True)
    assert machine.state() is MachineState.OFF


def test_a_machine_that_is_off_cannot_be_shut_down(machine: VirtualMachine) -> None:
    machine.turn_off()
    for act in (machine.shut_down, machine.restart):
        with pytest.raises(ConflictError):
            act(timeout_s=5)


@shows("H6")
def test_a_guest_restarts_by_itself_or_is_reset(machine: VirtualMachine, guest: TalkingGuest) -> None:
    guest.obeys_press = NEVER
    started = Deadline.after(1)
    machine.restart(timeout_s=1)
    assert not started.remaining_s
    assert machine.state() is MachineState.RUNNING
    guest.obeys_press = guest.presses + 1
    machine.restart(timeout_s=20)
    assert machine.state() is MachineState.RUNNING
    assert machine.summary().uptime_s < 20
