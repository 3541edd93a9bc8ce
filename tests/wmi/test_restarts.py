"""Hosts that restart under connections, objects and watchers which live on."""

from __future__ import annotations

import logging
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

import openhyperv.wmi
from openhyperv.emulator.emulated_host import EmulatedHost
from tests.emulated import target_of
from tests.wmi.conftest import VIRTUALIZATION
from tests.wmi.making import STATE_CHANGES, define, failure_code
from tests.wmi.restarting import RestartingHost

RPC_UNAVAILABLE = -2147023174
START = 2
PATIENCE_MS = 20_000


def subscriptions(host: EmulatedHost) -> int:
    return host.contexts.counts()[1]


def wait_for_subscription(host: EmulatedHost) -> None:
    deadline = monotonic() + PATIENCE_MS / 1000
    while subscriptions(host) == 0:
        assert monotonic() < deadline
        sleep(0.05)


def test_a_class_taken_before_a_restart_works_after_it(tmp_path: Path) -> None:
    with RestartingHost(tmp_path) as host:
        wmi = openhyperv.wmi.install(target_of(host.running))
        conn = wmi.WMI(VIRTUALIZATION)
        kind, machine = conn.Msvm_ComputerSystem, conn.Msvm_ComputerSystem(ElementName="vm0001")[0]
        host.stop()
        with pytest.raises(wmi.x_wmi) as refused:
            kind()
        assert failure_code(refused.value) == RPC_UNAVAILABLE
        host.start()
        assert machine in kind()
        assert wmi.WMI(machine.path_()) == machine
        assert define(conn, "after")


def test_a_method_is_called_once_although_the_connection_died_unseen(tmp_path: Path) -> None:
    with RestartingHost(tmp_path) as host:
        conn: Any = openhyperv.wmi.install(target_of(host.running)).WMI(VIRTUALIZATION)
        define(conn, "before")
        host.stop()
        host.start()
        define(conn, "after")
        assert len(conn.Msvm_VirtualSystemSettingData(ElementName="after")) == 1


def test_a_watcher_survives_its_host_restarting(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with RestartingHost(tmp_path) as host, caplog.at_level(logging.WARNING, "openhyperv.wmi"):
        conn = openhyperv.wmi.install(target_of(host.running)).WMI(VIRTUALIZATION)
        watcher = conn.watch_for(raw_wql=STATE_CHANGES)
        host.stop()
        with pytest.raises(openhyperv.wmi.x_wmi_timed_out):
            watcher(1000)
        host.start()
        wait_for_subscription(host.running)
        conn.Msvm_ComputerSystem(ElementName="vm0001")[0].RequestStateChange(START)
        assert watcher(PATIENCE_MS).EnabledState == 2
        watcher.close()
        assert subscriptions(host.running) == 0
    assert "Events are missed" in caplog.text
    assert "of events are lost" in caplog.text


def test_a_watcher_can_be_closed_while_its_host_is_gone(tmp_path: Path) -> None:
    with RestartingHost(tmp_path) as host:
        conn = openhyperv.wmi.install(target_of(host.running)).WMI(VIRTUALIZATION)
        watcher = conn.watch_for(raw_wql=STATE_CHANGES)
        host.stop()
        watcher.close()
        with pytest.raises(openhyperv.wmi.x_wmi):
            watcher(1000)
