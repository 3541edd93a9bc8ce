"""How many requests it takes to delete checkpoints, and to export, import and clone machines: exactly."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.checkpoints.applying import WhenRunning
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.transfer.fitting import Fit
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.hyperv.counting import requests
from tests.hyperv.stock import SWITCH, Stock


@pytest.fixture
def machine(host: Host, stock: Stock) -> Iterator[VirtualMachine]:
    created = host.create(stock.spec(f"machine-{uuid4()}"))
    yield created
    created.delete()


@pytest.fixture
def folder() -> WindowsPath:
    return WindowsPath.parse(r"C:\exports") / str(uuid4())


def test_checkpoints(emulated: EmulatedHost, host: Host, machine: VirtualMachine) -> None:
    with requests(emulated, host) as taking:
        taken = machine.checkpoints.take("named")
    assert taking == ["Enumerate", "Invoke", "Invoke"]
    with requests(emulated, host) as showing:
        machine.checkpoints.tree()
    assert showing == ["Enumerate", "Enumerate"]
    with requests(emulated, host) as applying:
        machine.checkpoints.apply(taken, WhenRunning.TURN_OFF)
    assert applying == ["Invoke", "Invoke"]
    with requests(emulated, host) as deleting:
        machine.checkpoints.delete(taken)
    assert deleting == ["Enumerate", "Invoke"]


def test_an_export(emulated: EmulatedHost, host: Host, machine: VirtualMachine, folder: WindowsPath) -> None:
    with requests(emulated, host) as exporting:
        machine.transfer.export(folder)
    assert exporting == ["Invoke"]


def test_an_import(emulated: EmulatedHost, host: Host, stock: Stock, folder: WindowsPath) -> None:
    machine = host.create(stock.spec("imported"))
    machine.transfer.export(folder)
    machine.delete()
    with requests(emulated, host) as registering:
        guid = host.imports.register(folder)
    assert registering == ["Enumerate"] * 4 + ["Invoke"] * 3
    with requests(emulated, host) as again:
        host.imports.register(folder)
    assert again == ["Enumerate"] * 2
    with requests(emulated, host) as copying:
        copy = host.imports.copy(folder, name="copied", fit=Fit(switches={SWITCH: SWITCH}, memory_mb=1024))
    assert copying == ["Enumerate"] * 5 + ["Get"] * 2 + ["Invoke"] * 5
    for each in (guid, copy):
        host.machine(each).delete()


def test_a_clone(emulated: EmulatedHost, host: Host, machine: VirtualMachine) -> None:
    with requests(emulated, host) as cloning:
        clone = machine.transfer.clone("cloned")
    assert cloning == ["Enumerate"] * 5 + ["Get"] * 2 + ["Invoke"] * 6
    host.machine(clone).delete()
