"""Security groups on real switches of an emulated host: what passes, and how soon a change is there."""

from __future__ import annotations

from typing import Any

import pytest
from tests.capabilities import shows
from tests.faults.leftovers import wait_until
from tests.witness import Witness

from openhyperv.hyperv.host import Host
from openhyperv.wire.wql import select
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.neutron_objects import push
from tests_openstack.neutron.servers import Server, Servers

pytestmark = pytest.mark.usefixtures("agent")

ACL = "Msvm_EthernetSwitchPortExtendedAclSettingData"
IN, OUT = 1, 2
Shown = tuple[int, str, str, str, str, str, bool]
"""Direction, protocol, local and remote network, local and remote port, whether it remembers sessions."""


def allowed(host: Host, server: Server) -> set[Shown]:
    """What a server's ports let through; everything else is denied."""
    acls = [
        acl
        for acl in host.session.query(select(ACL))
        if server.machine.guid.upper() in str(acl["InstanceID"]).upper()
    ]
    denied = [acl for acl in acls if acl["Action"] == 2]
    assert {(acl["Direction"], acl["Protocol"], acl["RemoteIPAddress"]) for acl in denied} == {
        (way, "ANY", everywhere) for way in (IN, OUT) for everywhere in ("0.0.0.0/0", "::/0")
    }
    return {
        (
            int(str(acl["Direction"])),
            str(acl["Protocol"]),
            str(acl["LocalIPAddress"]),
            str(acl["RemoteIPAddress"]),
            str(acl["LocalPort"]),
            str(acl["RemotePort"]),
            acl["Stateful"] is True,
        )
        for acl in acls
        if acl["Action"] == 1
    }


DHCP: set[Shown] = {
    (OUT, "UDP", "ANY", "0.0.0.0/0", "ANY", "67", False),
    (IN, "UDP", "10.0.0.5", "ANY", "68", "ANY", False),
    (IN, "UDP", "255.255.255.255", "ANY", "68", "ANY", False),
}
ANYWHERE = "0.0.0.0/0"


def boot(bus: MessageBus, servers: Servers, *rules: dict[str, Any], **port: Any) -> tuple[Server, str, str]:
    """A server in a group of those rules; its port and the group."""
    group = bus.groups.add(*rules)
    port_id = bus.ports.add(security_groups=[group], **port)
    server = servers.boot(port_id)
    bus.ports.wait_until_told(("up", port_id))
    return server, port_id, group


@shows("N9", "N10", "N11")
@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        pytest.param(
            {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22},
            {(IN, "TCP", "ANY", ANYWHERE, "22", "ANY", True)},
            id="port",
        ),
        pytest.param(
            {"protocol": "udp", "port_range_min": 5000, "port_range_max": 5010, "direction": "egress"},
            {(OUT, "UDP", "10.0.0.5", ANYWHERE, "ANY", "5000-5010", True)},
            id="ports of the other end",
        ),
        pytest.param(
            {"protocol": "tcp", "remote_ip_prefix": "192.0.2.0/24"},
            {(IN, "TCP", "ANY", "192.0.2.0/24", "ANY", "ANY", True)},
            id="prefix",
        ),
        pytest.param(
            {"direction": "egress"},
            {
                (OUT, "TCP", "10.0.0.5", ANYWHERE, "ANY", "ANY", True),
                (OUT, "UDP", "10.0.0.5", ANYWHERE, "ANY", "ANY", True),
                (OUT, "ANY", "10.0.0.5", ANYWHERE, "ANY", "ANY", False),
            },
            id="any protocol",
        ),
        pytest.param({"protocol": "icmp"}, {(IN, "1", "ANY", ANYWHERE, "ANY", "ANY", False)}, id="ICMP"),
        pytest.param({"protocol": "gre"}, {(IN, "47", "ANY", ANYWHERE, "ANY", "ANY", False)}, id="name"),
        pytest.param({"protocol": "132"}, {(IN, "132", "ANY", ANYWHERE, "ANY", "ANY", False)}, id="number"),
        pytest.param({"protocol": "icmp", "port_range_min": 8, "port_range_max": 0}, set(), id="ICMP type"),
        pytest.param({"protocol": "sctp", "port_range_min": 9, "port_range_max": 9}, set(), id="SCTP port"),
        pytest.param({"ethertype": "IPv6", "direction": "egress"}, set(), id="family without an address"),
    ],
)
def test_a_rule(
    bus: MessageBus, servers: Servers, host: Host, rule: dict[str, Any], passes: set[Shown]
) -> None:
    server, _, _ = boot(bus, servers, rule)
    assert allowed(host, server) - DHCP == passes


def test_a_port_without_groups_gets_its_address_and_nothing_else(
    bus: MessageBus, servers: Servers, host: Host
) -> None:
    port_id = bus.ports.add()
    server = servers.boot(port_id)
    bus.ports.wait_until_told(("up", port_id))
    assert allowed(host, server) == DHCP


