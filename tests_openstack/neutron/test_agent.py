"""The agent of a host: ports become what Neutron says, and Neutron is told."""

from __future__ import annotations

from time import sleep

import pytest
from neutron_lib.agent import constants as agent_constants
from tests.capabilities import shows
from tests.faults.leftovers import wait_until
from tests.witness import Witness

from openhyperv.emulator.rules.actions import MethodReturns
from openhyperv.emulator.rules.matching import Rule
from openhyperv.machine.network_adapter import NetworkAdapter
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.servers import Servers

AWAY_S = 4.0
"""Longer than an agent waits for an answer."""

pytestmark = pytest.mark.usefixtures("agent")


@shows("N3", "N6")
def test_a_port_is_bound_before_neutron_is_told(bus: MessageBus, servers: Servers) -> None:
    port_id = bus.ports.add()
    server = servers.boot(port_id)
    bus.ports.wait_until_told(("up", port_id))
    port = server.port(port_id)
    assert (port.switch is not None, port.vlan_id) == (True, 7)
    server.machine.delete()
    bus.ports.wait_until_told(("down", port_id))


def test_a_port_that_is_put_down_is_disconnected_and_comes_back(bus: MessageBus, servers: Servers) -> None:
    port_id = bus.ports.add()
    server = servers.boot(port_id)
    bus.ports.wait_until_told(("up", port_id))
    bus.ports.ports[port_id]["admin_state_up"] = False
    bus.call.port_update(port_id)
    bus.ports.wait_until_told(("down", port_id))
    assert not server.is_connected(port_id)
    bus.ports.forget_told()
    bus.ports.ports[port_id]["admin_state_up"] = True
    bus.call.port_update(port_id)
    bus.ports.wait_until_told(("up", port_id))
    assert server.is_connected(port_id)


def test_a_port_that_neutron_deletes_is_disconnected(bus: MessageBus, servers: Servers) -> None:
    port_id, other = bus.ports.add(), bus.ports.add()
    server = servers.boot(port_id, other)
    bus.ports.wait_until_told(("up", port_id), ("up", other))
    del bus.ports.ports[port_id]
    bus.call.port_delete(port_id)
    assert wait_until(lambda: not server.is_connected(port_id))
    assert server.is_connected(other)


def test_an_adapter_plugged_anew_is_told_down_and_then_up(bus: MessageBus, servers: Servers) -> None:
    """Neutron sends Nova its event only for a port that was down."""
    port_id = bus.ports.add()
    server = servers.boot(port_id)
    bus.ports.wait_until_told(("up", port_id))
    bus.ports.forget_told()
    server.machine.adapters.remove(port_id)
    server.machine.adapters.add(NetworkAdapter(port_id))
    bus.ports.wait_until_told(("up", port_id))
    assert bus.ports.told == [("down", port_id), ("up", port_id)]
    assert server.is_connected(port_id)


def test_a_port_whose_guest_is_still_elsewhere_is_told_up_but_not_connected(
    bus: MessageBus, servers: Servers
) -> None:
    port_id = bus.ports.add()
    bus.ports.ports[port_id] = {"device": port_id, "no_active_binding": True}
    server = servers.boot(port_id)
    bus.ports.wait_until_told(("up", port_id))
    assert not server.is_connected(port_id)


def test_adapters_that_are_no_ports_are_left_alone(bus: MessageBus, servers: Servers) -> None:
    unknown, known = "4f5c4b7e-7a7c-4c39-9d5e-2f7f0b5b3c11", bus.ports.add()
    server = servers.boot("eth0", unknown, known)
    bus.ports.wait_until_told(("up", known))
    bus.ports.wait_until(lambda: unknown in bus.ports.asked)
    assert not server.is_connected("eth0")
    assert not server.is_connected(unknown)
    assert "eth0" not in bus.ports.asked


@shows("N4")
def test_a_port_that_could_not_be_bound_is_bound_later(
    bus: MessageBus, servers: Servers, witness: Witness
) -> None:
    port_id = bus.ports.add()
    failure = Rule(action=MethodReturns(return_value=32768), method="AddFeatureSettings", count=1)
    with witness.misfortune(failure):
        server = servers.boot(port_id)
        bus.ports.wait_until_told(("up", port_id))
    assert server.is_connected(port_id)
    assert bus.ports.asked.count(port_id) >= 2  # once more where the machine was not whole yet


def test_nothing_is_lost_while_neutrons_server_is_away(bus: MessageBus, servers: Servers) -> None:
    before, during = bus.ports.add(), bus.ports.add()
    first = servers.boot(before)
    bus.ports.wait_until_told(("up", before))
    bus.stop()
    bus.ports.forget_told()
    second = servers.boot(during)
    first.machine.delete()
    sleep(AWAY_S)
    bus.start()
    bus.ports.wait_until_told(("down", before), ("up", during))
    assert second.is_connected(during)


def test_a_server_that_had_given_the_agent_up_is_told_everything_anew(
    bus: MessageBus, servers: Servers
) -> None:
    port_id = bus.ports.add()
    servers.boot(port_id)
    bus.ports.wait_until_told(("up", port_id))
    bus.ports.forget_told()
    bus.reports.status = agent_constants.AGENT_REVIVED
    bus.ports.wait_until_told(("up", port_id))


def test_a_network_without_a_switch_leaves_its_ports_unconnected(bus: MessageBus, servers: Servers) -> None:
    lost, well = bus.ports.add(physical_network="elsewhere"), bus.ports.add()
    server = servers.boot(lost, well)
    bus.ports.wait_until_told(("up", well))
    bus.ports.wait_until(lambda: bus.ports.asked.count(lost) > 1)
    assert not server.is_connected(lost)
    assert ("up", lost) not in bus.ports.told


def test_the_server_hears_which_networks_are_there(bus: MessageBus) -> None:
    report = bus.reports.wait_for("hv1")
    assert report["agent_type"] == "HyperV agent"
    assert report["configurations"]["vswitch_mappings"] == {"^physnet.*$": "external"}
    assert report["configurations"]["network_types"] == ["local", "flat", "vlan"]
