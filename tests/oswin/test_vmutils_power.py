"""os-win starts and ends machines, and hears of what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest

from tests.oswin.proving import proves
from tests.oswin.reading import Machine

pytestmark = pytest.mark.usefixtures("windows")

DEADLINE_S = 20
ENABLED, DISABLED, REBOOT, PAUSED, SUSPENDED = 2, 3, 10, 32768, 32769
"""os-win's own numbers of states."""


def wait_for(is_there: Callable[[], bool]) -> None:
    deadline = monotonic() + DEADLINE_S
    while not is_there():
        assert monotonic() < deadline
        sleep(0.05)


@proves("vmutils.VMUtils.set_vm_state", "vmutils.VMUtils.get_vm_state")
def test_a_machine_goes_from_state_to_state(vmutils: Any, machine: Machine) -> None:
    assert vmutils.get_vm_state(machine.name) == DISABLED
    steps = [(ENABLED, 2), (PAUSED, 9), (ENABLED, 2), (SUSPENDED, 6), (ENABLED, 2), (DISABLED, 3)]
    for asked, enabled_state in steps:
        vmutils.set_vm_state(machine.name, asked)
        assert machine.state == enabled_state
        assert vmutils.get_vm_state(machine.name) == asked


@proves("vmutils.VMUtils.set_vm_state")
def test_a_reset_machine_runs_anew(vmutils: Any, machine: Machine) -> None:
    vmutils.set_vm_state(machine.name, ENABLED)
    wait_for(lambda: int(str(machine.system["OnTimeInMilliseconds"])) > 500)
    vmutils.set_vm_state(machine.name, REBOOT)
    assert machine.state == 2


def test_asking_for_the_present_state_is_no_error(vmutils: Any, machine: Machine) -> None:
    vmutils.set_vm_state(machine.name, DISABLED)
    assert machine.state == 3


@proves("vmutils.VMUtils.get_vm_summary_info")
def test_the_summary_tells_what_a_machine_uses(vmutils: Any, machine: Machine) -> None:
    vmutils.update_vm(machine.name, 1024, 0, 3, 0, False, 1)
    off = vmutils.get_vm_summary_info(machine.name)
    assert off == {"NumberOfProcessors": 3, "EnabledState": DISABLED, "MemoryUsage": 0, "UpTime": 0}

    vmutils.set_vm_state(machine.name, ENABLED)
    wait_for(lambda: int(str(machine.system["OnTimeInMilliseconds"])) > 0)
    on = vmutils.get_vm_summary_info(machine.name)
    assert (on["EnabledState"], on["MemoryUsage"]) == (ENABLED, 1024)
    assert 0 < on["UpTime"] <= int(str(machine.system["OnTimeInMilliseconds"]))


@proves("vmutils.VMUtils.get_active_instances")
def test_running_machines_are_told_apart(vmutils: Any, machine: Machine) -> None:
    assert machine.name not in vmutils.get_active_instances()
    vmutils.set_vm_state(machine.name, ENABLED)
    assert machine.name in vmutils.get_active_instances()


@proves("vmutils.VMUtils.get_vm_power_state")
def test_states_of_hyper_v_are_states_of_os_win(vmutils: Any, machine: Machine) -> None:
    vmutils.set_vm_state(machine.name, ENABLED)
    vmutils.set_vm_state(machine.name, PAUSED)
    assert vmutils.get_vm_power_state(machine.state) == PAUSED


@proves("vmutils.VMUtils.soft_shutdown_vm")
def test_a_guest_shuts_down_when_asked(vmutils: Any, machine: Machine) -> None:
    vmutils.set_vm_state(machine.name, ENABLED)
    vmutils.soft_shutdown_vm(machine.name)
    wait_for(lambda: machine.state == 3)
    vmutils.soft_shutdown_vm(machine.name)  # of a machine that is off is no error


class Enough(BaseException):
    """Ends os-win's listener, which has no other end."""


@proves("vmutils.VMUtils.get_vm_power_state_change_listener")
def test_changes_of_state_are_heard(vmutils: Any, machine: Machine) -> None:
    heard: Queue[tuple[str, int]] = Queue()
    listen = vmutils.get_vm_power_state_change_listener(
        timeframe=1, event_timeout=100, filtered_states=[2, 3], get_handler=True
    )

    def hear(name: str, state: int) -> None:
        heard.put((name, state))
        if state == DISABLED:
            raise Enough

    def listen_to_the_end() -> None:
        with pytest.raises(Enough):
            listen(hear)

    thread = Thread(target=listen_to_the_end)
    thread.start()
    for state in (ENABLED, PAUSED, DISABLED):
        vmutils.set_vm_state(machine.name, state)
        sleep(1.2)  # it looks once in a second
    thread.join(DEADLINE_S)
    assert not thread.is_alive()
    assert list(heard.queue) == [(machine.name, ENABLED), (machine.name, DISABLED)]
