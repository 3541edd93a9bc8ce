"""What goes wrong on the way: time that runs out, connections that break, faults."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import ResetAfter, ResetBefore, Slow, WsmanFault
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.wire.fault import WsmanCode
from tests.wmi.conftest import VIRTUALIZATION
from tests.wmi.making import STATE_CHANGES, failure_code

TIMED_OUT = 0x40004
RPC_CALL_FAILED = -2147023170
QUOTA_VIOLATION = -2147217300
NOT_FOUND, INVALID_NAMESPACE = -2147217406, -2147217394
PATIENCE_MS = 20_000


@pytest.fixture(autouse=True)
def undisturbed(host: EmulatedHost) -> Iterator[None]:
    yield
    host.rules.clear()


def subscribed(host: EmulatedHost) -> int:
    """How often the host was subscribed to."""
    return sum(count for (name, _), count in host.service.counts().items() if name is OperationName.SUBSCRIBE)


def test_time_that_runs_out_is_a_timeout_of_its_own(wmi: Any, host: EmulatedHost) -> None:
    hasty, patient = wmi.WMI(VIRTUALIZATION, operation_timeout=0.5), wmi.WMI(VIRTUALIZATION)
    host.rules.add(Rule(action=Slow(delay_s=1.5), class_name="Msvm_ComputerSystem"))
    text = "SELECT * FROM Msvm_ComputerSystem"
    for ask in (
        hasty.Msvm_ComputerSystem,
        lambda: patient.query(text, operation_options={"operation_timeout": 0.5}),
    ):
        with pytest.raises(wmi.x_wmi_timed_out) as late:
            ask()
        assert failure_code(late.value) == TIMED_OUT
    assert patient.query(text)


def test_a_connection_that_broke_unseen_is_replaced(conn: Any, host: EmulatedHost) -> None:
    conn.Msvm_ComputerSystem()
    host.rules.add(Rule(action=ResetBefore(), count=1))
    assert len(conn.Msvm_ComputerSystem()) == 4


def test_a_method_whose_answer_is_lost_is_not_called_again(wmi: Any, conn: Any, host: EmulatedHost) -> None:
    service = conn.Msvm_VirtualSystemManagementService()[0]
    before = len(conn.Msvm_ComputerSystem())
    host.rules.add(Rule(action=ResetAfter(), method="DefineSystem", count=1))
    with pytest.raises(wmi.x_wmi, match="outcome is unknown") as lost:
        service.DefineSystem()
    assert failure_code(lost.value) == RPC_CALL_FAILED
    assert len(conn.Msvm_ComputerSystem()) == before + 1


@pytest.mark.parametrize(
    ("namespace", "code"),
    [
        ("root/microsoft/windows/hgs", WsmanCode.RESOURCE_NOT_FOUND),
        ("root/microsoft/windows/smb", WsmanCode.CANNOT_PROCESS_FILTER),
    ],
)
def test_a_missing_namespace_is_told_as_such_whatever_winrm_calls_it(
    wmi: Any, host: EmulatedHost, namespace: str, code: int
) -> None:
    """os-win looks at this code to tell hosts without Hyper-V."""
    host.rules.add(Rule(action=WsmanFault(code=code), class_name="__NAMESPACE", count=1))
    with pytest.raises(wmi.x_wmi) as refused:
        wmi.WMI(namespace)
    assert failure_code(refused.value) == INVALID_NAMESPACE
    assert wmi.WMI(namespace)


def test_what_winrm_does_not_find_is_not_found(wmi: Any, machine: Any, host: EmulatedHost) -> None:
    host.rules.add(Rule(action=WsmanFault(code=WsmanCode.RESOURCE_NOT_FOUND), count=1))
    with pytest.raises(wmi.x_wmi) as refused:
        wmi.WMI(machine.path_())
    assert failure_code(refused.value) == NOT_FOUND


def test_a_fault_is_told_by_its_code(wmi: Any, conn: Any, host: EmulatedHost) -> None:
    host.rules.add(Rule(action=WsmanFault(code=WsmanCode.USER_OPERATION_QUOTA), count=1))
    with pytest.raises(wmi.x_wmi) as refused:
        conn.Msvm_ComputerSystem()
    assert failure_code(refused.value) == QUOTA_VIOLATION
    assert "rule of the emulated host" in refused.value.com_error.excepinfo[2]


def test_a_watch_that_breaks_is_taken_up_again_and_leaves_nothing(conn: Any, host: EmulatedHost) -> None:
    watcher = conn.watch_for(raw_wql=STATE_CHANGES)
    host.rules.add(Rule(action=ResetAfter(), operation=OperationName.PULL, count=1))
    machine = conn.Msvm_ComputerSystem(ElementName="vm0001")[0]
    machine.RequestStateChange(2)
    deadline = monotonic() + PATIENCE_MS / 1000
    while subscribed(host) < 2 or host.contexts.counts()[1] > 1:
        assert monotonic() < deadline
        sleep(0.05)
    machine.RequestStateChange(3)
    assert watcher(PATIENCE_MS).EnabledState == 3
    watcher.close()
    assert host.contexts.counts() == (0, 0)
