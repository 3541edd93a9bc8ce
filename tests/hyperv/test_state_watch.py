"""States of machines, told as they change, for longer than the host keeps a subscription."""

from __future__ import annotations

from pathlib import Path
from queue import Queue
from threading import Thread
from time import sleep

import pytest

from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.errors import HyperVError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.monitoring import MachineEvent, Monitor
from openhyperv.hyperv.state_watch import StateWatch
from openhyperv.hyperv.states import MachineState
from tests.emulated import emulated_host, target_of
from tests.hyperv.specs import machine_spec

PATIENCE_S = 20.0
PAUSE_S = 1.0
"""Between changes, so that they fall before, into and after the moment of succession."""
BRIEF = ServiceLimits(subscription_expires_s=4.0)


def test_no_change_is_missed_as_one_subscription_follows_another(tmp_path: Path) -> None:
    with (
        emulated_host(tmp_path, limits=BRIEF, has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
        StateWatch(host.session) as watch,
    ):
        machine = host.create(machine_spec("restless"))
        told: Queue[MachineState] = Queue()
        Thread(target=_tell_all, args=(watch, told), daemon=True).start()
        sleep(PAUSE_S)  # WMI, which looks now and then, would see but a machine that comes running
        for _ in range(4):
            machine.start()
            _expect(told, MachineState.RUNNING)
            machine.turn_off()
            _expect(told, MachineState.OFF)


def _tell_all(watch: StateWatch, told: Queue[MachineState]) -> None:
    for change in watch.changes(PATIENCE_S):
        told.put(change.state)


def _expect(told: Queue[MachineState], state: MachineState) -> None:
    """The state is told; a former one may be told again before it."""
    while told.get(timeout=PATIENCE_S) is not state:
        pass
    sleep(PAUSE_S)


def test_a_monitor_goes_on_after_what_the_host_grants(tmp_path: Path) -> None:
    with (
        emulated_host(tmp_path, limits=BRIEF, has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
        Monitor(host.session) as monitor,
    ):
        names: Queue[str] = Queue()
        Thread(target=_name_all, args=(monitor, names), daemon=True).start()
        for turn in range(3):
            host.create(machine_spec(f"machine-{turn}"))
            while names.get(timeout=PATIENCE_S) != f"machine-{turn}":
                pass
            sleep(PAUSE_S)


def _name_all(monitor: Monitor, names: Queue[str]) -> None:
    try:
        for event in monitor.events():
            if isinstance(event, MachineEvent):
                names.put(event.name)
    except HyperVError as error:
        names.put(str(error))


def test_a_watch_that_nobody_read_for_too_long_says_so(tmp_path: Path) -> None:
    """What happened meanwhile is lost, which a silent new subscription would hide."""
    limits = ServiceLimits(subscription_expires_s=0.5)
    with (
        emulated_host(tmp_path, limits=limits, has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
        StateWatch(host.session) as watch,
    ):
        host.create(machine_spec("unwatched"))
        sleep(PAUSE_S)
        with pytest.raises(HyperVError):
            list(watch.changes(PATIENCE_S))
