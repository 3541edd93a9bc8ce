"""An agent starts anew while guests are at work: nothing that passes between them is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.emulator_guests.booting import running
from tests.emulator_guests.networked import Networked, boot, mac_of
from tests.hyperv.specs import GEN_1, GEN_2
from tests.hyperv.stock import add_switch
from tests.witness import Witness

from openhyperv.emulator.debian_guest.boot_files import default_cache, fetch
from openhyperv.emulator.debian_guest.guests import build_all
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from tests_openstack.neutron.configuration import SWITCHES
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.servers import Servers
from tests_openstack.neutron.test_requests import requests_of_start

pytestmark = pytest.mark.timeout(900)
PORTS = 200
PORTS_OF_A_SERVER = 8
PINGS = 300
"""In thirty seconds."""


@pytest.fixture(scope="module")
def hosting(
    tmp_path_factory: pytest.TempPathFactory, witness: Witness
) -> Iterator[tuple[EmulatedHost, Host]]:
    with running(tmp_path_factory.mktemp("host"), rules=witness) as started:
        for switch in SWITCHES:
            add_switch(started[1], switch)
        yield started


@pytest.fixture(scope="module")
def emulated(hosting: tuple[EmulatedHost, Host]) -> EmulatedHost:
    return hosting[0]


@pytest.fixture(scope="module")
def host(hosting: tuple[EmulatedHost, Host]) -> Host:
    return hosting[1]


@pytest.fixture
def guests(
    bus: MessageBus, hosting: tuple[EmulatedHost, Host], tmp_path: Path
) -> tuple[Networked, Networked]:
    """Two that may ping each other, once an agent has bound their ports."""
    list(build_all(tmp_path, fetch(default_cache()), ["gen1", "gen2"]))
    group = bus.groups.add({"protocol": "icmp"}, {"direction": "egress"})
    starting = []
    for number, image, properties in ((1, "gen1.vhdx", GEN_1), (2, "gen2.vhdx", GEN_2)):
        mac = bytes.fromhex(mac_of(number)).hex(":")
        port_id = bus.ports.add(mac_address=mac, fixed_ips=[f"10.0.0.{number}"], security_groups=[group])
        starting.append(boot(hosting, tmp_path / image, None, number, properties, adapter=port_id))
    left, right = (each.up() for each in starting)
    return left, right


def test_guests_lose_nothing_while_the_agent_of_two_hundred_ports_starts_anew(
    bus: MessageBus, guests: tuple[Networked, Networked], servers: Servers, witness: Witness
) -> None:
    left, right = guests
    while len(bus.ports.ports) < PORTS:
        servers.boot(*(bus.ports.add() for _ in range(min(PORTS_OF_A_SERVER, PORTS - len(bus.ports.ports)))))
    requests_of_start(bus, witness, *bus.ports.ports)
    assert left.pings(right)
    left.in_background(f"ping -c {PINGS} -i 0.1 {right.address} >/tmp/pings")
    assert requests_of_start(bus, witness, *bus.ports.ports) == {"Enumerate": 1}
    assert left.shell.run("tail -n 2 /tmp/pings | grep -c transmitted || true") == "0", "it still sends"
    assert " 0% packet loss" in left.shell.run_until("tail -n 2 /tmp/pings", "transmitted")
