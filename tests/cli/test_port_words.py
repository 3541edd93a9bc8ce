"""Rules and VLANs in words: what is printed can be typed."""

from __future__ import annotations

from ipaddress import ip_network

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.cli.rule_words import RuleFile, RuleWords, rule_text
from openhyperv.cli.vlan_words import PrivateWords, VlanList, vlan_text
from openhyperv.machine.port import (
    AccessVlan,
    Action,
    Direction,
    PortRange,
    PortRule,
    PrivateVlan,
    PrivateVlanMode,
    Protocol,
    TrunkVlan,
)

VLAN_IDS = st.integers(1, 4094)
PORTS = st.tuples(st.integers(0, 65_535), st.integers(0, 65_535)).map(lambda ends: PortRange(*sorted(ends)))
NETWORKS = st.one_of(
    st.ip_addresses(v=4).map(ip_network),
    st.ip_addresses(v=6).map(ip_network),
    st.sampled_from([ip_network("10.0.0.0/8"), ip_network("::/0"), ip_network("fd00::/8")]),
)
RULES = st.builds(
    PortRule,
    st.sampled_from(Direction),
    st.sampled_from(Action),
    st.sampled_from(Protocol) | st.integers(59, 255),
    remote=st.none() | NETWORKS,
    local=st.none() | NETWORKS,
    ports=st.none() | PORTS,
    stateful=st.booleans(),
)


@given(rule=RULES)
def test_a_printed_rule_is_that_rule(rule: PortRule) -> None:
    action, words = rule_text(rule).split()
    assert RuleWords(Action[action.upper()]).convert(words, None, None) == rule


@given(rules=st.lists(RULES, max_size=5))
def test_printed_rules_are_a_file_of_rules(
    rules: list[PortRule], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("rules") / "rules"
    file.write_text("# all of them\n" + "".join(f"{rule_text(rule)}  # one\n\n" for rule in rules), "utf-8")
    assert RuleFile().convert(str(file), None, None) == tuple(rules)


@given(text=st.text(alphabet="inout,tcpallow=-0123456789:/. anystateful", max_size=40))
def test_whatever_is_typed_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = RuleWords(Action.ALLOW).convert(text, None, None)
    except click.BadParameter:
        return
    assert isinstance(rule, PortRule)


@given(vlan_ids=st.lists(VLAN_IDS, min_size=1, unique=True))
def test_a_printed_list_of_vlans_is_that_list(vlan_ids: list[int]) -> None:
    printed = vlan_text(TrunkVlan(tuple(vlan_ids))).removeprefix("trunk ")
    assert VlanList().convert(printed, None, None) == tuple(sorted(vlan_ids))


@given(mode=st.sampled_from(PrivateVlanMode), primary=VLAN_IDS, secondaries=st.lists(VLAN_IDS, min_size=1))
def test_a_printed_private_vlan_is_that_vlan(
    mode: PrivateVlanMode, primary: int, secondaries: list[int]
) -> None:
    vlan = PrivateVlan(mode, primary, tuple(sorted(set(secondaries))))
    assert PrivateWords().convert(vlan_text(vlan), None, None) == vlan


def test_vlans_in_a_few_characters() -> None:
    assert vlan_text(None) == ""
    assert vlan_text(AccessVlan(7)) == "7"
    assert vlan_text(TrunkVlan((22, 20, 21, 30), 3)) == "trunk 20-22,30, native 3"
    assert vlan_text(PrivateVlan(PrivateVlanMode.ISOLATED, 10, (20,))) == "isolated:10:20"


@pytest.mark.parametrize("words", ["", "1,", "5-3", "-1", "4096", "x", "1-", "1:2"])
def test_lists_that_are_none(words: str) -> None:
    with pytest.raises(click.BadParameter):
        VlanList().convert(words, None, None)
