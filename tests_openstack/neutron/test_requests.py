"""What ports cost a host in requests, counted exactly."""

from __future__ import annotations

from collections import Counter

from oslo_config import cfg
from tests.witness import Witness

from openhyperv.neutron import options
from openhyperv.neutron.agent import Agent
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.servers import Servers

START = 3
"""What an agent reads when it begins to serve a host: switches, adapters, and whose those are."""
LOOKS, CHANGES = 2, 2
"""A port: its cable and its features are read; then features are added, and it is plugged in."""
RULES = [{"protocol": "tcp", "port_range_min": port, "port_range_max": port} for port in range(8000, 8010)]


def requests_of_start(bus: MessageBus, witness: Witness, *port_ids: str) -> Counter[str]:
    """Start an agent, and stop it when those ports are up; subscriptions are not counted."""
    bus.ports.forget_told()
    with witness.watching() as seen:
        agent = Agent(options.served_hosts(cfg.CONF))
        agent.start()
        bus.ports.wait_until_told(*(("up", port_id) for port_id in port_ids))
        agent.stop()
    return Counter(str(each.name) for each in seen if each.name in ("Enumerate", "Get", "Invoke", "Put"))


def boot(bus: MessageBus, servers: Servers, count: int) -> list[str]:
    """Servers with so many ports, of a group of ten rules."""
    group = bus.groups.add(*RULES)
    port_ids = [bus.ports.add(security_groups=[group]) for _ in range(count)]
    for start in range(0, count, 5):
        servers.boot(*port_ids[start : start + 5])
    return port_ids


def test_a_port_with_ten_rules_costs_four_requests_and_two_once_it_is_bound(
    bus: MessageBus, servers: Servers, witness: Witness
) -> None:
    port_ids = boot(bus, servers, 5)
    first = requests_of_start(bus, witness, *port_ids)
    assert first == {"Enumerate": START + 5 * LOOKS, "Invoke": 5 * CHANGES}
    assert requests_of_start(bus, witness, *port_ids) == {"Enumerate": START + 5 * LOOKS}


def test_many_ports_cost_two_requests_each_and_none_once_they_are_bound(
    bus: MessageBus, servers: Servers, witness: Witness
) -> None:
    port_ids = boot(bus, servers, 30)
    first = requests_of_start(bus, witness, *port_ids)
    assert first == {"Enumerate": START + LOOKS, "Invoke": 30 * CHANGES}
    assert requests_of_start(bus, witness, *port_ids) == {"Enumerate": START + LOOKS}
