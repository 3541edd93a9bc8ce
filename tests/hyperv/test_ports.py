"""Binding adapters to switches: what the host has afterwards, in which order, and in how many requests."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest
from attrs import evolve, frozen

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import MethodReturns
from openhyperv.emulator.rules.matching import Rule
from openhyperv.errors import ConflictError, HyperVError, NotFoundError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import SYSTEM_SERVICE, setting
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import (
    AccessVlan,
    Action,
    Direction,
    PortBandwidth,
    PortRange,
    PortRule,
    PortSecurity,
    PortSpec,
    Protocol,
    TrunkVlan,
)
from openhyperv.machine.violations import BrokenRuleError
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import AssociatorsOf, select
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import machine_spec
from tests.hyperv.stock import add_switch
from tests.witness import Witness

IN, OUT = Direction.INCOMING, Direction.OUTGOING
CABLE = "Msvm_EthernetPortAllocationSettingData"
VLAN = "Msvm_EthernetSwitchPortVlanSettingData"
SECURITY = "Msvm_EthernetSwitchPortSecuritySettingData"
BANDWIDTH = "Msvm_EthernetSwitchPortBandwidthSettingData"
ACL = "Msvm_EthernetSwitchPortExtendedAclSettingData"
METER = "Msvm_EthernetSwitchPortAclSettingData"
LAN = IPv4Network("10.1.0.0/16")
RULES = (
    PortRule(IN, protocol=Protocol.TCP, remote=LAN, ports=PortRange(22, 22), stateful=True),
    PortRule(IN, protocol=Protocol.UDP, ports=PortRange(5000, 5010)),
    PortRule(IN, protocol=Protocol.ICMP),
    PortRule(IN, protocol=112, remote=LAN),
    PortRule(OUT, protocol=Protocol.TCP, ports=PortRange(443, 443), stateful=True),
    PortRule(OUT, protocol=Protocol.ANY, remote=IPv6Network("fd00::/8"), local=IPv6Network("fd00::5/128")),
    PortRule(OUT, Action.DENY, Protocol.UDP, remote=LAN),
)


@pytest.fixture(scope="module", autouse=True)
def switches(host: Host) -> dict[str, str]:
    """The GUIDs of two switches by their names."""
    for name in ("lab", "other"):
        add_switch(host, name)
    return {switch.name: switch.guid for switch in host.switches.list()}


@pytest.fixture
def spec(switches: dict[str, str]) -> PortSpec:
    return PortSpec(switch=switches["lab"], vlan=AccessVlan(7), rules=RULES)


@frozen
class Bound:
    """What the host has of an adapter's port."""

    host: Host
    machine: VirtualMachine

    @property
    def cable(self) -> Instance | None:
        rows = self.host.session.query(select(CABLE))
        return next((row for row in rows if self.machine.guid in str(row["InstanceID"])), None)

    def all(self, class_name: str) -> list[Instance]:
        assert self.cable is not None
        path = setting(CABLE, str(self.cable["InstanceID"]))
        query = AssociatorsOf(path, association_class="Msvm_EthernetPortSettingDataComponent")
        return [each for each in self.host.session.query(query) if each.class_name == class_name]

    def only(self, class_name: str) -> Instance:
        (found,) = self.all(class_name)
        return found

    @property
    def switch(self) -> str | None:
        """The GUID of the switch that it is connected to."""
        cable = self.cable
        resources = cable.get("HostResource") if cable is not None and cable["EnabledState"] == 2 else None
        return str(resources[0]).rpartition('Name="')[2].rstrip('"') if isinstance(resources, list) else None


@pytest.fixture
def port(host: Host) -> Iterator[Bound]:
    """The port of the adapter ``eth0``, which has a cable that leads nowhere."""
    machine = host.create(machine_spec("bound", network_adapters=(NetworkAdapter("eth0"),)))
    yield Bound(host, machine)
    machine.delete()


