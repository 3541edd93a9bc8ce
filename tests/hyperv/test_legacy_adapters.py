"""Legacy adapters of generation 1 machines have ports as others do, whichever way they are named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.device_changes import add_devices
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.ports.inventory import AdapterHappening, AdapterInventory
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import AccessVlan, PortSpec
from openhyperv.wire.instance import Instance
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_1, machine_spec
from tests.hyperv.stock import add_switch

KIND = {"ResourceType": 10, "ResourceSubType": "Microsoft:Hyper-V:Emulated Ethernet Port"}
SPEC = PortSpec(switch="lab", vlan=AccessVlan(7))


@pytest.fixture(scope="module", autouse=True)
def lab(host: Host) -> None:
    add_switch(host)


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    """One with the adapter ``pxe``, which has no cable yet."""
    machine = host.create(machine_spec("old", GEN_1))
    legacy = Instance("Msvm_EmulatedEthernetPortSettingData", {**KIND, "ElementName": "pxe"})
    add_devices(host.session, machine.guid, [legacy])
    yield machine
    machine.delete()


def _plugged(host: Host) -> list[tuple[str, str | None, object]]:
    return [
        (port.adapter, port.switch, port.state.settings.vlan)
        for port in host.switches.ports()
        if port.machine == "old"
    ]


@pytest.mark.usefixtures("machine")
def test_by_name(emulated: EmulatedHost, host: Host) -> None:
    with requests(emulated, host) as asked:
        host.bind_port("pxe", SPEC)
    assert asked == ["Enumerate"] * 5 + ["Invoke"] * 3
    assert _plugged(host) == [("pxe", "lab", AccessVlan(7))]
    with requests(emulated, host) as asked:
        host.bind_port("pxe", SPEC)
    assert asked == ["Enumerate"] * 3
    host.unbind_port("pxe")
    assert _plugged(host) == [("pxe", None, None)]


def test_by_key(emulated: EmulatedHost, host: Host, machine: VirtualMachine) -> None:
    key = machine.adapters.key("pxe")
    with requests(emulated, host) as asked:
        host.bind_port(key, SPEC)
    assert asked == ["Enumerate"] * 4 + ["Invoke"] * 3
    assert _plugged(host) == [("pxe", "lab", AccessVlan(7))]
    host.unbind_port(key)
    assert _plugged(host) == [("pxe", None, None)]


def test_after_one_look_at_all(emulated: EmulatedHost, host: Host, machine: VirtualMachine) -> None:
    with requests(emulated, host) as asked:
        reading = host.ports()
        (switch,) = reading.switches
        host.bind_port("pxe", evolve(SPEC, switch=switch.guid), reading)
    assert asked == ["Enumerate"] + ["Invoke"] * 3
    assert _plugged(host) == [("pxe", "lab", AccessVlan(7))]
    assert reading.adapters == {"pxe": {machine.adapters.key("pxe")}}


@pytest.mark.usefixtures("machine")
def test_it_is_seen_where_adapters_are_listed(host: Host) -> None:
    (change,) = AdapterInventory(host.session).read()
    assert (change.happening, change.name) == (AdapterHappening.APPEARED, "pxe")


def test_as_one_of_the_machines_adapters(host: Host, machine: VirtualMachine) -> None:
    machine.adapters.change(NetworkAdapter("pxe", switch="lab", vlan_id=7))
    assert _plugged(host) == [("pxe", "lab", AccessVlan(7))]
    machine.adapters.change(NetworkAdapter("pxe"))
    assert _plugged(host) == [("pxe", None, AccessVlan(7))]
