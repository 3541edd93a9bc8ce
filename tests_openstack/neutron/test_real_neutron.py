"""Mechanism driver and agent with Neutron's own plugin: how ports become ACTIVE, and how groups are kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.emulated import EmulatedHost
from tests.faults.leftovers import wait_until

from openhyperv.hyperv.host import Host
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.wire.wql import select
from tests_openstack.neutron.real_cloud import Cloud, real_cloud
from tests_openstack.neutron.servers import Servers

SSH = {
    "direction": "ingress",
    "ethertype": "IPv4",
    "protocol": "tcp",
    "port_range_min": 22,
    "port_range_max": 22,
}


@pytest.fixture(scope="module")
def cloud(emulated: EmulatedHost, host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    assert host
    with real_cloud(emulated, tmp_path_factory.mktemp("neutron")) as started:
        yield started


def test_a_port_is_bound_to_the_host_and_active_once_it_is_connected(cloud: Cloud, servers: Servers) -> None:
    port = cloud.port()
    assert (port["binding:vif_type"], port["status"]) == ("hyperv", "DOWN")
    assert port["binding:vif_details"].items() >= {"connectivity": "l2", "port_filter": True}.items()
    server = servers.boot(port["id"])
    assert cloud.becomes(port["id"], "ACTIVE")
    assert server.port(port["id"]).vlan_id == cloud.network["provider:segmentation_id"]
    server.machine.delete()
    assert cloud.becomes(port["id"], "DOWN")


def test_a_port_plugged_anew_becomes_active_anew(cloud: Cloud, servers: Servers) -> None:
    port_id = cloud.port()["id"]
    server = servers.boot(port_id)
    assert cloud.becomes(port_id, "ACTIVE")
    server.machine.adapters.remove(port_id)
    server.machine.adapters.add(NetworkAdapter(port_id))
    assert wait_until(lambda: server.is_connected(port_id))
    assert cloud.becomes(port_id, "ACTIVE")


def test_a_port_is_put_down_and_deleted(cloud: Cloud, servers: Servers) -> None:
    port_id = cloud.port()["id"]
    server = servers.boot(port_id)
    assert cloud.becomes(port_id, "ACTIVE")
    cloud.neutron.update_port(port_id, admin_state_up=False)
    assert cloud.becomes(port_id, "DOWN")
    assert wait_until(lambda: not server.is_connected(port_id))
    cloud.neutron.update_port(port_id, admin_state_up=True)
    assert cloud.becomes(port_id, "ACTIVE")
    cloud.neutron.delete_port(port_id)
    assert wait_until(lambda: not server.is_connected(port_id))


def let_in(host: Host, machine_guid: str) -> set[tuple[str, str, str]]:
    """Protocol, sender and port of what comes in to a machine, DHCP aside."""
    return {
        (str(acl["Protocol"]), str(acl["RemoteIPAddress"]), str(acl["LocalPort"]))
        for acl in host.session.query(select("Msvm_EthernetSwitchPortExtendedAclSettingData"))
        if machine_guid.upper() in str(acl["InstanceID"]).upper()
        and (acl["Direction"], acl["Action"]) == (1, 1)
        and acl["LocalPort"] != "68"
    }


def test_rules_and_members_of_groups_reach_a_port_in_use(cloud: Cloud, servers: Servers, host: Host) -> None:
    group, friends = (
        cloud.neutron.create("security_group", name=name, description="")["id"] for name in ("own", "friends")
    )
    port_id = cloud.port(security_groups=[group])["id"]
    machine = servers.boot(port_id).machine
    assert cloud.becomes(port_id, "ACTIVE")
    assert let_in(host, machine.guid) == set()
    cloud.neutron.create("security_group_rule", security_group_id=group, **SSH)
    assert wait_until(lambda: let_in(host, machine.guid) == {("TCP", "0.0.0.0/0", "22")})
    cloud.neutron.create(
        "security_group_rule", security_group_id=group, **SSH | {"protocol": "udp"}, remote_group_id=friends
    )
    friend = cloud.port(security_groups=[friends])
    address = friend["fixed_ips"][0]["ip_address"]
    assert wait_until(lambda: ("UDP", address, "22") in let_in(host, machine.guid))
    cloud.neutron.delete_port(friend["id"])
    assert wait_until(lambda: let_in(host, machine.guid) == {("TCP", "0.0.0.0/0", "22")})
    assert cloud.neutron.status(port_id) == "ACTIVE"