def test_a_port_gets_its_vlan_and_all_its_rules(host: Host, port: Bound, spec: PortSpec) -> None:
    host.bind_port("eth0", spec)
    assert port.switch == spec.switch
    assert port.only(VLAN)["AccessVlanId"] == 7
    shown = {
        (
            *(acl[name] for name in ("Direction", "Action", "Protocol", "LocalIPAddress", "RemoteIPAddress")),
            *(acl[name] for name in ("LocalPort", "RemotePort", "Stateful")),
        )
        for acl in port.all(ACL)
    }
    assert shown == {
        (1, 1, "TCP", "ANY", "10.1.0.0/16", "22", "ANY", True),
        (1, 1, "UDP", "ANY", "ANY", "5000-5010", "ANY", False),
        (1, 1, "1", "ANY", "ANY", "ANY", "ANY", False),
        (1, 1, "112", "ANY", "10.1.0.0/16", "ANY", "ANY", False),
        (2, 1, "TCP", "ANY", "ANY", "ANY", "443", True),
        (2, 1, "ANY", "fd00::5", "fd00::/8", "ANY", "ANY", False),
        (2, 2, "UDP", "ANY", "10.1.0.0/16", "ANY", "ANY", False),
        (1, 2, "ANY", "ANY", "0.0.0.0/0", "ANY", "ANY", False),
        (1, 2, "ANY", "ANY", "::/0", "ANY", "ANY", False),
        (2, 2, "ANY", "ANY", "0.0.0.0/0", "ANY", "ANY", False),
        (2, 2, "ANY", "ANY", "::/0", "ANY", "ANY", False),
    }


def test_four_requests_and_connected_last(
    emulated: EmulatedHost, witness: Witness, host: Host, port: Bound, spec: PortSpec
) -> None:
    with requests(emulated, host) as asked, witness.watching() as seen:
        host.bind_port("eth0", spec)
    assert asked == ["Enumerate"] * 2 + ["Invoke"] * 2
    methods = [operation.method for operation in seen if operation.method]
    assert methods == ["AddFeatureSettings", "ModifyResourceSettings"]
    assert port.switch == spec.switch


def test_nothing_is_sent_when_nothing_changes(
    emulated: EmulatedHost, host: Host, port: Bound, spec: PortSpec
) -> None:
    host.bind_port("eth0", spec)
    before = {str(acl["InstanceID"]) for acl in port.all(ACL)}
    with requests(emulated, host) as asked:
        host.bind_port("eth0", evolve(spec, rules=tuple(reversed(RULES))))
    assert asked == ["Enumerate"] * 2
    assert {str(acl["InstanceID"]) for acl in port.all(ACL)} == before


def test_rules_change_in_place_while_the_machine_runs(
    witness: Witness, host: Host, port: Bound, spec: PortSpec
) -> None:
    host.bind_port("eth0", spec)
    port.machine.start()
    before = {str(acl["InstanceID"]) for acl in port.all(ACL)}
    ssh, *others, deny = RULES
    rules = (*others, PortRule(IN, protocol=Protocol.TCP, ports=PortRange(80, 80)))
    with witness.watching() as seen:
        host.bind_port("eth0", evolve(spec, rules=rules))
    methods = [operation.method for operation in seen if operation.method]
    assert methods == ["RemoveFeatureSettings", "AddFeatureSettings", "RemoveFeatureSettings"]
    after = port.all(ACL)
    assert len(after) == len(rules) + 4
    assert len({str(acl["InstanceID"]) for acl in after} - before) == 1
    assert deny.remote is not None
    assert ssh.ports is not None
    assert "22" not in {acl["LocalPort"] for acl in after}


def test_a_vlan_changes_in_place_but_with_its_rules_only_off_the_switch(
    emulated: EmulatedHost, witness: Witness, host: Host, port: Bound, spec: PortSpec
) -> None:
    host.bind_port("eth0", spec)
    moved = evolve(spec, vlan=TrunkVlan((20, 21), 3))
    with requests(emulated, host) as asked:
        host.bind_port("eth0", moved)
    assert asked == ["Enumerate"] * 2 + ["Invoke"]
    vlan = port.only(VLAN)
    assert (vlan["OperationMode"], vlan["NativeVlanId"]) == (2, 3)
    assert vlan["TrunkVlanIdArray"] == [20, 21]
    with witness.watching() as seen:
        host.bind_port("eth0", evolve(spec, rules=RULES[:1]))
    methods = [operation.method for operation in seen if operation.method]
    assert methods[0] == methods[-1] == "ModifyResourceSettings"
    assert port.switch == spec.switch


