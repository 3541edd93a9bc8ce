"""From the features of a connection, as Hyper-V keeps them, to the settings of the port that it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_interface

from openhyperv.emulator.host.settings import Feature
from openhyperv.emulator.host.switches.feature_kind import FeatureKind
from openhyperv.emulator.host.switches.feature_rules import (
    AclType,
    PrivateVlanMode,
    VlanMode,
    is_any,
    protocol_number,
)
from openhyperv.emulator.host.switches.features import ACL, BANDWIDTH, EXTENDED_ACL, ISOLATION, SECURITY, VLAN
from openhyperv.emulator.network.settings import (
    Action,
    AddressRule,
    Direction,
    ExtendedRule,
    Family,
    MonitorMode,
    PortNumbers,
    PortSettings,
    Prefix,
    Security,
)
from openhyperv.emulator.network.vlans import (
    AccessVlan,
    CommunityVlan,
    IsolatedVlan,
    NoVlan,
    PromiscuousVlan,
    TrunkVlan,
    Vlan,
)

_FAMILIES = {AclType.MAC: Family.MAC, AclType.IPV4: Family.IPV4, AclType.IPV6: Family.IPV6}
_ISOLATED_BY_VLAN = 3
"""Msvm_EthernetSwitchPortIsolationSettingData.IsolationMode; the others are of network virtualization."""
_VERSIONS = {4: Family.IPV4, 6: Family.IPV6}


def port_settings(switch: str | None, mac: bytes, features: Iterable[Feature]) -> PortSettings:
    """A port of that switch, whose device has that address, with these features."""
    by_kind: dict[str, list[Feature]] = {}
    for feature in features:
        by_kind.setdefault(feature.class_name, []).append(feature)
    bandwidth = _only(by_kind, BANDWIDTH)
    return PortSettings(
        switch=switch,
        mac=mac,
        vlan=_isolation(_only(by_kind, ISOLATION)) or _vlan(_only(by_kind, VLAN)),
        security=_security(_only(by_kind, SECURITY)),
        extended_rules=tuple(map(_extended_rule, by_kind.get(EXTENDED_ACL.class_name, ()))),
        address_rules=tuple(map(_address_rule, by_kind.get(ACL.class_name, ()))),
        # UNVERIFIED: that Limit bounds what the device sends, not what it gets
        limit_bps=bandwidth.number("Limit") if bandwidth else 0,
        # UNVERIFIED: that BurstSize is in bits, as Limit is
        burst_bytes=bandwidth.number("BurstSize") // 8 if bandwidth else 0,
        burst_bps=bandwidth.number("BurstLimit") if bandwidth else 0,
    )


def _only(by_kind: Mapping[str, Sequence[Feature]], kind: FeatureKind) -> Feature | None:
    return next(iter(by_kind.get(kind.class_name, ())), None)


def _isolation(feature: Feature | None) -> Vlan | None:
    """The VLAN of what has no tag, if that may pass; None for a port that is not isolated by VLAN.

    Msvm_EthernetSwitchPortIsolationSettingData; Set-VMNetworkAdapterIsolation. What has a tag would be of a
    routing domain, and is not carried here.
    """
    if feature is None or feature.number("IsolationMode") != _ISOLATED_BY_VLAN:
        return None
    # UNVERIFIED: isolation by VLAN holds where there are VLAN settings too, which Microsoft advises against
    is_untagged = feature.value("AllowUntaggedTraffic") is True
    return AccessVlan(feature.number("DefaultIsolationId")) if is_untagged else NoVlan()


def _vlan(feature: Feature | None) -> Vlan:
    if feature is None:
        return AccessVlan()
    match VlanMode(feature.number("OperationMode")):
        case VlanMode.ACCESS:
            return AccessVlan(feature.number("AccessVlanId"))
        case VlanMode.TRUNK:
            allowed = _numbers(feature, "TrunkVlanIdArray") - _numbers(feature, "PruneVlanIdArray")
            return TrunkVlan(feature.number("NativeVlanId"), allowed)
        case VlanMode.PRIVATE:
            return _private_vlan(feature)


def _private_vlan(feature: Feature) -> Vlan:
    primary, secondary = feature.number("PrimaryVlanId"), feature.number("SecondaryVlanId")
    match PrivateVlanMode(feature.number("PvlanMode")):
        case PrivateVlanMode.ISOLATED:
            return IsolatedVlan(primary, secondary)
        case PrivateVlanMode.COMMUNITY:
            return CommunityVlan(primary, secondary)
        case PrivateVlanMode.PROMISCUOUS:
            return PromiscuousVlan(primary, _numbers(feature, "SecondaryVlanIdArray"))


def _numbers(feature: Feature, name: str) -> frozenset[int]:
    value = feature.value(name)
    return frozenset(n for n in value if isinstance(n, int)) if isinstance(value, list) else frozenset()


def _security(feature: Feature | None) -> Security:
    if feature is None:
        return Security()
    return Security(
        allow_mac_spoofing=feature.value("AllowMacSpoofing") is True,
        dhcp_guard=feature.value("EnableDhcpGuard") is True,
        router_guard=feature.value("EnableRouterGuard") is True,
        keeps_priority=feature.value("AllowIeeePriorityTag") is True,
        storm_limit_pps=feature.number("StormLimit"),
        monitor=MonitorMode(feature.number("MonitorMode")),
        monitor_session=feature.number("MonitorSession"),
    )


def _extended_rule(feature: Feature) -> ExtendedRule:
    return ExtendedRule(
        direction=Direction(feature.number("Direction")),
        action=Action(feature.number("Action")),
        weight=feature.number("Weight"),
        protocol=protocol_number(feature.text("Protocol")),
        local=_network(feature.text("LocalIPAddress")),
        remote=_network(feature.text("RemoteIPAddress")),
        local_ports=_port_numbers(feature.text("LocalPort")),
        remote_ports=_port_numbers(feature.text("RemotePort")),
        is_stateful=feature.value("Stateful") is True,
        idle_timeout_s=feature.number("IdleSessionTimeout"),
        isolation_id=feature.number("IsolationID"),
    )


def _network(text: str) -> Prefix | None:
    if is_any(text):
        return None
    interface = ip_interface(text)
    return Prefix(_VERSIONS[interface.version], int(interface.ip), interface.network.prefixlen)


def _port_numbers(text: str) -> PortNumbers | None:
    if is_any(text):
        return None
    first, _, last = text.partition("-")
    return PortNumbers(int(first), int(last or first))


def _address_rule(feature: Feature) -> AddressRule:
    family = _FAMILIES[AclType(feature.number("AclType"))]
    return AddressRule(
        name=feature.tail.lower(),
        direction=Direction(feature.number("Direction")),
        action=Action(feature.number("Action")),
        family=family,
        local=_prefix(feature, "Local", family),
        remote=_prefix(feature, "Remote", family),
    )


def _prefix(feature: Feature, side: str, family: Family) -> Prefix | None:
    text = feature.text(f"{side}Address")
    if is_any(text):
        return None
    if family is Family.MAC:
        # UNVERIFIED: that rules about MAC addresses are about whole ones, whatever prefix they tell
        return Prefix(family, int(text.replace("-", "").replace(":", ""), 16), family.value)
    return Prefix(family, int(ip_interface(text).ip), feature.number(f"{side}AddressPrefixLength"))
