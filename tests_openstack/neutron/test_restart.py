"""What an agent finds when it starts anew, or looks around: it changes what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from oslo_config import cfg
from tests.faults.leftovers import wait_until
from tests.hyperv.stock import add_switch
from tests.witness import Witness

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import SYSTEM_SERVICE
from openhyperv.machine.port import AccessVlan, Direction, PortRange, PortRule, PortSpec, Protocol
from openhyperv.neutron import options
from openhyperv.neutron.agent import Agent
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.servers import Servers

CABLE = "Msvm_EthernetPortAllocationSettingData"
SOON_S = 1.0


@contextmanager
def looking_around() -> Iterator[None]:
    """Agents that start in the block look around every second."""
    options_of_time = ("adapter_list_interval", "port_check_interval")
    for option in options_of_time:
        cfg.CONF.set_override(option, SOON_S, "AGENT")
    yield
    for option in options_of_time:
        cfg.CONF.clear_override(option, "AGENT")


@contextmanager
def serving() -> Iterator[None]:
    agent = Agent(options.served_hosts(cfg.CONF))
    agent.start()
    try:
        yield
    finally:
        agent.stop()


def switch_guid(host: Host, name: str) -> str:
    return next(switch.guid for switch in host.switches.list() if switch.name == name)


def test_ports_that_were_deleted_meanwhile_are_disconnected(bus: MessageBus, servers: Servers) -> None:
    gone, kept = bus.ports.add(), bus.ports.add()
    server = servers.boot(gone, kept)
    with serving():
        bus.ports.wait_until_told(("up", gone), ("up", kept))
    del bus.ports.ports[gone]
    with serving():
        assert wait_until(lambda: not server.is_connected(gone))
    assert server.is_connected(kept)


def test_adapters_that_others_plugged_are_left_alone_whatever_their_name(
    bus: MessageBus, servers: Servers, host: Host
) -> None:
    """Windows calls a cable otherwise than its adapter."""
    add_switch(host, "unmapped")
    foreign, elsewhere, gone = str(uuid4()), str(uuid4()), bus.ports.add()
    server = servers.boot(foreign, elsewhere, gone)
    host.bind_port(foreign, PortSpec(switch=switch_guid(host, "external")))
    rename_cable(host, foreign, "Dynamic Ethernet Switch Port")
    host.bind_port(elsewhere, PortSpec(switch=switch_guid(host, "unmapped")))
    host.bind_port(gone, PortSpec(switch=switch_guid(host, "external")))
    del bus.ports.ports[gone]
    with serving():
        assert wait_until(lambda: not server.is_connected(gone))
        bus.ports.wait_until(lambda: {foreign, elsewhere} <= set(bus.ports.asked))
    assert server.is_connected(foreign)
    assert server.is_connected(elsewhere)


def shape(host: Host, port_id: str) -> tuple[str | None, list[str]]:
    """Where a port is plugged in, and what it is; keys and weights are different each time."""
    found = host.ports().find(port_id)
    assert found is not None
    port, features = found
    bare = [each.with_values({"InstanceID": "", "Weight": 0}) for each in features]
    return port.switch_guid, sorted(repr(sorted(each.items())) for each in bare)


def rename_cable(host: Host, adapter: str, name: str) -> None:
    (cable,) = host.session.query(select(CABLE, "InstanceID").where(equal("ElementName", adapter)))
    change = Instance(CABLE, {"InstanceID": str(cable["InstanceID"]), "ElementName": name})
    text = instance_to_text(change, host.session.schema)
    host.session.run(SYSTEM_SERVICE, "ModifyResourceSettings", {"ResourceSettings": [text]})


@pytest.fixture
def often(bus: MessageBus) -> Iterator[None]:
    """Agents look around every second."""
    assert bus
    with looking_around():
        yield


@pytest.mark.usefixtures("often")
def test_what_somebody_changes_on_the_host_is_put_right(
    bus: MessageBus, servers: Servers, host: Host
) -> None:
    moved, opened, unplugged, plugged = (bus.ports.add() for _ in range(4))
    bus.ports.ports[plugged]["admin_state_up"] = False
    server = servers.boot(moved, opened, unplugged, plugged)
    with serving():
        bus.ports.wait_until_told(*(("up", each) for each in (moved, opened, unplugged)), ("down", plugged))
        as_they_were = [shape(host, each) for each in (moved, opened, unplugged)]
        bus.ports.forget_told()
        anything = PortRule(Direction.INCOMING, protocol=Protocol.TCP, ports=PortRange(1, 9), stateful=True)
        external = switch_guid(host, "external")
        host.bind_port(moved, PortSpec(switch=external, vlan=AccessVlan(99)))
        host.bind_port(opened, PortSpec(switch=external, vlan=AccessVlan(7), rules=(anything,)))
        host.unbind_port(unplugged)
        host.bind_port(plugged, PortSpec(switch=external))
        assert wait_until(lambda: [shape(host, each) for each in (moved, opened, unplugged)] == as_they_were)
        assert wait_until(lambda: not server.is_connected(plugged))
    assert bus.ports.told == [], "Neutron need not know"


@pytest.mark.usefixtures("often")
def test_looking_around_changes_nothing_where_all_is_well(
    bus: MessageBus, servers: Servers, emulated: EmulatedHost, witness: Witness
) -> None:
    port_ids = [bus.ports.add() for _ in range(3)]
    servers.boot(*port_ids)
    with serving():
        bus.ports.wait_until_told(*(("up", each) for each in port_ids))
        before = queries(emulated)
        with witness.watching() as seen:
            assert wait_until(lambda: queries(emulated) > before + 2)
    assert {str(each.name) for each in seen} == {"Enumerate"}


def queries(emulated: EmulatedHost) -> int:
    counts = emulated.service.counts().items()
    return sum(count for (operation, _), count in counts if operation == "Enumerate")
