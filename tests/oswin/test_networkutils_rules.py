"""os-win gives ports access rules, by which firewalls are made and traffic is counted."""

from __future__ import annotations

from typing import Any

import pytest
from os_win import constants

from openhyperv.cim.session import Session
from tests.oswin.proving import proves
from tests.oswin.security_rules import ALLOW, DENY, EXTENDED, OUTGOING, PLAIN, ExtendedRule
from tests.oswin.switching import Port, connected_port, make_switch

pytestmark = pytest.mark.usefixtures("windows")

METER = 3


@pytest.fixture
def port(networkutils: Any, vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Port:
    make_switch(ours, f"switch of {request.node.name}")
    return connected_port(networkutils, vmutils, ours, request.node.name)


def weights(port: Port, action: int) -> list[object]:
    return sorted(rule["Weight"] for rule in port.features(EXTENDED) if rule["Action"] == action)


@proves("networkutils.NetworkUtils.create_security_rules")
def test_rules_get_the_weights_of_their_kind(networkutils: Any, port: Port) -> None:
    denials = [ExtendedRule(Action=DENY, Protocol=name, Stateful=False) for name in ("tcp", "udp", "1")]
    networkutils.create_security_rules(port.name, denials)
    allowances = [ExtendedRule(LocalPort=number) for number in ("22", "80", "443-444")]
    networkutils.create_security_rules(port.name, allowances)
    networkutils.create_security_rules(port.name, [ExtendedRule(LocalPort="8080")])
    assert weights(port, DENY) == [1, 2, 3]
    assert weights(port, ALLOW) == [65496, 65497, 65498, 65499]


@proves("networkutils.NetworkUtils.create_security_rules")
def test_a_rule_says_what_it_was_made_of(networkutils: Any, port: Port) -> None:
    rule = ExtendedRule(
        Direction=OUTGOING, Protocol="udp", LocalPort="53", RemoteIPAddress="10.1.0.0/16", Stateful=True
    )
    networkutils.create_security_rules(port.name, [rule])
    feature = port.feature(EXTENDED)
    assert {name: feature[name] for name in rule.to_dict()} == rule.to_dict()
    assert feature["RemotePort"] == "ANY"


@proves("networkutils.NetworkUtils.create_security_rules")
def test_a_rule_that_is_there_is_not_added_again(networkutils: Any, port: Port) -> None:
    for _ in range(2):
        networkutils.create_security_rules(port.name, [ExtendedRule(LocalPort="22")])
    assert len(port.features(EXTENDED)) == 1


@proves("networkutils.NetworkUtils.remove_security_rules")
def test_rules_are_removed_by_what_they_say(networkutils: Any, port: Port) -> None:
    rules = [ExtendedRule(LocalPort=number) for number in ("22", "80", "443")]
    networkutils.create_security_rules(port.name, rules)
    networkutils.remove_security_rules(port.name, rules[:2])
    assert port.feature(EXTENDED)["LocalPort"] == "443"


@proves("networkutils.NetworkUtils.remove_all_security_rules")
def test_a_port_without_rules_has_none(networkutils: Any, port: Port) -> None:
    networkutils.create_security_rules(port.name, [ExtendedRule(LocalPort=str(n)) for n in range(1, 21)])
    assert len(port.features(EXTENDED)) == 20
    networkutils.remove_all_security_rules(port.name)
    assert port.features(EXTENDED) == []


@proves(
    "networkutils.NetworkUtils.add_metrics_collection_acls",
    "networkutils.NetworkUtils.is_metrics_collection_allowed",
)
def test_traffic_is_counted_both_ways(networkutils: Any, vmutils: Any, port: Port) -> None:
    machine = port.name.removeprefix("port of ")
    assert not networkutils.is_metrics_collection_allowed(port.name)
    for _ in range(2):
        networkutils.add_metrics_collection_acls(port.name)
    rules = port.features(PLAIN)
    assert {rule["Action"] for rule in rules} == {METER}
    assert sorted((rule["Direction"], rule["AclType"]) for rule in rules) == [(1, 2), (1, 3), (2, 2), (2, 3)]
    assert not networkutils.is_metrics_collection_allowed(port.name)
    vmutils.set_vm_state(machine, constants.HYPERV_VM_STATE_ENABLED)
    assert networkutils.is_metrics_collection_allowed(port.name)