def test_another_switch(
    witness: Witness, host: Host, port: Bound, spec: PortSpec, switches: dict[str, str]
) -> None:
    host.bind_port("eth0", spec)
    with witness.watching() as seen:
        host.bind_port("eth0", PortSpec(switch="other", security=PortSecurity(dhcp_guard=True)))
    methods = [operation.method for operation in seen if operation.method]
    assert methods == [
        "ModifyResourceSettings",
        "RemoveFeatureSettings",
        "ModifyFeatureSettings",
        "AddFeatureSettings",
        "ModifyResourceSettings",
    ]
    assert port.switch == switches["other"]
    assert port.all(ACL) == []
    assert port.only(VLAN)["AccessVlanId"] == 0
    assert port.only(SECURITY)["EnableDhcpGuard"] is True


@pytest.mark.parametrize("method", ["AddFeatureSettings", "ModifyResourceSettings"])
def test_what_fails_leaves_the_port_disconnected_and_can_be_done_again(
    witness: Witness, host: Host, port: Bound, spec: PortSpec, method: str
) -> None:
    with (
        witness.misfortune(Rule(action=MethodReturns(return_value=32768), method=method)),
        pytest.raises(HyperVError) as caught,
    ):
        host.bind_port("eth0", spec)
    assert caught.value.target == "eth0"
    assert "not connected" in "".join(caught.value.__notes__)
    assert port.switch is None
    host.bind_port("eth0", spec)
    assert port.switch == spec.switch
    assert len(port.all(ACL)) == len(RULES) + 4


def test_bandwidth_and_security_are_set_and_taken_back(host: Host, port: Bound, spec: PortSpec) -> None:
    bounds = PortBandwidth(maximum_bps=50_000_000)
    free = PortSecurity(allow_mac_spoofing=True, router_guard=True)
    host.bind_port("eth0", evolve(spec, rules=None, bandwidth=bounds, security=free))
    assert port.only(BANDWIDTH)["Limit"] == 50_000_000
    assert port.only(SECURITY)["AllowMacSpoofing"] is True
    assert port.all(ACL) == []
    host.bind_port("eth0", spec)
    assert port.only(BANDWIDTH)["Limit"] == 0
    assert port.only(SECURITY)["AllowMacSpoofing"] is False
    assert len(port.all(ACL)) == len(RULES) + 4


def test_no_rules_drop_everything_and_none_leaves_everything(host: Host, port: Bound, spec: PortSpec) -> None:
    host.bind_port("eth0", evolve(spec, rules=()))
    assert {(acl["Action"], acl["Protocol"]) for acl in port.all(ACL)} == {(2, "ANY")}
    assert len(port.all(ACL)) == 4
    host.bind_port("eth0", evolve(spec, rules=None))
    assert port.all(ACL) == []


def test_rules_of_others_are_taken_over_or_removed(host: Host, port: Bound, spec: PortSpec) -> None:
    """Old agents left their rules behind: a default deny of some protocols, and what nothing here says."""
    host.bind_port("eth0", evolve(spec, rules=None))
    theirs = [
        {"Direction": 1, "Action": 2, "Protocol": "tcp", "RemoteIPAddress": "0.0.0.0/0", "Weight": 1},
        {"Direction": 1, "Action": 1, "Protocol": "1", "Weight": 65_499},
        {"Direction": 2, "Action": 1, "IsolationID": 9, "Weight": 65_498},
        {"Direction": 2, "Action": 2, "LocalPort": "5", "Protocol": "tcp", "Weight": 2},
    ]
    _add_features(host, port, [Instance(ACL, each) for each in theirs])
    meter = Instance(METER, {"AclType": 2, "Action": 3, "Direction": 1, "Applicability": 1})
    _add_features(host, port, [meter])
    host.bind_port("eth0", spec)
    acls = port.all(ACL)
    assert len(acls) == len(RULES) + 4
    assert len({(acl["Direction"], acl["Weight"]) for acl in acls}) == len(acls)
    assert port.only(METER)["Action"] == 3


