"""The older access rules: the longest match decides, and metering rules count."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from openhyperv.emulator.network.settings import Action, AddressRule, Direction, Family, Prefix
from tests.emulator_network.crafting import UDP, arp, ethernet, ip, ipv4, udp
from tests.emulator_network.wires import Lab

IN, OUT = Direction.INCOMING, Direction.OUTGOING
ALLOW, DENY, METER = Action.ALLOW, Action.DENY, Action.METER
V4, V6 = ("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")
HELLO = ip(*V4, UDP, udp(9, 9))


def rule(direction: Direction, action: Action, family: Family = Family.IPV4, **values: Any) -> AddressRule:
    ends = {side: prefix(text) for side, text in values.items() if side in ("local", "remote")}
    name = values.get("name", "")
    return AddressRule(name=name, direction=direction, action=action, family=family, **ends)


def prefix(text: str) -> Prefix:
    if "." not in text and ":" not in text:
        return Prefix(Family.MAC, int(text, 16), 48)
    network = ip_network(text)
    family = Family.IPV4 if network.version == 4 else Family.IPV6
    return Prefix(family, int(network.network_address), network.prefixlen)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), True),
        ((rule(IN, DENY),), False),
        ((rule(OUT, DENY),), True),
        ((rule(IN, DENY, Family.IPV6),), True),
        ((rule(IN, DENY, remote="10.0.0.0/8"),), False),
        ((rule(IN, DENY, remote="10.0.0.0/8"), rule(IN, ALLOW, remote="10.0.0.0/24")), True),
        ((rule(IN, ALLOW, remote="10.0.0.0/8"), rule(IN, DENY, remote="10.0.0.1/32")), False),
        ((rule(IN, DENY, local="10.0.0.1/32"),), True),
        ((rule(IN, DENY, local="10.0.0.2/32"),), False),
        ((rule(IN, DENY, Family.MAC, remote="00155d000001"),), False),
        ((rule(IN, DENY, Family.MAC, remote="00155d000009"),), True),
        ((rule(IN, DENY, Family.MAC), rule(IN, ALLOW, remote="10.0.0.1/32")), False),
        ((rule(IN, METER), rule(IN, DENY)), False),
        ((rule(IN, METER),), True),
    ],
    ids=str,
)
def test_which_rule_decides(lab: Lab, rules: tuple[AddressRule, ...], *, expected: bool) -> None:
    sender, target = lab.add("sender"), lab.add("target", address_rules=rules)
    assert lab.passes(sender, target, HELLO) is expected


def test_rules_about_cards_are_about_every_protocol(lab: Lab) -> None:
    sender, target = lab.add("sender"), lab.add("target")
    lab.change(target, address_rules=(rule(IN, DENY, Family.MAC, remote=sender.mac.hex()),))
    assert not lab.passes(sender, target, arp(sender.mac))
    assert lab.passes(target, sender, arp(target.mac))


def test_packets_that_cannot_be_read_are_refused_where_a_rule_may_mean_them(lab: Lab) -> None:
    sender, target = (
        lab.add("sender"),
        lab.add("target", address_rules=(rule(IN, DENY, remote="10.9.0.0/16"),)),
    )
    assert lab.passes(sender, target, HELLO)
    assert not lab.passes(sender, target, HELLO[:-1])
    lab.change(target, address_rules=(rule(IN, METER),))
    assert lab.passes(sender, target, HELLO[:-1])


def test_later_fragments_have_addresses(lab: Lab) -> None:
    sender, target = (
        lab.add("sender"),
        lab.add("target", address_rules=(rule(IN, DENY, remote="10.0.0.1/32"),)),
    )
    assert not lab.passes(sender, target, ipv4(*V4, UDP, bytes(64), offset=9))


def test_metering_rules_count_what_passes(lab: Lab) -> None:
    rules = (
        rule(IN, METER, name="in, all"),
        rule(IN, METER, name="in, near", remote="10.0.0.0/24"),
        rule(OUT, METER, name="out"),
        rule(IN, METER, Family.IPV6, name="in, v6"),
    )
    sender, target = lab.add("sender"), lab.add("target", address_rules=rules)
    frame = ethernet(sender.mac, target.mac, HELLO)
    far = ethernet(sender.mac, target.mac, ip("192.0.2.1", "10.0.0.2", UDP, udp(9, 9)))
    lab.send(sender, frame, frame, far, ethernet(sender.mac, target.mac, ip(*V6, UDP, udp(9, 9, bytes(50)))))
    lab.send(target, ethernet(target.mac, sender.mac, ip(*V4, UDP, udp(9, 9, b"back"))))
    assert lab.traffic(target).metered_bytes == {
        "in, near": 2 * len(frame),
        "in, all": len(far),
        "out": len(ethernet(b"", b"", ip(*V4, UDP, udp(9, 9)))) + 12,
        "in, v6": len(ethernet(b"", b"", ip(*V6, UDP, udp(9, 9, bytes(50))))) + 12,
    }
    lab.change(target, address_rules=rules[:2])
    assert set(lab.traffic(target).metered_bytes) == {"in, near", "in, all"}
