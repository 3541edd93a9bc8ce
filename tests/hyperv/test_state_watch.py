"""Changes of machines' states, as whoever keeps account of them hears them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Timer
from time import sleep

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import ExpiredEnumeration
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import HyperVError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.state_watch import StateChange, StateWatch
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.uptime import read_uptime
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.capabilities import shows
from tests.emulated import target_of
from tests.hyperv.specs import machine_spec
from tests.witness import Witness

QUIET_S = 3.0
BETWEEN_LOOKS_S = 1.0
"""Longer than WMI's interval, so that it sees a state that lasts for so long."""


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("watched"))
    yield created
    created.delete()


@shows("H12")
def test_changes_come_in_order_and_nothing_else_does(host: Host, machine: VirtualMachine) -> None:
    with StateWatch(host.session) as watch, ThreadPoolExecutor() as pool:
        heard = pool.submit(lambda: list(watch.changes(QUIET_S)))
        for act in (machine.start, machine.pause, lambda: machine.rename("renamed"), machine.turn_off):
            sleep(BETWEEN_LOOKS_S)
            act()
        assert heard.result(timeout=60) == [
            StateChange(machine.guid, MachineState.RUNNING, MachineState.OFF),
            StateChange(machine.guid, MachineState.PAUSED, MachineState.RUNNING),
            StateChange(machine.guid, MachineState.OFF, MachineState.PAUSED),
        ]


def test_closing_ends_who_waits_and_leaves_nothing(emulated: EmulatedHost) -> None:
    with Host.connect(target_of(emulated)) as host:
        before = emulated.contexts.counts()
        watch = StateWatch(host.session)
        Timer(0.5, watch.close).start()
        assert list(watch.changes(60)) == []
        assert emulated.contexts.counts() == before


def test_a_watch_that_broke_says_so(host: Host, witness: Witness) -> None:
    dropped = Rule(action=ExpiredEnumeration(), operation=OperationName.PULL)
    with StateWatch(host.session) as watch, witness.misfortune(dropped), pytest.raises(HyperVError) as caught:
        list(watch.changes(QUIET_S))
    assert caught.value.host == host.session.host


def test_a_host_tells_since_when_it_has_been_running(host: Host) -> None:
    first, second = read_uptime(host.session), read_uptime(host.session)
    assert first.booted == second.booted < first.now <= second.now
    assert first.lasted <= second.lasted