def _add_features(host: Host, port: Bound, features: list[Instance]) -> None:
    assert port.cable is not None
    texts = [instance_to_text(feature, host.session.schema) for feature in features]
    path = setting(CABLE, str(port.cable["InstanceID"]))
    arguments = {"AffectedConfiguration": path, "FeatureSettings": texts}
    host.session.run(SYSTEM_SERVICE, "AddFeatureSettings", arguments)


def test_an_adapter_without_a_cable_gets_one(
    emulated: EmulatedHost, host: Host, port: Bound, spec: PortSpec
) -> None:
    host.bind_port("eth0", spec)
    host.unbind_port("eth0")
    assert port.cable is None
    with requests(emulated, host) as asked:
        host.bind_port("eth0", spec)
    assert asked == ["Enumerate"] * 3 + ["Invoke"] * 3
    assert port.switch == spec.switch
    assert port.cable is not None
    assert port.cable["ElementName"] == "eth0"


def test_unbinding(emulated: EmulatedHost, host: Host, port: Bound, spec: PortSpec) -> None:
    host.bind_port("eth0", spec)
    port.machine.start()
    with requests(emulated, host) as asked:
        host.unbind_port("eth0")
    assert asked == ["Enumerate", "Invoke"]
    assert port.cable is None
    host.unbind_port("eth0")


def test_by_key(emulated: EmulatedHost, host: Host, port: Bound, spec: PortSpec) -> None:
    assert port.cable is not None
    key = str(port.cable["InstanceID"]).removesuffix("\\C")
    with requests(emulated, host) as asked:
        host.bind_port(key, spec)
    assert asked == ["Enumerate"] * 2 + ["Invoke"] * 2
    assert port.switch == spec.switch


@pytest.mark.parametrize("is_fresh", [True, False])
def test_by_key_where_the_cable_has_to_be_made(
    emulated: EmulatedHost, port: Bound, spec: PortSpec, is_fresh: bool
) -> None:
    assert port.cable is not None
    key = str(port.cable["InstanceID"]).removesuffix("\\C")
    port.host.unbind_port(key)
    with Host.connect(target_of(emulated)) as other:
        if not is_fresh:
            other.facts()
        other.bind_port(key, spec)
    assert port.switch == spec.switch
    assert len(port.all(ACL)) == len(RULES) + 4


def test_a_name_that_a_checkpoint_has_too_is_the_machines(
    emulated: EmulatedHost, host: Host, port: Bound, spec: PortSpec
) -> None:
    port.machine.checkpoints.take()
    with requests(emulated, host) as asked:
        host.bind_port("eth0", spec)
    assert asked == ["Enumerate"] * 3 + ["Invoke"] * 2
    assert len(port.all(ACL)) == len(RULES) + 4


def test_names_that_mean_no_port_or_several(host: Host, port: Bound, spec: PortSpec) -> None:
    with pytest.raises(NotFoundError):
        host.bind_port("eth9", spec)
    with pytest.raises(NotFoundError):
        host.bind_port("eth0", evolve(spec, switch="nowhere"))
    twin = host.create(machine_spec("twin", network_adapters=(NetworkAdapter("eth0"),)))
    with pytest.raises(ConflictError, match="Microsoft:"):
        host.bind_port("eth0", spec)
    twin.delete()
    assert port.switch is None


def test_a_broken_rule_is_told_before_anything_is_sent(
    emulated: EmulatedHost, host: Host, spec: PortSpec
) -> None:
    with requests(emulated, host) as asked, pytest.raises(BrokenRuleError):
        host.bind_port("eth0", evolve(spec, vlan=AccessVlan(4095)))
    assert asked == []


@pytest.mark.parametrize("version", ["2012R2", "2016"])
def test_older_releases_know_all_of_it(tmp_path: Path, version: str) -> None:
    with (
        emulated_host(tmp_path, version=version, has_files=True) as older,
        Host.connect(target_of(older)) as host,
    ):
        add_switch(host)
        release = host.facts().version
        adapters = (NetworkAdapter("eth0"),)
        machine = host.create(machine_spec("old", host=release, network_adapters=adapters))
        host.bind_port("eth0", PortSpec(switch="lab", vlan=AccessVlan(7), rules=RULES))
        port = Bound(host, machine)
        assert len(port.all(ACL)) == len(RULES) + 4
        assert port.switch is not None
        machine.start_metering()
        assert host.statistics().version == release
