"""Watchers: events one by one, in time or not at all, and never left behind."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from threading import Timer
from types import ModuleType
from typing import Any

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from tests.wmi.conftest import VIRTUALIZATION
from tests.wmi.making import STATE_CHANGES, failure_code

CALL_CANCELLED = -2147217358
TIMED_OUT = 0x40004
START, STOP = 2, 3
PATIENCE_MS = 20_000


def subscriptions(host: EmulatedHost) -> int:
    return host.contexts.counts()[1]


@pytest.fixture
def watcher(conn: Any) -> Iterator[Any]:
    opened = conn.watch_for(raw_wql=STATE_CHANGES)
    yield opened
    opened.close()


def test_an_event_brings_the_object_as_it_is_and_as_it_was(watcher: Any, machine: Any) -> None:
    machine.RequestStateChange(START)
    changed = watcher(PATIENCE_MS)
    assert (changed.ElementName, changed.EnabledState, changed.previous.EnabledState) == ("vm0001", 2, 3)
    assert changed == machine
    assert changed.previous.previous is None
    changed.RequestStateChange(STOP)
    assert watcher(PATIENCE_MS).EnabledState == 3


def test_events_are_kept_between_calls(conn: Any, watcher: Any) -> None:
    for number in (1, 2, 3):
        conn.Msvm_ComputerSystem(ElementName=f"vm000{number}")[0].RequestStateChange(START)
    seen = {watcher(PATIENCE_MS).ElementName for _ in range(3)}
    assert seen == {"vm0001", "vm0002", "vm0003"}
    for number in (1, 2, 3):
        conn.Msvm_ComputerSystem(ElementName=f"vm000{number}")[0].RequestStateChange(STOP)
    assert {watcher(PATIENCE_MS).EnabledState for _ in range(3)} == {3}


@pytest.mark.parametrize("timeout_ms", [-1, 2, 100])
def test_no_event_in_time_is_a_timeout_of_its_own(wmi: ModuleType, watcher: Any, timeout_ms: int) -> None:
    with pytest.raises(wmi.x_wmi_timed_out) as timed_out:
        watcher(timeout_ms)
    assert failure_code(timed_out.value) == TIMED_OUT


@pytest.mark.parametrize("forever", [(), (0,), (None,)])
def test_without_a_timeout_a_call_waits_until_there_is_an_event(
    watcher: Any, machine: Any, forever: tuple[int | None, ...]
) -> None:
    later = Timer(0.5, machine.RequestStateChange, (START,))
    later.start()
    assert watcher(*forever).EnabledState == 2
    later.join()
    machine.RequestStateChange(STOP)
    assert watcher(PATIENCE_MS).EnabledState == 3


def test_classes_take_the_other_words_of_the_interface(conn: Any, machine: Any) -> None:
    watcher = conn.Msvm_ComputerSystem.watch_for(
        raw_wql=STATE_CHANGES,
        notification_type="operation",
        wmi_class=None,
        delay_secs=1,
        fields=[],
        where="",
    )
    machine.RequestStateChange(START)
    assert watcher(PATIENCE_MS).ElementName == "vm0001"
    machine.RequestStateChange(STOP)
    assert watcher(PATIENCE_MS).ElementName == "vm0001"
    watcher.close()


def test_a_closed_watcher_has_no_subscription_and_no_events(
    wmi: ModuleType, conn: Any, host: EmulatedHost
) -> None:
    before = subscriptions(host)
    watcher = conn.subscribe(STATE_CHANGES)
    assert subscriptions(host) == before + 1
    watcher.close()
    watcher.close()
    assert subscriptions(host) == before
    with pytest.raises(wmi.x_wmi) as closed:
        watcher(PATIENCE_MS)
    assert failure_code(closed.value) == CALL_CANCELLED


def test_closing_ends_a_call_that_waits(wmi: ModuleType, conn: Any) -> None:
    watcher = conn.watch_for(raw_wql=STATE_CHANGES)
    Timer(0.5, watcher.close).start()
    with pytest.raises(wmi.x_wmi) as closed:
        watcher()
    assert failure_code(closed.value) == CALL_CANCELLED


def test_watchers_end_with_their_connection(wmi: ModuleType, host: EmulatedHost) -> None:
    before = subscriptions(host)
    conn = wmi.WMI(VIRTUALIZATION)
    watcher = conn.watch_for(raw_wql=STATE_CHANGES)
    assert subscriptions(host) == before + 1
    del conn
    gc.collect()
    assert subscriptions(host) == before
    with pytest.raises(wmi.x_wmi):
        watcher(PATIENCE_MS)


def test_a_watcher_that_nobody_holds_ends(conn: Any, host: EmulatedHost) -> None:
    before = subscriptions(host)
    conn.watch_for(raw_wql=STATE_CHANGES)
    gc.collect()
    assert subscriptions(host) == before


def test_the_end_of_the_process_ends_its_watchers(host: EmulatedHost) -> None:
    before = subscriptions(host)
    program = (
        "import openhyperv.wmi as w; w.install(); import wmi\n"
        f"conn = wmi.WMI({VIRTUALIZATION!r})\n"
        f"watcher = conn.watch_for(raw_wql={STATE_CHANGES!r})\n"
        "print('watching')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        env=host.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("watching\n", "", 0)
    assert subscriptions(host) == before


@pytest.mark.parametrize("wql", [None, "SELECT * FROM", "SELECT * FROM Msvm_ComputerSystem"])
def test_what_asks_for_no_events_is_refused(wmi: ModuleType, conn: Any, wql: str | None) -> None:
    with pytest.raises(wmi.x_wmi):
        conn.watch_for(raw_wql=wql)
