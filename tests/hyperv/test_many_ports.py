"""Binding many ports after one look at all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import WsmanFault
from openhyperv.emulator.rules.matching import Rule, Rules
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import AccessVlan, Direction, PortRange, PortRule, PortSpec, Protocol
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import machine_spec
from tests.hyperv.stock import add_switch

NAMES = tuple(f"port-{number}" for number in range(6))
RULES = tuple(
    PortRule(Direction.INCOMING, protocol=Protocol.TCP, ports=PortRange(port, port), stateful=True)
    for port in range(8000, 8010)
)


@pytest.fixture(scope="module")
def spec(host: Host) -> PortSpec:
    add_switch(host)
    (switch,) = host.switches.list()
    return PortSpec(switch=switch.guid, vlan=AccessVlan(7), rules=RULES)


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    adapters = tuple(map(NetworkAdapter, NAMES))
    made = host.create(machine_spec("many", network_adapters=adapters))
    yield made
    made.delete()


def test_two_requests_for_each_port_and_one_for_all(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine, spec: PortSpec
) -> None:
    with requests(emulated, host) as asked:
        reading = host.ports()
        for name in NAMES:
            host.bind_port(name, spec, reading)
    assert asked == ["Enumerate"] + ["Invoke"] * 2 * len(NAMES)
    assert {each.specification.vlan_id for each in machine.adapters.list()} == {7}


def test_one_request_for_all_that_is_in_place(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine, spec: PortSpec
) -> None:
    for name in NAMES:
        host.bind_port(name, spec)
    moved = evolve(spec, vlan=AccessVlan(9))
    with requests(emulated, host) as asked:
        reading = host.ports()
        for name in NAMES[1:]:
            host.bind_port(name, spec, reading)
        host.bind_port(NAMES[0], moved, reading)
    assert asked == ["Enumerate", "Invoke"]
    vlans = {each.name: each.specification.vlan_id for each in machine.adapters.list()}
    assert vlans == dict.fromkeys(NAMES, 7) | {NAMES[0]: 9}


def test_copies_in_checkpoints_are_not_taken_for_the_machines_own(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine, spec: PortSpec
) -> None:
    machine.checkpoints.take()
    with requests(emulated, host) as asked:
        reading = host.ports()
        host.bind_port(NAMES[0], spec, reading)
    assert asked == ["Enumerate"] + ["Invoke"] * 2
    assert next(each for each in machine.adapters.list() if each.name == NAMES[0]).specification.vlan_id == 7


@pytest.mark.usefixtures("machine")
def test_a_reading_tells_what_is_otherwise_than_it_should_be(host: Host, spec: PortSpec) -> None:
    well, moved, unplugged, changed = NAMES[:4]
    for name in NAMES[:4]:
        host.bind_port(name, spec)
    host.bind_port(moved, evolve(spec, vlan=AccessVlan(9)))
    host.unbind_port(unplugged)
    host.bind_port(changed, evolve(spec, rules=RULES[1:]))
    reading = host.ports()
    assert [name for name in NAMES[:4] if not reading.shows(name, spec)] == [moved, unplugged, changed]
    assert reading.shows(unplugged, None)
    assert not reading.shows(well, None)
    assert reading.cable_name(well) == well
    assert reading.shows("of no machine", spec)
    assert reading.adapters.keys() == set(NAMES)
    assert [switch.guid for switch in reading.switches] == [spec.switch]


def test_a_host_that_cannot_tell_everything_at_once_is_asked_piece_by_piece(tmp_path: Path) -> None:
    refused = Rule(action=WsmanFault(code=0x80041004), class_name="CIM_SettingData")
    with (
        emulated_host(tmp_path, Rules([refused]), has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        add_switch(host)
        (switch,) = host.switches.list()
        machine = host.create(machine_spec("m", network_adapters=(NetworkAdapter("eth0"),)))
        spec = PortSpec(switch=switch.guid, vlan=AccessVlan(7), rules=RULES)
        host.bind_port("eth0", spec)
        machine.checkpoints.take()
        reading = host.ports()
    assert reading.switches == (switch,)
    assert reading.shows("eth0", spec)
    assert not reading.shows("eth0", evolve(spec, rules=()))
