"""Ports: what they may be like, and which of their rules beats which."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.machine.port import (
    AccessVlan,
    Action,
    Direction,
    PortBandwidth,
    PortRange,
    PortRule,
    PortSpec,
    Protocol,
    TrunkVlan,
)
from openhyperv.machine.port_weights import BAND_SIZE, DEFAULTS, weigh
from openhyperv.machine.rules.ports import address_text, check_port
from openhyperv.machine.violations import BrokenRuleError, Rule

IN, OUT = Direction.INCOMING, Direction.OUTGOING
V4, V6 = IPv4Network("10.0.0.0/8"), IPv6Network("fd00::/8")
SSH = PortRule(IN, protocol=Protocol.TCP, remote=V4, ports=PortRange(22, 22), stateful=True)
RULES = st.builds(
    PortRule,
    st.sampled_from(Direction),
    st.sampled_from(Action),
    st.integers(0, 255),
    stateful=st.booleans(),
)


def refused(spec: PortSpec) -> BrokenRuleError:
    with pytest.raises(BrokenRuleError) as caught:
        check_port(spec)
    assert caught.value.operation == "design a port"
    return caught.value


@pytest.mark.parametrize(
    "spec",
    [
        PortSpec(switch="lab"),
        PortSpec(switch="lab", rules=()),
        PortSpec(switch="lab", vlan=TrunkVlan((1, 4094), 7)),
        PortSpec(switch="lab", rules=(SSH, PortRule(OUT, Action.DENY))),
        PortSpec(switch="lab", bandwidth=PortBandwidth(minimum_bps=10_000_000, maximum_bps=10_000_000)),
        PortSpec(switch="lab", bandwidth=PortBandwidth(maximum_bps=1)),
    ],
)
def test_ports_that_can_be(spec: PortSpec) -> None:
    assert check_port(spec) is spec


@pytest.mark.parametrize("vlan", [AccessVlan(0), AccessVlan(4095), TrunkVlan(()), TrunkVlan((5,), 4095)])
def test_vlans_that_cannot_be(vlan: AccessVlan | TrunkVlan) -> None:
    assert refused(PortSpec(switch="lab", vlan=vlan)).rule is Rule.PORT_VLAN


@pytest.mark.parametrize(
    "rule",
    [
        PortRule(IN, protocol=256),
        PortRule(IN, protocol=Protocol.ICMP, ports=PortRange(1, 2)),
        PortRule(IN, ports=PortRange(1, 2)),
        PortRule(IN, protocol=Protocol.TCP, ports=PortRange(2, 1)),
        PortRule(IN, protocol=17, ports=PortRange(1, 65_536)),
        PortRule(IN, remote=V4, local=V6),
        PortRule(IN, protocol=Protocol.ICMP, remote=V6),
        PortRule(IN, protocol=58, local=V4),
        PortRule(IN, protocol=Protocol.ICMP, stateful=True),
        PortRule(OUT, Action.DENY, remote=IPv4Network("0.0.0.0/0")),
        PortRule(IN, remote=IPv6Network("1111:2222:3333:4444:5555:6666:7777:8880/124")),
    ],
)
def test_rules_that_contradict_themselves(rule: PortRule) -> None:
    assert refused(PortSpec(switch="lab", rules=(SSH, rule))).rule is Rule.PORT_RULES


@pytest.mark.parametrize(
    "bandwidth",
    [
        PortBandwidth(),
        PortBandwidth(minimum_bps=9_999_999),
        PortBandwidth(minimum_bps=20_000_000, maximum_bps=19_999_999),
        PortBandwidth(maximum_bps=0),
    ],
)
def test_bandwidth_that_no_port_has(bandwidth: PortBandwidth) -> None:
    assert refused(PortSpec(switch="lab", bandwidth=bandwidth)).rule is Rule.PORT_BANDWIDTH


def test_a_port_is_on_a_switch() -> None:
    assert refused(PortSpec(switch="")).rule is Rule.PORT_SWITCH


def test_a_port_takes_many_rules_but_not_any_number() -> None:
    rules = tuple(
        PortRule(IN, protocol=Protocol.TCP, ports=PortRange(port, port)) for port in range(BAND_SIZE + 1)
    )
    assert check_port(PortSpec(switch="lab", rules=rules[1:]))
    assert refused(PortSpec(switch="lab", rules=rules)).rule is Rule.PORT_RULES


@given(st.lists(RULES, unique=True, max_size=60))
def test_denying_beats_allowing_and_both_beat_the_defaults(rules: list[PortRule]) -> None:
    weights = weigh(dict.fromkeys([*rules, *DEFAULTS]))
    assert len({(rule.direction, weight) for rule, weight in weights.items()}) == len(weights)
    for direction in Direction:
        mine = {rule: weight for rule, weight in weights.items() if rule.direction is direction}
        lightest_first = (
            [weight for rule, weight in mine.items() if rule in DEFAULTS],
            [weight for rule, weight in mine.items() if rule.action is Action.ALLOW],
            [weight for rule, weight in mine.items() if rule.action is Action.DENY and rule not in DEFAULTS],
        )
        heaviest = 0
        for weights_of_kind in lightest_first:
            assert all(weight > heaviest for weight in weights_of_kind)
            heaviest = max([heaviest, *weights_of_kind])
        assert all(1 <= weight <= 65_535 for weight in mine.values())


@given(st.lists(RULES, unique=True, min_size=2, max_size=40), st.data())
def test_rules_come_and_go_without_moving_others(rules: list[PortRule], data: st.DataObject) -> None:
    before = weigh(dict.fromkeys([*rules[1:], *DEFAULTS]))
    stay = data.draw(st.lists(st.sampled_from(rules), unique=True))
    gone = {(rule.direction, weight) for rule, weight in before.items() if rule not in stay}
    after = weigh({rule: before.get(rule) for rule in stay}, gone)
    assert all(after[rule] == before[rule] for rule in stay if rule in before)
    assert gone.isdisjoint((rule.direction, weight) for rule, weight in after.items())


def test_a_rule_outside_its_band_moves_and_its_old_place_stays_free_meanwhile() -> None:
    deny = PortRule(IN, Action.DENY, Protocol.UDP)
    weights = weigh({SSH: 40_001, deny: None})
    assert (weights[SSH], weights[deny]) == (20_001, 40_002)


def test_single_addresses_have_no_length() -> None:
    assert address_text(IPv4Network("10.0.0.1/32")) == "10.0.0.1"
    assert address_text(IPv6Network("fd00::1/128")) == "fd00::1"
    assert address_text(V4) == "10.0.0.0/8"
