"""VLANs of ports: access, trunk and private."""

from __future__ import annotations

import pytest

from openhyperv.emulator.network.settings import Security
from openhyperv.emulator.network.vlans import (
    AccessVlan,
    CommunityVlan,
    IsolatedVlan,
    PromiscuousVlan,
    TrunkVlan,
    Vlan,
)
from tests.emulator_network.crafting import BROADCAST, arp, ethernet
from tests.emulator_network.wires import Card, Lab, everybody


def tagged(card: Card, *tags: int) -> bytes:
    return ethernet(card.mac, BROADCAST, arp(card.mac), *tags)


@pytest.mark.parametrize(
    ("first", "second", "reaches"),
    [
        (AccessVlan(0), AccessVlan(0), True),
        (AccessVlan(5), AccessVlan(5), True),
        (AccessVlan(5), AccessVlan(6), False),
        (AccessVlan(5), AccessVlan(0), False),
        (AccessVlan(5), TrunkVlan(5), True),
        (AccessVlan(5), TrunkVlan(6), False),
        (IsolatedVlan(100, 101), IsolatedVlan(100, 101), False),
        (IsolatedVlan(100, 101), CommunityVlan(100, 102), False),
        (IsolatedVlan(100, 101), PromiscuousVlan(100, frozenset({101})), True),
        (IsolatedVlan(100, 101), PromiscuousVlan(100, frozenset({102})), False),
        (CommunityVlan(100, 102), CommunityVlan(100, 102), True),
        (CommunityVlan(100, 102), CommunityVlan(100, 103), False),
        (CommunityVlan(100, 102), IsolatedVlan(100, 101), False),
        (PromiscuousVlan(100, frozenset({101})), IsolatedVlan(100, 101), True),
        (PromiscuousVlan(100), CommunityVlan(100, 102), True),
        (PromiscuousVlan(200), IsolatedVlan(100, 101), False),
    ],
    ids=str,
)
def test_who_reaches_whom(lab: Lab, first: Vlan, second: Vlan, *, reaches: bool) -> None:
    source, target = lab.add("source", vlan=first), lab.add("target", vlan=second)
    lab.send(source, everybody(source))
    assert target.received() == ([everybody(source)] if reaches else [])


def test_a_vlan_changes_while_frames_pass(lab: Lab) -> None:
    source, target = lab.add("source", vlan=AccessVlan(5)), lab.add("target", vlan=AccessVlan(5))
    assert lab.passes(source, target, arp(source.mac))
    lab.change(target, vlan=AccessVlan(6))
    assert not lab.passes(source, target, arp(source.mac))
    lab.change(source, vlan=AccessVlan(6))
    assert lab.passes(source, target, arp(source.mac))


def test_what_access_ports_tag_themselves_is_dropped(lab: Lab) -> None:
    source, trunk = (
        lab.add("source", vlan=AccessVlan(5)),
        lab.add("trunk", vlan=TrunkVlan(0, frozenset({5, 6}))),
    )
    lab.send(source, tagged(source, 6), tagged(source, 5), tagged(source, 6, 5))
    assert trunk.received() == []
    assert lab.traffic(source).sent.dropped == 3


def test_a_tag_that_names_a_priority_only_is_no_vlan(lab: Lab) -> None:
    source, target = lab.add("source", vlan=AccessVlan(5)), lab.add("target", vlan=AccessVlan(5))
    urgent = 5 << 13
    lab.send(source, tagged(source, urgent))
    assert target.received() == [everybody(source)]
    lab.change(target, security=Security(keeps_priority=True))
    lab.send(source, tagged(source, urgent))
    assert target.received() == [tagged(source, urgent)]


def test_trunks_carry_the_vlans_of_their_list_with_tags(lab: Lab) -> None:
    trunk = lab.add("trunk", vlan=TrunkVlan(7, frozenset({5, 6})))
    native, five = lab.add("native", vlan=AccessVlan(7)), lab.add("five", vlan=AccessVlan(5))
    other = lab.add("other", vlan=AccessVlan(8))
    lab.send(trunk, tagged(trunk, 5), everybody(trunk), tagged(trunk, 8))
    assert (five.received(), native.received(), other.received()) == (
        [everybody(trunk)],
        [everybody(trunk)],
        [],
    )
    lab.send(five, everybody(five))
    lab.send(native, everybody(native))
    lab.send(other, everybody(other))
    assert trunk.received() == [tagged(five, 5), everybody(native)]


def test_what_hides_behind_a_trunks_tag_stays_there(lab: Lab) -> None:
    trunk, five = lab.add("trunk", vlan=TrunkVlan(0, frozenset({5}))), lab.add("five", vlan=AccessVlan(5))
    six = lab.add("six", vlan=AccessVlan(6))
    lab.send(trunk, tagged(trunk, 5, 6))
    assert (five.received(), six.received()) == ([tagged(trunk, 6)], [])


def test_addresses_are_learned_by_vlan(lab: Lab) -> None:
    same = bytes.fromhex("00155d00aa01")
    sender = lab.add("sender", vlan=TrunkVlan(0, frozenset({5, 6})))
    five, six = lab.add("five", vlan=AccessVlan(5), mac=same), lab.add("six", vlan=AccessVlan(6), mac=same)
    lab.send(five, everybody(five))
    lab.send(six, everybody(six))
    lab.send(sender, ethernet(sender.mac, same, arp(sender.mac), 5))
    assert len(five.received()) == 1
    assert six.received() == []
