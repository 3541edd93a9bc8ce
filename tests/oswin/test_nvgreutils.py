"""os-win and network virtualization: provider addresses, routes and lookup records, made as instances."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, ip_interface
from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Hardware, NetworkAdapter
from openhyperv.wire.instance import Instance
from tests.emulated import emulated_host
from tests.oswin.gates import factory, leading_to
from tests.oswin.proving import proves
from tests.oswin.switching import make_switch

pytestmark = pytest.mark.usefixtures("windows_2016")

STANDARD = "root/StandardCimv2"
PREFIX = "MSFT_NetVirtualization"
ADDRESS = "192.0.2.10"
SUBNET = 5001
ANY = str(IPv4Address(0))
CARD = NetworkAdapter(
    guid="CC1BF84D-0958-4ECA-B9EC-1BB309214544",
    name="Tunnel Adapter",
    mac="020000000001",
    addresses=[ip_interface(f"{ADDRESS}/24")],
)


@pytest.fixture(scope="module")
def windows_2016(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """os-win runs on Windows Server 2016, whose adapter has an address."""
    folder = tmp_path_factory.mktemp("host")
    hardware = Hardware(adapters=[CARD])
    with emulated_host(folder, version="2016", hardware=hardware) as host, leading_to(host):
        yield host


@pytest.fixture(scope="module")
def network(ours: Session) -> str:
    """A switch at the adapter, which the host shares."""
    make_switch(ours, "tunnels", adapter="Tunnel Adapter", is_shared=True)
    return "tunnels"


@pytest.fixture
def nvgreutils() -> Any:
    return factory().get_nvgreutils()


def records(session: Session, kind: str) -> list[Instance]:
    """The host's records of a kind."""
    return list(session.enumerate(f"{PREFIX}{kind}SettingData", namespace=STANDARD))


@proves("nvgreutils.NvgreUtils.get_network_iface_ip")
def test_a_networks_address_is_that_of_the_host_at_its_switch(
    nvgreutils: Any, ours: Session, network: str
) -> None:
    assert nvgreutils.get_network_iface_ip(network) == (ADDRESS, 24)
    (address,) = ours.enumerate("MSFT_NetIPAddress", namespace=STANDARD)
    assert (address["IPAddress"], address["InterfaceAlias"]) == (ADDRESS, "vEthernet (tunnels)")
    assert nvgreutils.get_network_iface_ip("elsewhere") == (None, None)


@proves("nvgreutils.NvgreUtils.create_provider_address")
def test_a_provider_address_is_made_once_and_replaced_with_another_vlan(
    nvgreutils: Any, ours: Session, network: str
) -> None:
    for vlan in (100, 100, 200):
        nvgreutils.create_provider_address(network, vlan)
        (found,) = records(ours, "ProviderAddress")
        assert (found["ProviderAddress"], found["VlanID"], found["PrefixLength"]) == (ADDRESS, vlan, 24)


@proves("nvgreutils.NvgreUtils.create_provider_route")
def test_a_provider_route_is_made_once(nvgreutils: Any, ours: Session, network: str) -> None:
    nvgreutils.create_provider_route(network)
    nvgreutils.create_provider_route(network)
    (route,) = records(ours, "ProviderRoute")
    assert (route["DestinationPrefix"], route["NextHop"]) == ("0.0.0.0/0", ANY)


@proves("nvgreutils.NvgreUtils.create_customer_route", "nvgreutils.NvgreUtils.clear_customer_routes")
def test_customer_routes_are_made_and_cleared_by_subnet(nvgreutils: Any, ours: Session) -> None:
    domain = "0a25e4d9-1d35-4f9c-8a4b-2f6d3c8e7b10"
    nvgreutils.create_customer_route(SUBNET, "10.0.0.0/24", ANY, domain)
    nvgreutils.create_customer_route(SUBNET, "0.0.0.0/0", "10.0.0.1", domain)
    nvgreutils.create_customer_route(SUBNET + 1, "10.0.1.0/24", ANY, domain)
    routes = records(ours, "CustomerRoute")
    assert {route["DestinationPrefix"] for route in routes} == {"10.0.0.0/24", "0.0.0.0/0", "10.0.1.0/24"}
    assert {(route["Metric"], route["RoutingDomainID"]) for route in routes} == {(255, f"{{{domain}}}")}
    nvgreutils.clear_customer_routes(SUBNET)
    assert [route["VirtualSubnetID"] for route in records(ours, "CustomerRoute")] == [SUBNET + 1]


@proves("nvgreutils.NvgreUtils.create_lookup_record")
def test_a_lookup_record_follows_its_customer(nvgreutils: Any, ours: Session) -> None:
    for provider in ("192.0.2.20", "192.0.2.20", "192.0.2.21"):
        nvgreutils.create_lookup_record(provider, "10.0.0.5", "00155D000005", SUBNET)
        (found,) = records(ours, "LookupRecord")
        assert (found["ProviderAddress"], found["Rule"], found["Type"]) == (provider, 1, 0)


def test_a_record_for_dhcp_is_of_layer_2(nvgreutils: Any, ours: Session) -> None:
    nvgreutils.create_lookup_record("192.0.2.20", ANY, "00155D000006", SUBNET)
    (found,) = [one for one in records(ours, "LookupRecord") if one["MACAddress"] == "00155D000006"]
    assert found["Type"] == 3


def test_an_address_that_the_network_lacks_is_not_made_up(nvgreutils: Any, ours: Session) -> None:
    make_switch(ours, "private")
    with pytest.raises(Exception, match="private") as caught:
        nvgreutils.create_provider_address("private", 0)
    assert type(caught.value).__name__ == "NotFound"
