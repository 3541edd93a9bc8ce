"""Cards of machines that run in QEMU have cables, also after saving and unplugging; no system runs there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost, Guests
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.switches.mac_addresses import adapters
from openhyperv.emulator.host.switches.wiring import FabricWiring
from openhyperv.emulator.network.fabric import Fabric
from openhyperv.emulator.network.settings import PortSettings, Security
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.switch import SwitchSpec
from tests.emulated import emulated_host, target_of
from tests.emulator_network.crafting import BROADCAST, UDP, ethernet, ip, udp
from tests.emulator_network.wires import Card, everybody, wait_until
from tests.hyperv.specs import machine_spec

pytestmark = pytest.mark.guest
SWITCH = "lab"


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    data = tmp_path_factory.mktemp("host")
    data.chmod(0o755)
    with emulated_host(data, has_files=True, guests=Guests.QEMU) as running:
        yield running


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    with Host.connect(target_of(emulated)) as connected:
        connected.switches.create(SwitchSpec(name=SWITCH))
        yield connected


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    """A running machine with one card at the switch, of generation 2."""
    card = NetworkAdapter("eth0", "00155D000001", SWITCH)
    made = host.create(machine_spec("vm", network_adapters=(card,)))
    made.start()
    yield made
    made.turn_off()
    made.delete()


@pytest.fixture
def shouting(emulated: EmulatedHost, host: Host) -> Iterator[Card]:
    """A card at the same switch, which is this test's."""
    mac = bytes.fromhex("00155d0000ff")
    settings = PortSettings(switch=host.switches.list()[0].guid, mac=mac, security=Security())
    fabric = fabric_of(emulated)
    fabric.define("test", {"nic": settings})
    card = Card("test", mac, fabric.plug("test", "nic"))
    yield card
    card.end.close()


def fabric_of(emulated: EmulatedHost) -> Fabric:
    assert isinstance(emulated.host.wiring, FabricWiring)
    return emulated.host.wiring.fabric


def hears(emulated: EmulatedHost, machine: VirtualMachine, shouting: Card) -> list[bool]:
    """Which of a machine's cards get a frame for everybody, in the order of their making."""
    system = emulated.host.systems.find(machine.guid)
    assert isinstance(system, VirtualSystem)
    fabric, own = fabric_of(emulated), fabric_of(emulated).traffic("test", "nic").sent.packets
    names = [nic.tail for nic in adapters(system.configuration)]
    before = [fabric.traffic(machine.guid, name).received.packets for name in names]
    shouting.send(everybody(shouting))
    wait_until(lambda: fabric.traffic("test", "nic").sent.packets > own)
    after = [fabric.traffic(machine.guid, name).received.packets for name in names]
    return [now > then for now, then in zip(after, before, strict=True)]


def test_a_card_is_at_its_port_again_after_the_machine_was_saved(
    emulated: EmulatedHost, machine: VirtualMachine, shouting: Card
) -> None:
    assert hears(emulated, machine, shouting) == [True]
    machine.save()
    machine.start()
    assert hears(emulated, machine, shouting) == [True]


def test_cards_without_a_switch_hear_nothing(
    emulated: EmulatedHost, machine: VirtualMachine, shouting: Card
) -> None:
    machine.adapters.change(NetworkAdapter("eth0", "00155D000001"))
    assert hears(emulated, machine, shouting) == [False]
    machine.adapters.change(NetworkAdapter("eth0", "00155D000001", SWITCH))
    assert hears(emulated, machine, shouting) == [True]
    machine.adapters.change(NetworkAdapter("eth0", "00155D000001", SWITCH, 7))
    assert hears(emulated, machine, shouting) == [False]


def test_meters_count_what_really_passes(
    emulated: EmulatedHost, machine: VirtualMachine, shouting: Card
) -> None:
    """What passes before the guest's counters were read for the first time is not metered: it goes on."""
    machine.start_metering()
    body = ip("10.0.0.1", "10.255.255.255", UDP, udp(9, 9, bytes(1400)))
    frames = [ethernet(shouting.mac, BROADCAST, body)] * 100

    def has_metered() -> bool:
        shouting.send(*frames)
        return machine.metrics().network.received_mb > 0

    wait_until(has_metered)
    sent = fabric_of(emulated).traffic("test", "nic").sent
    assert machine.metrics().network.received_mb <= sent.total_bytes / 2**20
    assert machine.metrics().network.sent_mb == 0
