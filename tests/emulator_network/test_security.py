"""Security of ports: whose address may be used, and who may be a DHCP server or a router."""

from __future__ import annotations

import pytest

from openhyperv.emulator.network.settings import Security
from openhyperv.emulator.network.vlans import TrunkVlan
from tests.emulator_network.crafting import (
    BROADCAST,
    ICMP,
    ICMPV6,
    TCP,
    UDP,
    arp,
    ethernet,
    fragment_header,
    icmp,
    ip,
    ipv4,
    ipv6,
    options_header,
    tcp,
    udp,
)
from tests.emulator_network.wires import STRANGER, Lab, everybody

DHCP_GUARD, ROUTER_GUARD = Security(dhcp_guard=True), Security(router_guard=True)
V4, V6 = ("10.0.0.1", "10.0.0.2"), ("fe80::1", "fe80::2")
ADVERTISEMENT = icmp(134)


def test_a_device_sends_from_its_own_address_only(lab: Lab) -> None:
    sender, target = lab.add("sender"), lab.add("target")
    frame = ethernet(STRANGER, BROADCAST, arp(STRANGER))
    lab.send(sender, frame)
    assert target.received() == []
    lab.change(sender, security=Security(allow_mac_spoofing=True))
    lab.send(sender, frame)
    assert target.received() == [frame]


def test_a_tag_does_not_help_to_send_from_anothers_address(lab: Lab) -> None:
    trunk, target = lab.add("trunk", vlan=TrunkVlan(0, frozenset({5}))), lab.add("target", vlan=TrunkVlan(5))
    lab.send(trunk, ethernet(STRANGER, BROADCAST, arp(STRANGER), 5))
    assert target.received() == []


def test_nobody_sends_from_a_group_address(lab: Lab) -> None:
    sender, target = lab.add("sender", security=Security(allow_mac_spoofing=True)), lab.add("target")
    lab.send(sender, ethernet(BROADCAST, target.mac, arp(BROADCAST)))
    assert target.received() == []


@pytest.mark.parametrize(
    "body",
    [
        ip(*V4, UDP, udp(67, 68)),
        ip(*V6, UDP, udp(547, 546)),
        ipv6(*V6, 0, options_header(UDP) + udp(547, 546)),
        ipv6(*V6, 60, options_header(44) + fragment_header(UDP, 0, more=True) + udp(547, 546)),
        ipv4(*V4, UDP, udp(67, 68)[:4], more=True),
        ipv6(*V6, 60, options_header(44, 3)[:12]),
    ],
    ids=["IPv4", "IPv6", "options", "first fragment", "tiny fragment", "cut off"],
)
def test_no_dhcp_server_behind_the_guard(lab: Lab, body: bytes) -> None:
    sender, target = lab.add("sender", security=DHCP_GUARD), lab.add("target")
    assert not lab.passes(sender, target, body)
    lab.change(sender, security=Security())
    assert lab.passes(sender, target, body)


@pytest.mark.parametrize(
    "body", [ip(*V4, UDP, udp(68, 67)), ip(*V4, TCP, tcp(67, 68)), ip(*V6, UDP, udp(546, 547)), arp(STRANGER)]
)
def test_clients_of_dhcp_and_all_others_pass_the_guard(lab: Lab, body: bytes) -> None:
    sender, target = lab.add("sender", security=DHCP_GUARD), lab.add("target", security=DHCP_GUARD)
    assert lab.passes(sender, target, body)


def test_a_guarded_device_hears_servers(lab: Lab) -> None:
    server, guarded = lab.add("server"), lab.add("guarded", security=DHCP_GUARD)
    assert lab.passes(server, guarded, ip(*V4, UDP, udp(67, 68)))


@pytest.mark.parametrize(
    "body",
    [
        ip(*V4, ICMP, icmp(9)),
        ip(*V4, ICMP, icmp(5)),
        ip(*V6, ICMPV6, icmp(137)),
        ip(*V6, ICMPV6, ADVERTISEMENT),
        ipv6(*V6, 0, options_header(60) + options_header(ICMPV6) + ADVERTISEMENT),
        ipv6(*V6, 44, fragment_header(60, 0, more=True) + options_header(ICMPV6)),
        ipv6(*V6, 44, fragment_header(60, 1) + ADVERTISEMENT),
        ipv6(*V6, 0, b"".join(options_header(60) for _ in range(9)) + ADVERTISEMENT),
    ],
    ids=["IPv4", "redirect", "IPv6 redirect", "IPv6", "options", "first", "later", "too many"],
)
def test_no_router_behind_the_guard(lab: Lab, body: bytes) -> None:
    """The last ones are how guards that look at first headers only are evaded (RFC 7113)."""
    sender, target = lab.add("sender", security=ROUTER_GUARD), lab.add("target")
    assert not lab.passes(sender, target, body)
    lab.change(sender, security=Security())
    assert lab.passes(sender, target, body)


@pytest.mark.parametrize(
    "body", [ip(*V4, ICMP, icmp(8)), ip(*V6, ICMPV6, icmp(135)), ip(*V6, UDP, udp(9, 9))]
)
def test_neighbours_and_pings_pass_the_guard(lab: Lab, body: bytes) -> None:
    sender, target = lab.add("sender", security=ROUTER_GUARD), lab.add("target")
    assert lab.passes(sender, target, body)


def test_a_storm_of_frames_for_many_is_held_back(lab: Lab) -> None:
    sender, target = lab.add("sender", security=Security(storm_limit_pps=5)), lab.add("target")
    lab.send(sender, *[everybody(sender)] * 200)
    assert 5 <= len(target.received()) < 100
    assert lab.passes(sender, target, ip(*V4, UDP, udp(9, 9))), "what is for one is no storm"
