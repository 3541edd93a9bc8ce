"""The table of port features: gates, names and the rules of values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.emulator.host.defaults import UnknownFeature, default_feature, feature_kinds, find_feature
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.switches import features
from openhyperv.emulator.host.switches.feature_kind import BadFeature, FeatureKind
from openhyperv.wire.types import Value

WS2025 = Profile.named("2025")
WS2012R2 = Profile.named("2012R2")
PORT = r"F28E3C2A-7A2D-44F5-8D15-6FBC98D3466C\C"


@pytest.mark.parametrize("profile", [WS2012R2, WS2025], ids=lambda p: p.label)
def test_defaults_of_single_features_pass_their_own_rules(profile: Profile) -> None:
    for kind in feature_kinds(profile):
        if not kind.is_multiple:
            kind.check(default_feature(kind, profile))


def test_a_release_lacks_the_features_that_came_later() -> None:
    assert find_feature("msvm_ethernetswitchportrdmasettingdata", WS2025) is features.RDMA
    with pytest.raises(UnknownFeature):
        find_feature("Msvm_EthernetSwitchPortRdmaSettingData", WS2012R2)
    assert "RscEnabled" not in default_feature(features.OFFLOAD, WS2012R2)
    assert default_feature(features.OFFLOAD, WS2025)["RscEnabled"] is True


def test_an_added_feature_is_named_after_its_port() -> None:
    assert features.VLAN.new_tail(PORT) == rf"{PORT}\952C5004-4465-451C-8CB8-FA9AB382B773"
    first, second = features.ACL.new_tail(PORT), features.ACL.new_tail(PORT)
    assert first != second
    assert first.startswith(rf"{PORT}\998BEF4A-5D55-492A-9C43-8B2F5EAE9F2B" + "\\")


@pytest.mark.parametrize("place", ["", PORT])
def test_a_feature_knows_its_place(place: str) -> None:
    for kind in features.FEATURES:
        assert kind.place_of(kind.new_tail(place)) == place


@given(st.integers(0, 65_535))
def test_access_vlans_end_at_4094(number: int) -> None:
    values: dict[str, Value] = {"OperationMode": 1, "AccessVlanId": number}
    if number <= 4094:
        features.VLAN.check(values)
    else:
        with pytest.raises(BadFeature):
            features.VLAN.check(values)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (features.VLAN, {"OperationMode": 0}),
        (features.VLAN, {"OperationMode": 2, "TrunkVlanIdArray": [1, 4095]}),
        (features.VLAN, {"OperationMode": 3, "PvlanMode": 1, "PrimaryVlanId": 5, "SecondaryVlanId": 5}),
        (features.VLAN, {"OperationMode": 3, "PvlanMode": 0, "PrimaryVlanId": 5, "SecondaryVlanId": 6}),
        (
            features.VLAN,
            {"OperationMode": 3, "PvlanMode": 3, "PrimaryVlanId": 0, "SecondaryVlanIdArray": [6]},
        ),
        (features.SECURITY, {"VirtualSubnetId": 16_777_216}),
        (features.BANDWIDTH, {"Weight": 101}),
        (features.ACL, {"AclType": 2, "Action": 1, "RemoteAddress": "fe80::1"}),
        (
            features.ACL,
            {"AclType": 2, "Action": 1, "RemoteAddress": "10.0.0.0", "RemoteAddressPrefixLength": 33},
        ),
        (features.ACL, {"AclType": 1, "Action": 1, "LocalAddress": "00-15-5D"}),
        (features.ACL, {"Action": 1}),
        (features.EXTENDED_ACL, {"Action": 3, "Direction": 1}),
        (features.EXTENDED_ACL, {"Action": 1, "RemoteIPAddress": "10.0.0.0/40"}),
        (features.EXTENDED_ACL, {"Action": 1, "LocalPort": "http"}),
        (features.ROUTING_DOMAIN, {"RoutingDomainGuid": "red"}),
    ],
)
def test_values_the_switch_would_not_take_are_refused(kind: FeatureKind, values: dict[str, Value]) -> None:
    with pytest.raises(BadFeature):
        kind.check(values)


def test_a_port_takes_one_vlan_but_many_rules_of_different_weight() -> None:
    vlan: dict[str, Value] = {"OperationMode": 1, "AccessVlanId": 7}
    with pytest.raises(BadFeature):
        features.VLAN.check(vlan, [vlan])
    rule: dict[str, Value] = {"Action": 1, "Direction": 1, "Weight": 10}
    features.EXTENDED_ACL.check({**rule, "Weight": 11}, [rule])
    with pytest.raises(BadFeature):
        features.EXTENDED_ACL.check(rule, [rule])