@shows("N12")
def test_a_port_without_port_security_is_not_filtered(bus: MessageBus, servers: Servers, host: Host) -> None:
    server, port_id, _ = boot(bus, servers, {"protocol": "tcp"}, port_security_enabled=False)
    assert server.port(port_id).mac_spoofing
    acls = [str(acl["InstanceID"]) for acl in host.session.query(select(ACL))]
    assert not [acl for acl in acls if server.machine.guid.upper() in acl.upper()]


def test_ipv6_finds_its_neighbours_on_the_link_only(bus: MessageBus, servers: Servers, host: Host) -> None:
    server, _, _ = boot(bus, servers, fixed_ips=["2001:db8::5"])
    passes = allowed(host, server)
    assert (IN, "58", "ANY", "2001:db8::/64", "ANY", "ANY", False) in passes
    assert (OUT, "58", "2001:db8::5", "ff02::/16", "ANY", "ANY", False) in passes
    assert (OUT, "58", "fe80::f816:3eff:fe00:1", "fe80::/10", "ANY", "ANY", False) in passes
    assert {protocol for _, protocol, *_ in passes} == {"58", "UDP"}
    assert "ANY" not in {remote for way, _, _, remote, *_ in passes if way == OUT}


def test_allowed_address_pairs_may_be_sent_from(bus: MessageBus, servers: Servers, host: Host) -> None:
    pairs = [{"ip_address": "10.0.0.64/30"}]
    rule = {"protocol": "tcp", "direction": "egress"}
    server, _, _ = boot(bus, servers, rule, allowed_address_pairs=pairs)
    senders = {local for way, protocol, local, *_ in allowed(host, server) if (way, protocol) == (OUT, "TCP")}
    assert senders == {"10.0.0.5", "10.0.0.64/30"}


def test_members_of_a_remote_group_pass_as_long_as_they_are_in_it(
    bus: MessageBus, servers: Servers, host: Host
) -> None:
    friends = bus.groups.add()
    friend = bus.ports.add(security_groups=[friends], fixed_ips=["10.0.0.9"])
    rule = {"protocol": "tcp", "remote_group_id": friends}
    server, port_id, _ = boot(bus, servers, rule)
    from_friend = (IN, "TCP", "ANY", "10.0.0.9", "ANY", "ANY", True)
    assert allowed(host, server) - DHCP == {from_friend}
    bus.ports.forget_told()
    bus.ports.ports[friend]["security_groups"] = []
    bus.call.members_changed(friends)
    assert wait_until(lambda: allowed(host, server) == DHCP)
    assert bus.ports.asked == bus.ports.told == [], f"the status of {port_id} is as it was"


def test_addresses_of_a_group_pass_as_long_as_they_are_in_it(
    bus: MessageBus, servers: Servers, host: Host
) -> None:
    addresses = bus.objects.add_address_group()
    bus.groups.address_groups[addresses.id] = ["192.0.2.0/24", "198.51.100.7/32"]
    server, _, _ = boot(bus, servers, {"protocol": "tcp", "remote_address_group_id": addresses.id})
    first, second = (
        (IN, "TCP", "ANY", remote, "ANY", "ANY", True) for remote in ("192.0.2.0/24", "198.51.100.7")
    )
    assert allowed(host, server) - DHCP == {first, second}
    bus.groups.address_groups[addresses.id].pop()
    push(addresses)
    assert wait_until(lambda: allowed(host, server) - DHCP == {first})


def test_a_rule_reaches_a_port_in_use_by_itself(
    bus: MessageBus, servers: Servers, host: Host, witness: Witness
) -> None:
    server, _, group = boot(bus, servers, {"protocol": "tcp"})
    other, _, _ = boot(bus, servers, {"protocol": "udp"})
    before = allowed(host, other)
    ssh = (IN, "TCP", "ANY", "192.0.2.7", "22", "ANY", True)
    with witness.watching() as seen:
        bus.groups.allow(
            group, protocol="tcp", port_range_min=22, port_range_max=22, remote_ip_prefix="192.0.2.7/32"
        )
        bus.call.groups_changed(group)
        assert wait_until(lambda: ssh in allowed(host, server))
    assert [each.method for each in seen if each.method] == ["AddFeatureSettings"]
    assert allowed(host, other) == before


def test_groups_without_state(bus: MessageBus, servers: Servers, host: Host) -> None:
    group = bus.groups.add({"protocol": "tcp"})
    bus.groups.stateless.add(group)
    port_id = bus.ports.add(security_groups=[group])
    server = servers.boot(port_id)
    bus.ports.wait_until_told(("up", port_id))
    assert allowed(host, server) - DHCP == {(IN, "TCP", "ANY", ANYWHERE, "ANY", "ANY", False)}


def test_the_server_hears_that_ports_are_filtered(bus: MessageBus) -> None:
    assert bus.reports.wait_for("hv1")["configurations"]["port_filter"] is True
