"""What ports cost a host in requests, counted exactly."""

from __future__ import annotations

from collections import Counter

import pytest
from oslo_config import cfg
from tests.witness import Witness

from openhyperv.emulator.rules.matching import Operation
from openhyperv.neutron import options
from openhyperv.neutron.agent import Agent
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.servers import Servers

START = 1
"""An agent that begins to serve a host reads everything at once: switches, adapters, and their ports."""
CHANGES = 2
"""A port: features are added, and it is plugged in."""
RULES = [{"protocol": "tcp", "port_range_min": port, "port_range_max": port} for port in range(8000, 8010)]


def requests_of_start(bus: MessageBus, witness: Witness, *port_ids: str) -> Counter[str]:
    """Start an agent, and stop it when those ports are up; subscriptions are not counted."""
    bus.ports.forget_told()
    with witness.watching() as seen:
        agent = Agent(options.served_hosts(cfg.CONF))
        agent.start()
        bus.ports.wait_until_told(*(("up", port_id) for port_id in port_ids))
        agent.stop()
    return counted(seen)


def counted(seen: list[Operation]) -> Counter[str]:
    """What was asked, by kind."""
    return Counter(str(each.name) for each in seen if each.name in ("Enumerate", "Get", "Invoke", "Put"))


def boot(bus: MessageBus, servers: Servers, count: int) -> list[str]:
    """Servers with so many ports, of a group of ten rules."""
    group = bus.groups.add(*RULES)
    port_ids = [bus.ports.add(security_groups=[group]) for _ in range(count)]
    for start in range(0, count, 5):
        servers.boot(*port_ids[start : start + 5])
    return port_ids


def test_a_port_with_ten_rules_costs_two_requests_after_the_first_look(
    bus: MessageBus, servers: Servers, witness: Witness
) -> None:
    port_ids = boot(bus, servers, 5)
    assert requests_of_start(bus, witness, *port_ids) == {"Enumerate": START, "Invoke": 5 * CHANGES}


@pytest.mark.usefixtures("agent")
def test_a_port_that_comes_later_costs_four_requests(
    bus: MessageBus, servers: Servers, witness: Witness
) -> None:
    port_id = bus.ports.add(security_groups=[bus.groups.add(*RULES)], physical_network="of no switch")
    servers.boot(port_id)
    bus.ports.wait_until(lambda: bus.ports.asked.count(port_id) > 1)
    with witness.watching() as seen:
        bus.ports.ports[port_id]["physical_network"] = "physnet1"
        bus.ports.wait_until_told(("up", port_id))
    assert counted(seen) == {"Enumerate": 2, "Invoke": CHANGES}


def test_an_agent_that_starts_anew_asks_a_host_once_and_changes_nothing(
    bus: MessageBus, servers: Servers, witness: Witness
) -> None:
    port_ids = boot(bus, servers, 200)
    requests_of_start(bus, witness, *port_ids)
    assert requests_of_start(bus, witness, *port_ids) == {"Enumerate": START}
