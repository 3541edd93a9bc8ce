"""What operators may turn on for ports: counted traffic, and virtual functions of network cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from oslo_config import cfg
from tests.capabilities import shows
from tests.faults.leftovers import wait_until
from tests.witness import Witness

from openhyperv.emulator.rules.actions import MethodReturns
from openhyperv.emulator.rules.matching import Rule
from openhyperv.hyperv.host import Host
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.servers import Servers
from tests_openstack.neutron.test_restart import looking_around, serving

METER, OFFLOAD = "Msvm_EthernetSwitchPortAclSettingData", "Msvm_EthernetSwitchPortOffloadSettingData"


def settings(host: Host, port_id: str, class_name: str, name: str) -> list[object]:
    """A property of a port's settings of one kind."""
    found = host.ports().find(port_id)
    assert found is not None
    return [each.get(name) for each in found[1] if each.class_name == class_name]


@pytest.fixture
def metered(bus: MessageBus) -> Iterator[None]:
    assert bus
    cfg.CONF.set_override("enable_metrics_collection", True, "AGENT")
    yield
    cfg.CONF.clear_override("enable_metrics_collection", "AGENT")


@pytest.mark.usefixtures("metered")
def test_traffic_of_ports_is_counted_and_goes_on_being_counted(
    bus: MessageBus, servers: Servers, host: Host, witness: Witness
) -> None:
    port_id = bus.ports.add()
    server = servers.boot(port_id)
    with serving():
        bus.ports.wait_until_told(("up", port_id))
    assert Counter(settings(host, port_id, METER, "Action")) == {3: 4}
    assert server.machine.guid in host.metrics().machines
    bus.ports.forget_told()
    with witness.watching() as seen, serving():
        bus.ports.wait_until_told(("up", port_id))
    assert [each.method for each in seen if each.method] == []


@pytest.mark.usefixtures("metered")
def test_traffic_is_counted_again_where_somebody_has_unplugged_the_port(
    bus: MessageBus, servers: Servers, host: Host
) -> None:
    port_id = bus.ports.add()
    servers.boot(port_id)
    with looking_around(), serving():
        bus.ports.wait_until_told(("up", port_id))
        host.unbind_port(port_id)
        assert wait_until(lambda: settings(host, port_id, METER, "Action") == [3] * 4)


@pytest.mark.usefixtures("metered")
def test_a_port_whose_traffic_cannot_be_counted_works(
    bus: MessageBus, servers: Servers, witness: Witness
) -> None:
    port_id = bus.ports.add()
    server = servers.boot(port_id)
    refused = Rule(action=MethodReturns(return_value=32768), method="ControlMetrics")
    with witness.misfortune(refused), serving():
        bus.ports.wait_until_told(("up", port_id))
    assert server.is_connected(port_id)


@shows("N15")
@pytest.mark.usefixtures("agent")
def test_a_port_with_a_virtual_function_gets_one_of_its_switch(
    bus: MessageBus, servers: Servers, host: Host
) -> None:
    direct, normal = bus.ports.add(profile={"pci_slot": "0000:05:00.1"}), bus.ports.add(profile={})
    servers.boot(direct, normal)
    bus.ports.wait_until_told(("up", direct), ("up", normal))
    assert settings(host, direct, OFFLOAD, "IOVOffloadWeight") == [100]
    assert settings(host, normal, OFFLOAD, "IOVOffloadWeight") == [0]
