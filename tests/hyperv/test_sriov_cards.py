"""The network cards whose virtual functions switches lend, and where they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Hardware, NetworkAdapter, Offload, adapters_for
from openhyperv.hyperv.devices.sriov_cards import SriovCard
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.switches.offload import Capacity
from openhyperv.machine.network_adapter import NetworkAdapter as Adapter
from openhyperv.machine.pci import PciAddress, PciDevice
from openhyperv.machine.port import PortSpec
from openhyperv.machine.port_offload import PortOffload
from openhyperv.machine.switch import SwitchSpec
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import machine_spec

PORTS = [
    NetworkAdapter(
        guid=f"5C2C4E0C-9E1A-4B5F-8C1D-2D6C0B0F7A1{function}",
        name=f"Dual Port Adapter #{function}",
        mac=f"00155D00AA0{function}",
        offload=Offload(virtual_functions=4, queue_pairs=8),
        bus=0x3B,
        slot=0,
        function=function,
    )
    for function in (0, 1)
]


@pytest.fixture
def version() -> str:
    return "2025"


@pytest.fixture
def emulated(tmp_path: Path, version: str) -> Iterator[EmulatedHost]:
    hardware = Hardware(adapters=(*PORTS, *adapters_for("HV1", 1)))
    with emulated_host(tmp_path, hardware=hardware, version=version, has_files=True) as running:
        yield running


@pytest.fixture
def host(emulated: EmulatedHost) -> Iterator[Host]:
    with Host.connect(target_of(emulated)) as connected:
        yield connected


def card(switch: str, function: int, used: int = 0) -> SriovCard:
    return SriovCard(switch, PciDevice(PciAddress(0, 0x3B, 0, function), "1af4", "1041"), Capacity(4, used))


def make_switch(host: Host, name: str, function: int) -> None:
    adapter = PORTS[function].name
    host.switches.create(SwitchSpec(name=name, adapters=(adapter,), iov_preferred=True))


@shows("M8")
@pytest.mark.parametrize("version", ["2012R2", "2016", "2025"])
def test_the_ports_of_one_card_are_told_apart(emulated: EmulatedHost, host: Host) -> None:
    make_switch(host, "second", 1)
    make_switch(host, "first", 0)
    with requests(emulated, host) as sent:
        assert host.devices.sriov_cards() == [card("first", 0), card("second", 1)]
    assert sent == ["Enumerate"] * 5


@shows("M8")
def test_a_machine_that_runs_has_its_function_of_the_switch(host: Host) -> None:
    make_switch(host, "fast", 0)
    machine = host.create(machine_spec(network_adapters=(Adapter("eth0"),)))
    host.bind_port("eth0", PortSpec(switch="fast", offload=PortOffload(iov_weight=100)))
    machine.start()
    assert host.devices.sriov_cards() == [card("fast", 0, used=1)]


@shows("N15")
def test_an_adapter_that_was_plugged_into_a_running_machine_has_one_too(
    emulated: EmulatedHost, host: Host
) -> None:
    make_switch(host, "fast", 0)
    machine = host.create(machine_spec())
    machine.start()
    machine.adapters.add(Adapter("eth0"))
    with requests(emulated, host) as sent:
        host.bind_port("eth0", PortSpec(switch="fast", offload=PortOffload(iov_weight=100)))
    assert sent == ["Enumerate"] * 5 + ["Invoke"] * 3  # one to look at what came with the cable
    assert host.devices.sriov_cards() == [card("fast", 0, used=1)]


def test_a_team_is_known_by_its_first_card(host: Host) -> None:
    names = (PORTS[1].name, PORTS[0].name)
    host.switches.create(SwitchSpec(name="team", adapters=names, iov_preferred=True))
    device = PciDevice(PciAddress(0, 0x3B, 0, 0), "1af4", "1041")
    assert host.devices.sriov_cards() == [SriovCard("team", device, Capacity(8, 0))]


def test_a_switch_without_functions_lends_none(host: Host) -> None:
    (plain,) = adapters_for("HV1", 1)
    host.switches.create(SwitchSpec(name="no SR-IOV", adapters=(PORTS[0].name,)))
    host.switches.create(SwitchSpec(name="no functions", adapters=(plain.name,), iov_preferred=True))
    assert host.devices.sriov_cards() == []
