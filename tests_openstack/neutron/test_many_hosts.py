"""One agent for several hosts: what one of them does is no matter to the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import frozen
from neutron_lib import rpc as neutron_rpc
from oslo_config import cfg
from tests.emulated import emulated_host, target_of
from tests.hyperv.stock import add_switch
from tests.witness import Witness

from openhyperv.emulator.rules.actions import Action, ResetBefore, Slow
from openhyperv.emulator.rules.matching import Rule
from openhyperv.hyperv.host import Host
from openhyperv.neutron import options
from openhyperv.neutron.agent import Agent
from tests_openstack.neutron.configuration import SWITCHES, agent_ini, configure
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.servers import Servers, servers_on


@frozen
class Pair:
    """Two hosts that one agent serves; what happens to ``first`` is up to its witness."""

    first: Servers
    second: Servers
    witness: Witness
    bus: MessageBus


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with ExitStack() as stack:
        witness = Witness()
        hosts = {
            name: stack.enter_context(emulated_host(tmp_path / name, rules, has_files=True))
            for name, rules in (("hv1", witness), ("hv2", None))
        }
        servers = [_servers(stack, Host.connect(target_of(host))) for host in hosts.values()]
        configure(tmp_path / "agent.ini", agent_ini(hosts))
        stack.callback(neutron_rpc.cleanup)
        bus = MessageBus()
        bus.start()
        stack.callback(bus.stop)
        agent = Agent(options.served_hosts(cfg.CONF))
        agent.start()
        stack.callback(agent.stop)
        yield Pair(*servers, witness, bus)


def _servers(stack: ExitStack, host: Host) -> Servers:
    stack.enter_context(host)
    for switch in SWITCHES:
        add_switch(host, switch)
    return stack.enter_context(servers_on(host))


@pytest.mark.parametrize("action", [ResetBefore(), Slow(delay_s=15)], ids=["refuses", "is silent"])
def test_a_host_that_vanishes_delays_no_other_and_converges_when_it_is_back(
    pair: Pair, action: Action
) -> None:
    pair.bus.reports.wait_for("hv1")
    lost, changed, well = str(uuid4()), pair.bus.ports.add(), pair.bus.ports.add()
    server = pair.first.boot(changed, lost)
    pair.bus.ports.wait_until_told(("up", changed))
    pair.bus.ports.wait_until(lambda: lost in pair.bus.ports.asked)
    with pair.witness.misfortune(Rule(action=action)):
        pair.bus.ports.add(lost)
        pair.bus.ports.ports[changed]["segmentation_id"] = 9
        for port_id in (lost, changed):
            pair.bus.call.port_update(port_id)
        pair.second.boot(well)
        pair.bus.ports.wait_until_told(("up", well))
        assert ("up", lost) not in pair.bus.ports.told
    pair.bus.ports.wait_until_told(("up", lost))
    pair.bus.ports.wait_until(lambda: pair.bus.ports.told.count(("up", changed)) == 2)
    assert server.is_connected(lost)
    assert server.port(changed).vlan_id == 9


def test_each_host_is_known_by_its_own_name(pair: Pair) -> None:
    for name in ("hv1", "hv2"):
        assert pair.bus.reports.wait_for(name)["host"] == name
