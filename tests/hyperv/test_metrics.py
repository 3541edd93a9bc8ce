"""What machines use: metered from when it is asked for, read in as many requests for one as for many."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import BlankDisk
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.request import DiskRequest
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.wql import select
from tests.capabilities import shows
from tests.hyperv.counting import requests
from tests.hyperv.specs import GIB, machine_spec
from tests.hyperv.stock import add_switch


@pytest.fixture(scope="module", autouse=True)
def switch(host: Host) -> None:
    add_switch(host)


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    """A running machine with two disks and a connected adapter."""
    disks = tuple(DiskRequest(name, BlankDisk(), size_bytes=GIB) for name in ("root", "data"))
    adapters = (NetworkAdapter("eth0", switch="lab"),)
    created = host.create(machine_spec("metered", disks=disks, network_adapters=adapters))
    created.start()
    yield created
    created.delete()


@shows("L1", "L2", "L3")
def test_metering_is_switched_on_and_off(emulated: EmulatedHost, host: Host, machine: VirtualMachine) -> None:
    with pytest.raises(NotFoundError, match="metered"):
        machine.metrics()
    with requests(emulated, host) as asked:
        machine.start_metering()
    assert asked == ["Enumerate"] * 2 + ["Invoke"] * 2
    with requests(emulated, host) as asked:
        machine.start_metering()
    assert asked == ["Enumerate"] * 2 + ["Invoke"]
    with requests(emulated, host) as asked:
        use = machine.metrics()
    assert asked == ["Enumerate"] * 2
    assert use.guid == machine.guid
    deadline = Deadline.after(10)
    while machine.metrics().memory_mb != 512:
        sleep(min(0.05, deadline.check()))
    machine.stop_metering()
    with pytest.raises(NotFoundError):
        machine.metrics()


@shows("L2", "L4")
def test_all_machines_with_their_devices_take_three_requests(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    other = host.create(machine_spec("other"))
    for each in (machine, other):
        each.start_metering()
    with requests(emulated, host) as asked:
        use = host.metrics()
    assert asked == ["Enumerate"] * 3
    assert set(use.machines) == {machine.guid, other.guid}
    assert use.machines[machine.guid].guid == machine.guid
    assert len(use.disks) == 2
    assert all(machine.guid in disk for disk in use.disks)
    names = {
        str(row["InstanceID"]): row["ElementName"]
        for row in host.session.query(select("Msvm_SyntheticEthernetPortSettingData"))
    }
    assert [names[adapter] for adapter in use.adapters] == ["eth0"]
    other.delete()
