"""What a port of Neutron becomes on a host: driven without an agent."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.capabilities import shows
from tests.hyperv.stock import add_switch

from openhyperv.errors import ConflictError, HyperVError, InvalidInputError, NotFoundError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import service
from openhyperv.hyperv.switches.finding import switch_path
from openhyperv.neutron.binding import PortBinder
from openhyperv.neutron.details import PortDetails, read_details
from openhyperv.neutron.local_networks import LocalNetworks
from openhyperv.neutron.mappings import parse_mappings
from openhyperv.neutron.wanted_port import WantedPort
from tests_openstack.neutron.message_bus import NeutronPorts
from tests_openstack.neutron.servers import Server, Servers

MAPPINGS = parse_mappings(["physnet1:external"], "private")


@pytest.fixture
def binder(host: Host) -> PortBinder:
    found = PortBinder(host, MAPPINGS)
    found.use_switches(host.switches.list())
    return found


def details(**values: Any) -> PortDetails:
    """A port as Neutron's server tells it to agents."""
    neutron = NeutronPorts()
    read = read_details(neutron.ports[neutron.add(**values)])
    assert isinstance(read, PortDetails)
    return read


def wanted(**values: Any) -> WantedPort:
    return WantedPort(details(**values))


def bind(binder: PortBinder, servers: Servers, **values: Any) -> tuple[Server, str]:
    port = details(**values)
    server = servers.boot(port.port_id)
    binder.bind(WantedPort(port))
    return server, port.port_id


@shows("N5", "N6", "N7")
@pytest.mark.parametrize(
    ("values", "switch", "vlan_id"),
    [
        ({}, "external", 7),
        ({"network_type": "flat", "segmentation_id": None}, "external", None),
    ],
)
def test_the_network_of_a_port(
    binder: PortBinder,
    servers: Servers,
    host: Host,
    values: dict[str, Any],
    switch: str,
    vlan_id: int | None,
) -> None:
    server, port_id = bind(binder, servers, **values)
    names = {each.guid: each.name for each in host.switches.list()}
    port = server.port(port_id)
    assert port.switch is not None
    assert (names[port.switch], port.vlan_id) == (switch, vlan_id)


@shows("N5")
def test_local_networks_share_a_switch_but_no_vlan(binder: PortBinder, servers: Servers, host: Host) -> None:
    mine, theirs = str(uuid4()), str(uuid4())
    local = {"network_type": "local", "physical_network": None, "segmentation_id": None}
    first, second, other = (
        server.port(port_id)
        for server, port_id in (
            bind(binder, servers, **local, network_id=network) for network in (mine, mine, theirs)
        )
    )
    private = next(each.guid for each in host.switches.list() if each.name == "private")
    assert first.switch == second.switch == other.switch == private
    assert first.vlan_id == second.vlan_id != other.vlan_id
    assert None not in (first.vlan_id, other.vlan_id)


def test_two_local_networks_are_never_in_one_vlan() -> None:
    networks = LocalNetworks()
    refused: list[str] = []
    vlans: dict[int, str] = {}
    for network_id in (str(uuid4()) for _ in range(4095)):
        try:
            vlans[networks.vlan_of(network_id)] = network_id
        except ConflictError:
            refused.append(network_id)
    assert len(vlans) + len(refused) == 4095
    vlan_id, owner = vlans.popitem()
    assert networks.vlan_of(owner) == vlan_id
    networks.forget(owner)
    assert min(vlans) >= 1
    assert max(vlans) <= 4094


@shows("N12", "N13")
@pytest.mark.parametrize(
    ("values", "spoofing", "guarded"),
    [
        ({"port_security_enabled": True}, False, True),
        ({"port_security_enabled": False}, True, False),
        ({"allowed_address_pairs": [{"ip_address": "10.0.0.9"}]}, False, True),
        ({"allowed_address_pairs": [{"mac_address": "FA:16:3E:00:00:01"}]}, False, True),
        ({"allowed_address_pairs": [{"mac_address": "00:00:5e:00:01:01"}]}, True, True),
    ],
)
def test_port_security_decides_what_a_guest_may_pretend_to_be(
    binder: PortBinder, servers: Servers, values: dict[str, Any], spoofing: bool, guarded: bool
) -> None:
    server, port_id = bind(binder, servers, **values)
    port = server.port(port_id)
    assert (port.mac_spoofing, port.dhcp_guard, port.router_guard) == (spoofing, guarded, guarded)


def test_a_network_that_the_host_has_no_switch_for(binder: PortBinder) -> None:
    with pytest.raises(InvalidInputError):
        binder.bind(wanted(physical_network="elsewhere"))
    with pytest.raises(InvalidInputError):
        binder.bind(wanted(network_type="vxlan"))


@shows("N2")
def test_a_switch_that_the_host_does_not_have(host: Host) -> None:
    with pytest.raises(NotFoundError) as refused:
        PortBinder(host, parse_mappings(["physnet1:missing"])).use_switches(host.switches.list())
    assert refused.value.target == "missing"


def test_a_switch_that_was_made_anew_is_found_at_the_second_try(servers: Servers, host: Host) -> None:
    add_switch(host, "volatile")
    binder = PortBinder(host, parse_mappings(["physnet1:volatile"]))
    binder.use_switches(host.switches.list())
    remove_switch(host, "volatile")
    add_switch(host, "volatile")
    port = details()
    server = servers.boot(port.port_id)
    with pytest.raises(HyperVError):
        binder.bind(WantedPort(port))
    assert not server.is_connected(port.port_id)
    binder.bind(WantedPort(port))
    assert server.is_connected(port.port_id)


def remove_switch(host: Host, name: str) -> None:
    (guid,) = (each.guid for each in host.switches.list() if each.name == name)
    manager = service("Msvm_VirtualEthernetSwitchManagementService")
    host.session.run(manager, "DestroySystem", {"AffectedSystem": switch_path(guid)})


def test_a_port_is_released_once_and_again(binder: PortBinder, servers: Servers) -> None:
    server, port_id = bind(binder, servers)
    binder.release(port_id)
    assert not server.is_connected(port_id)
    binder.release(port_id)
    server.machine.delete()
    binder.release(port_id)
