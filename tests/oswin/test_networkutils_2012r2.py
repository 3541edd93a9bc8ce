"""os-win's access rules on Windows Server 2012 R2: those it makes there, and those of hosts before it."""

from __future__ import annotations

from typing import Any

import pytest
from os_win.utils.network import networkutils as module

from openhyperv.cim.session import Session
from tests.oswin.proving import proves
from tests.oswin.security_rules import DENY, EXTENDED, PLAIN, ExtendedRule, PlainRule
from tests.oswin.switching import Port, connected_port, make_switch

pytestmark = pytest.mark.usefixtures("windows_2012r2")


@pytest.fixture
def port(networkutils: Any, vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Port:
    make_switch(ours, f"switch of {request.node.name}")
    return connected_port(networkutils, vmutils, ours, request.node.name)


@proves("networkutils.NetworkUtils.create_security_rules", "networkutils.NetworkUtils.remove_security_rules")
def test_weighted_rules_came_with_this_release(networkutils: Any, port: Port) -> None:
    rules = [ExtendedRule(LocalPort=number) for number in ("22", "80")]
    networkutils.create_security_rules(port.name, rules)
    assert sorted(str(rule["Weight"]) for rule in port.features(EXTENDED)) == ["65498", "65499"]
    networkutils.remove_security_rules(port.name, rules)
    assert port.features(EXTENDED) == []


@proves(
    "networkutils.NetworkUtils.create_security_rules", "networkutils.NetworkUtils.remove_all_security_rules"
)
def test_rules_of_older_hosts_have_no_weights(port: Port) -> None:
    older = module.NetworkUtils()
    rules = [PlainRule(Action=DENY), PlainRule(RemoteAddress="10.1.0.0", RemoteAddressPrefixLength=16)]
    older.create_security_rules(port.name, rules)
    found = port.features(PLAIN)
    for rule in rules:
        assert rule.to_dict() in [{name: acl[name] for name in rule.to_dict()} for acl in found]
    older.add_metrics_collection_acls(port.name)
    older.remove_all_security_rules(port.name)
    assert {acl["Action"] for acl in port.features(PLAIN)} == {3}, "what counts traffic stays"


@proves("networkutils.NetworkUtils.get_vswitch_extensions")
def test_the_extensions_of_the_release(networkutils: Any, port: Port) -> None:
    extensions = networkutils.get_vswitch_extensions(port.name.replace("port of", "switch of"))
    assert {extension["version"] for extension in extensions} == {"6.3.9600"}
