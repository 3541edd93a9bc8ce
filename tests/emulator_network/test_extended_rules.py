"""Extended access rules: what passes, what does not, and that fragments and odd headers evade none of it."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

import pytest

from openhyperv.emulator.network.settings import Action, Direction, ExtendedRule, Family, PortNumbers, Prefix
from openhyperv.emulator.network.vlans import TrunkVlan
from tests.emulator_network.crafting import (
    ACK,
    GRE,
    ICMP,
    ICMPV6,
    RST,
    SCTP,
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
from tests.emulator_network.wires import Card, Lab

IN, OUT = Direction.INCOMING, Direction.OUTGOING
ALLOW, DENY = Action.ALLOW, Action.DENY
V4, V6 = ("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")
BACK_V4 = ("10.0.0.2", "10.0.0.1")
SSH = PortNumbers(22, 22)


def rule(direction: Direction, action: Action = ALLOW, weight: int = 100, **values: Any) -> ExtendedRule:
    return ExtendedRule(direction=direction, action=action, weight=weight, **values)


def prefix(text: str) -> Prefix:
    network = ip_network(text)
    family = Family.IPV4 if network.version == 4 else Family.IPV6
    return Prefix(family, int(network.network_address), network.prefixlen)


_OTHERS = [
    "tcp/23",
    "from-22",
    "v6-tcp/23",
    "udp/22",
    "icmp",
    "icmpv6",
    "gre",
    "sctp",
    "v6-sctp",
    "esp",
    "igmp",
    "none",
]
_UNREADABLE = [
    "first-cut",
    "first-tiny",
    "overlap",
    "later",
    "later-udp",
    "later-gre",
    "v6-later",
    "v6-hidden",
    "v6-first",
    "v6-twice",
    "service-tag",
    "three-tags",
    "mpls",
    "pppoe",
    "snap",
    "short",
    "version",
    "header",
    "family",
    "empty",
]

NOTHING_ELSE = (rule(IN, DENY, 1), rule(OUT, DENY, 1))
ONLY_SSH = (rule(IN, protocol=TCP, local_ports=SSH, is_stateful=True), *NOTHING_ELSE)


@pytest.fixture
def cards(lab: Lab) -> tuple[Card, Card]:
    """Somebody, and a machine that only SSH may reach."""
    return lab.add("somebody"), lab.add("server", extended_rules=ONLY_SSH)


@pytest.mark.parametrize("ends", [V4, V6], ids=["IPv4", "IPv6"])
def test_one_port_and_its_answers(lab: Lab, cards: tuple[Card, Card], ends: tuple[str, str]) -> None:
    somebody, server = cards
    back = ends[::-1]
    assert not lab.passes(server, somebody, ip(*back, TCP, tcp(22, 5000, ACK))), "nobody has asked yet"
    assert lab.passes(somebody, server, ip(*ends, TCP, tcp(5000, 22)))
    assert lab.passes(server, somebody, ip(*back, TCP, tcp(22, 5000, ACK)))
    assert not lab.passes(server, somebody, ip(*back, TCP, tcp(22, 5001, ACK))), "another session"
    assert not lab.passes(server, somebody, ip(*back, TCP, tcp(5000, 22))), "a session of its own"


@pytest.mark.parametrize(
    "body",
    [
        ip(*V4, TCP, tcp(5000, 23)),
        ip(*V4, TCP, tcp(22, 5000)),
        ip(*V6, TCP, tcp(5000, 23)),
        ip(*V4, UDP, udp(5000, 22)),
        ip(*V4, ICMP, icmp(8)),
        ip(*V6, ICMPV6, icmp(128)),
        ip(*V4, GRE, bytes(8)),
        ip(*V4, SCTP, (5000).to_bytes(2, "big") + (22).to_bytes(2, "big") + bytes(8)),
        ip(*V6, SCTP, bytes(12)),
        ip(*V4, 50, bytes(16)),
        ip(*V4, 2, bytes(8)),
        ip(*V6, 59, b""),
    ],
    ids=_OTHERS,
)
def test_nothing_else(lab: Lab, cards: tuple[Card, Card], body: bytes) -> None:
    assert not lab.passes(*cards, body)


FIRST, REST = tcp(5000, 22)[:16], tcp(5000, 22)[16:]


@pytest.mark.parametrize(
    "body",
    [
        ipv4(*V4, TCP, FIRST, more=True),
        ipv4(*V4, TCP, tcp(5000, 22)[:8], more=True),
        ipv4(*V4, TCP, b"\x50\x10" + bytes(18), offset=1),
        ipv4(*V4, TCP, REST, offset=2),
        ipv4(*V4, UDP, bytes(64), offset=100),
        ipv4(*V4, GRE, bytes(64), offset=100),
        ipv6(*V6, 44, fragment_header(TCP, 2) + REST),
        ipv6(*V6, 44, fragment_header(60, 3) + tcp(5000, 22)),
        ipv6(*V6, 44, fragment_header(TCP, 0, more=True) + FIRST),
        ipv6(*V6, 44, fragment_header(44, 0) + fragment_header(TCP, 2) + REST),
        b"\x88\xa8\x00\x05" + ip(*V4, UDP, udp(9, 9)),
        b"\x88\xa8\x00\x05\x88\xa8\x00\x06\x88\xa8\x00\x07" + ip(*V4, TCP, tcp(5000, 22)),
        b"\x88\x47" + bytes(4) + ip(*V4, TCP, tcp(5000, 22))[2:],
        b"\x88\x64\x11\x00\x00\x01\x00\x30\x00\x21" + ip(*V4, TCP, tcp(5000, 22))[2:],
        b"\x00\x40\xaa\xaa\x03\x00\x00\x00" + ip(*V4, UDP, udp(9, 9)),
        ip(*V4, TCP, tcp(5000, 22))[:-1],
        b"\x08\x00\x65" + ip(*V4, TCP, tcp(5000, 22))[3:],
        b"\x08\x00\x44" + ip(*V4, TCP, tcp(5000, 22))[3:],
        b"\x86\xdd" + ip(*V4, TCP, tcp(5000, 22))[2:],
        b"\x08\x00",
    ],
    ids=_UNREADABLE,
)
def test_nothing_that_cannot_be_judged(lab: Lab, cards: tuple[Card, Card], body: bytes) -> None:
    somebody, server = cards
    assert lab.passes(somebody, server, ip(*V4, TCP, tcp(5000, 22)))
    assert not lab.passes(somebody, server, body)
    lab.change(server, extended_rules=())
    assert lab.passes(somebody, server, body), "where no rule is, nothing is looked at"


def test_what_is_no_ip_is_not_judged(lab: Lab, cards: tuple[Card, Card]) -> None:
    somebody, server = cards
    assert lab.passes(somebody, server, arp(somebody.mac))
    assert lab.passes(server, somebody, arp(server.mac))


def test_headers_before_the_port_do_not_hide_it(lab: Lab, cards: tuple[Card, Card]) -> None:
    for header, inner in ((0, options_header(60) + options_header(TCP, 2)), (43, options_header(TCP))):
        assert lab.passes(*cards, ipv6(*V6, header, inner + tcp(5000, 22)))
        assert not lab.passes(*cards, ipv6(*V6, header, inner + tcp(5000, 23)))


def test_padding_is_no_part_of_a_packet(lab: Lab, cards: tuple[Card, Card]) -> None:
    assert lab.passes(*cards, ip(*V4, TCP, tcp(5000, 22)) + bytes(10))


def test_rules_see_through_a_guests_own_tags(lab: Lab) -> None:
    lab.add("trunk", vlan=TrunkVlan(0, frozenset({5})))
    trunk = lab.add("sender", vlan=TrunkVlan(0, frozenset({5})), extended_rules=NOTHING_ELSE)
    target = lab.add("target", vlan=TrunkVlan(0, frozenset({5})))
    lab.send(trunk, ethernet(trunk.mac, target.mac, ip(*V4, UDP, udp(9, 9)), 5))
    lab.send(trunk, ethernet(trunk.mac, target.mac, ip(*V4, UDP, udp(9, 9)), 5, 6))
    assert target.received() == []


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((rule(IN, ALLOW, 10), rule(IN, DENY, 9)), True),
        ((rule(IN, ALLOW, 9), rule(IN, DENY, 10)), False),
        ((rule(OUT, DENY, 10),), True),
        ((), True),
        ((rule(IN, DENY, protocol=UDP),), False),
        ((rule(IN, DENY, protocol=TCP),), True),
        ((rule(IN, DENY, local=prefix("10.0.0.2/32")),), False),
        ((rule(IN, DENY, local=prefix("10.0.0.1/32")),), True),
        ((rule(IN, DENY, remote=prefix("10.0.0.0/24")),), False),
        ((rule(IN, DENY, remote=prefix("10.0.1.0/24")),), True),
        ((rule(IN, DENY, remote=prefix("0.0.0.0/0")),), False),
        ((rule(IN, DENY, remote=prefix("::/0")),), True),
        ((rule(IN, DENY, local_ports=PortNumbers(50, 60)),), False),
        ((rule(IN, DENY, local_ports=PortNumbers(54, 60)),), True),
        ((rule(IN, DENY, remote_ports=PortNumbers(5000, 5000)),), False),
        ((rule(IN, DENY, isolation_id=0),), False),
        ((rule(IN, DENY, isolation_id=5),), True),
    ],
    ids=str,
)
def test_which_rule_decides(lab: Lab, rules: Sequence[ExtendedRule], *, expected: bool) -> None:
    sender, target = lab.add("sender"), lab.add("target", extended_rules=tuple(rules))
    assert lab.passes(sender, target, ip(*V4, UDP, udp(5000, 53))) is expected


def test_outgoing_rules_see_the_sender_as_local(lab: Lab) -> None:
    rules = (rule(OUT, protocol=UDP, remote_ports=PortNumbers(53, 53), local=prefix("10.0.0.1/32")),)
    sender, target = lab.add("sender", extended_rules=(*rules, *NOTHING_ELSE)), lab.add("target")
    assert lab.passes(sender, target, ip(*V4, UDP, udp(5000, 53)))
    assert not lab.passes(sender, target, ip(*V4, UDP, udp(53, 5000)))
    assert not lab.passes(sender, target, ip("10.0.0.9", "10.0.0.2", UDP, udp(5000, 53)))
    assert not lab.passes(target, sender, ip(*BACK_V4, UDP, udp(53, 5000))), "it is not stateful"


def test_sessions_are_of_tcp_and_udp_only(lab: Lab) -> None:
    client = lab.add("client", extended_rules=(rule(OUT, is_stateful=True), rule(IN, DENY, 1)))
    server = lab.add("server")
    assert lab.passes(client, server, ip(*V4, UDP, udp(5000, 53)))
    assert lab.passes(server, client, ip(*BACK_V4, UDP, udp(53, 5000)))
    assert lab.passes(client, server, ip(*V4, ICMP, icmp(8)))
    assert not lab.passes(server, client, ip(*BACK_V4, ICMP, icmp(0)))


def test_a_session_ends_with_a_reset(lab: Lab, cards: tuple[Card, Card]) -> None:
    somebody, server = cards
    assert lab.passes(somebody, server, ip(*V4, TCP, tcp(5000, 22)))
    assert lab.passes(server, somebody, ip(*BACK_V4, TCP, tcp(22, 5000, RST)))
    assert not lab.passes(server, somebody, ip(*BACK_V4, TCP, tcp(22, 5000, ACK)))


def test_a_session_ends_when_nothing_passes_for_long_enough(lab: Lab) -> None:
    brief = rule(OUT, protocol=UDP, is_stateful=True, idle_timeout_s=0)
    client, server = lab.add("client", extended_rules=(brief, rule(IN, DENY, 1))), lab.add("server")
    assert lab.passes(client, server, ip(*V4, UDP, udp(5000, 53)))
    assert not lab.passes(server, client, ip(*BACK_V4, UDP, udp(53, 5000)))


def test_sessions_outlive_other_rules_but_not_their_own(lab: Lab, cards: tuple[Card, Card]) -> None:
    somebody, server = cards
    answer = ip(*BACK_V4, TCP, tcp(22, 5000, ACK))
    assert lab.passes(somebody, server, ip(*V4, TCP, tcp(5000, 22)))
    lab.change(server, extended_rules=(*ONLY_SSH, rule(IN, protocol=ICMP, weight=7)))
    assert lab.passes(server, somebody, answer)
    lab.change(server, extended_rules=NOTHING_ELSE)
    assert not lab.passes(server, somebody, answer)
    assert not lab.passes(somebody, server, ip(*V4, TCP, tcp(5000, 22, ACK)))


def test_rules_change_while_frames_pass(lab: Lab) -> None:
    sender, target = lab.add("sender"), lab.add("target")
    body = ip(*V4, UDP, udp(5000, 53))
    for _ in range(3):
        assert lab.passes(sender, target, body)
        lab.change(target, extended_rules=NOTHING_ELSE)
        assert not lab.passes(sender, target, body)
        lab.change(target, extended_rules=())


def test_what_rules_refuse_is_counted(lab: Lab, cards: tuple[Card, Card]) -> None:
    somebody, server = cards
    lab.passes(somebody, server, ip(*V4, UDP, udp(9, 9)))
    lab.passes(server, somebody, ip(*BACK_V4, UDP, udp(9, 9)))
    traffic = lab.traffic(server)
    assert (traffic.received.dropped, traffic.sent.dropped) == (1, 1)
