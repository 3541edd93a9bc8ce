"""What isolation by VLAN, given to ports of machines, does to their frames. The cards are the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost, Guests
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.switches.mac_addresses import adapters
from openhyperv.emulator.host.switches.wiring import FabricWiring
from openhyperv.hyperv.host import Host
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import AccessVlan, PortSettings, TrunkVlan
from openhyperv.machine.port_isolation import IsolationMode, PortIsolation
from openhyperv.machine.switch import SwitchSpec
from tests.emulated import emulated_host, target_of
from tests.emulator_network.crafting import arp, ethernet
from tests.emulator_network.wires import Card, wait_until
from tests.hyperv.specs import machine_spec

pytestmark = pytest.mark.guest
ISOLATED = PortIsolation(mode=IsolationMode.VLAN, default_id=7, allow_untagged=True)
MACS = {"one": "00155D000001", "two": "00155D000002"}


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path_factory.mktemp("host"), has_files=True, guests=Guests.QEMU) as running:
        yield running


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    """A host with two machines, which are off, at one switch."""
    with Host.connect(target_of(emulated)) as connected:
        connected.switches.create(SwitchSpec(name="lab"))
        for name, mac in MACS.items():
            adapter = NetworkAdapter(name, mac, "lab")
            connected.create(machine_spec(name, network_adapters=(adapter,)))
        yield connected


@pytest.fixture
def reaches(emulated: EmulatedHost, host: Host) -> Iterator[Callable[[bytes], bool]]:
    """Whether a frame of the first machine's card comes to the other one's."""
    one, two = (_card(emulated, host, name) for name in MACS)
    fabric = _wiring(emulated).fabric
    guid = host.machine("one").guid

    def handled() -> int:
        sent = fabric.traffic(guid, one.name).sent
        return sent.packets + sent.dropped

    def sends(frame: bytes) -> bool:
        before = handled()
        one.send(frame)
        wait_until(lambda: handled() > before)
        return bool(two.received())

    yield sends
    one.end.close()
    two.end.close()


def _wiring(emulated: EmulatedHost) -> FabricWiring:
    assert isinstance(emulated.host.wiring, FabricWiring)
    return emulated.host.wiring


def _card(emulated: EmulatedHost, host: Host, name: str) -> Card:
    guid = host.machine(name).guid
    system = emulated.host.systems.find(guid)
    assert isinstance(system, VirtualSystem)
    (nic,) = adapters(system.configuration)
    return Card(nic.tail, bytes.fromhex(MACS[name]), _wiring(emulated).fabric.plug(guid, nic.tail))


def _change(host: Host, **ports: PortSettings) -> None:
    for name, wanted in ports.items():
        edit = partial(evolve, vlan=wanted.vlan, isolation=wanted.isolation)
        host.switches.change_port(name, edit)


HELLO = ethernet(bytes.fromhex(MACS["one"]), b"\xff" * 6, arp(bytes.fromhex(MACS["one"])))
TAGGED = HELLO[:12] + b"\x81\x00\x00\x07" + HELLO[12:]


@pytest.mark.parametrize(
    ("second", "comes"),
    [
        (PortSettings(isolation=ISOLATED), True),
        (PortSettings(vlan=AccessVlan(7)), True),
        (PortSettings(vlan=TrunkVlan((7, 8))), True),
        (PortSettings(vlan=AccessVlan(8)), False),
        (PortSettings(), False),
        (PortSettings(isolation=evolve(ISOLATED, default_id=8)), False),
        (PortSettings(isolation=evolve(ISOLATED, allow_untagged=False)), False),
    ],
)
def test_what_has_no_tag_is_in_the_default_network(
    host: Host, reaches: Callable[[bytes], bool], second: PortSettings, comes: bool
) -> None:
    second = evolve(second, isolation=second.isolation or PortIsolation(mode=IsolationMode.NONE))
    _change(host, one=PortSettings(isolation=ISOLATED), two=second)
    assert reaches(HELLO) is comes
    assert not reaches(TAGGED)


def test_where_nothing_untagged_may_pass_nothing_leaves(host: Host, reaches: Callable[[bytes], bool]) -> None:
    silent = evolve(ISOLATED, allow_untagged=False)
    _change(host, one=PortSettings(isolation=silent), two=PortSettings(isolation=ISOLATED))
    assert not reaches(HELLO)
    _change(host, one=PortSettings(isolation=ISOLATED))
    assert reaches(HELLO)
