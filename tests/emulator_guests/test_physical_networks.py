"""Guests of two emulated hosts, whose external switches are on one physical network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from openhyperv.machine.port import AccessVlan, PortSpec
from openhyperv.machine.switch import SwitchSpec
from tests.emulator_guests.booting import running
from tests.emulator_guests.networked import Networked, boot
from tests.fabrics import networks
from tests.hyperv.specs import GEN_1

pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]
SWITCH = "outside"


@pytest.fixture(scope="module")
def guests(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Networked]]:
    with ExitStack() as resources:
        folder = resources.enter_context(networks())
        started = []
        for number in (1, 2):
            data = tmp_path_factory.mktemp("host")
            hosting = resources.enter_context(running(data, name=f"HV{number}", networks=folder))
            switches = hosting[1].switches
            card = switches.cards()[0].guid
            switches.create(SwitchSpec(name=SWITCH, adapters=(card,), management_port=True))
            started.append(boot(hosting, images / "gen1.vhdx", SWITCH, number, GEN_1))
        try:
            yield [starting.up() for starting in started]
        finally:  # before any connection is closed: guests' ports are read on both hosts
            for starting in started:
                starting.machine.turn_off()


def test_guests_of_two_hosts_meet_in_their_vlan(guests: list[Networked]) -> None:
    first, second = guests
    assert first.pings(second)
    for guest in guests:
        guest.bind(PortSpec(switch=SWITCH, vlan=AccessVlan(7)))
    assert second.pings(first)
    second.bind(PortSpec(switch=SWITCH, vlan=AccessVlan(8)))
    assert not first.pings(second)
