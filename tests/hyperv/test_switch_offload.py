"""What network cards take off the processors, and how much of that machines use."""

from __future__ import annotations

from pathlib import Path

from openhyperv.emulator.host.hardware import Hardware, NetworkAdapter, Offload, adapters_for
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.switches.offload import Capacity, OffloadCard
from openhyperv.machine.network_adapter import NetworkAdapter as Adapter
from openhyperv.machine.port import PortSpec
from openhyperv.machine.switch import SwitchSpec
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import machine_spec
from tests.hyperv.stock import add_switch
from tests.oswin.switching import make_switch

CARD = NetworkAdapter(
    guid="5C2C4E0C-9E1A-4B5F-8C1D-2D6C0B0F7A11",
    name="Fast Adapter",
    mac="00155D00AA01",
    offload=Offload(virtual_functions=4, queue_pairs=8, vmqs=16, ipsec_associations=32),
)


@shows("M8")
def test_external_switches_tell_what_their_cards_offer_and_what_is_used(tmp_path: Path) -> None:
    hardware = Hardware(adapters=(CARD, *adapters_for("HV1", 1)))
    with (
        emulated_host(tmp_path, hardware=hardware, has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        make_switch(host.session, "fast", adapter="Fast Adapter", has_iov=True)
        add_switch(host, "private")
        with requests(emulated, host) as sent:
            (fast,) = host.switches.offload()
        assert sent == ["Enumerate"] * 4
        assert (fast.switch, fast.cards) == ("fast", (OffloadCard(CARD.name, CARD.pnp_device_id),))
        assert (fast.virtual_functions, fast.queue_pairs) == (Capacity(4, 0), Capacity(8, 0))
        assert (fast.vmqs, fast.ipsec_associations) == (Capacity(16, 0), Capacity(32, 0))
        machine = host.create(machine_spec(network_adapters=(Adapter("eth0"),)))
        host.bind_port("eth0", PortSpec(switch="fast"))
        machine.start()
        (used,) = host.switches.offload()
        assert used.vmqs == Capacity(16, 1)


def test_a_team_tells_all_its_cards(tmp_path: Path) -> None:
    hardware = Hardware(adapters=(CARD, *adapters_for("HV1", 2)))
    with (
        emulated_host(tmp_path, hardware=hardware) as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        host.switches.create(SwitchSpec(name="team", adapters=("Fast Adapter", "Ethernet 2")))
        (team,) = host.switches.offload()
        assert {card.description for card in team.cards} == {"Emulated Ethernet Adapter", "Fast Adapter"}
        assert len({card.pnp_device_id for card in team.cards}) == 2
