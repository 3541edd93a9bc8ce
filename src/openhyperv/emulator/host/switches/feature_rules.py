"""Rules of port features that go beyond the bounds of one property.

Sources: Microsoft's pages of the Msvm_EthernetSwitchPort...SettingData classes and of the cmdlets
Set-VMNetworkAdapterVlan and Add-VMNetworkAdapterExtendedAcl; VLAN numbers: IEEE 802.1Q.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from ipaddress import ip_address, ip_network
from uuid import UUID

from openhyperv.emulator.host.switches.feature_kind import BadFeature, Values
from openhyperv.wire.types import Value

HIGHEST_VLAN = 4094
_HIGHEST_PROTOCOL = 255
_ANY = "ANY"
_MAC_ADDRESS = re.compile(r"(?:[0-9A-Fa-f]{2}[-:]?){5}[0-9A-Fa-f]{2}")


class VlanMode(IntEnum):
    """Msvm_EthernetSwitchPortVlanSettingData.OperationMode."""

    ACCESS = 1
    TRUNK = 2
    PRIVATE = 3


class PrivateVlanMode(IntEnum):
    """Msvm_EthernetSwitchPortVlanSettingData.PvlanMode."""

    ISOLATED = 1
    COMMUNITY = 2
    PROMISCUOUS = 3


class LoadBalancing(IntEnum):
    """Msvm_VirtualEthernetSwitchNicTeamingSettingData.LoadBalancingAlgorithm."""

    # UNVERIFIED: the numbers are those of MSFT_NetLbfoTeam; the page of this class has none
    HYPERV_PORT = 4
    DYNAMIC = 5


_SWITCH_INDEPENDENT = 1  # UNVERIFIED: as MSFT_NetLbfoTeam has it
"""Msvm_VirtualEthernetSwitchNicTeamingSettingData.TeamingMode: the only one of Set-VMSwitchTeam."""
_INTERRUPT_MODERATIONS = (0, 1, 2, 100, 200, 300)
_LOWEST_SUBNET = 4096


class AclType(IntEnum):
    """Msvm_EthernetSwitchPortAclSettingData.AclType."""

    MAC = 1
    IPV4 = 2
    IPV6 = 3


_ADDRESS_BITS = {AclType.MAC: 48, AclType.IPV4: 32, AclType.IPV6: 128}
_IP_VERSIONS = {AclType.IPV4: 4, AclType.IPV6: 6}


def check_vlan(values: Values) -> None:
    """Each mode wants its own identifiers."""
    mode = values.get("OperationMode")
    if mode == VlanMode.TRUNK:
        _check_vlans("TrunkVlanIdArray", values.get("TrunkVlanIdArray"))
        _check_vlans("PruneVlanIdArray", values.get("PruneVlanIdArray"))
    elif mode == VlanMode.PRIVATE:
        _check_private_vlan(values)
    elif mode != VlanMode.ACCESS:
        raise BadFeature(f"OperationMode must be 1 to 3, not {mode}.")


def _check_private_vlan(values: Values) -> None:
    primary, mode = values.get("PrimaryVlanId"), values.get("PvlanMode")
    if mode not in tuple(PrivateVlanMode):
        raise BadFeature(f"PvlanMode must be 1 to 3, not {mode}.")
    if not primary:
        raise BadFeature("A private VLAN needs a PrimaryVlanId.")
    if mode == PrivateVlanMode.PROMISCUOUS:
        secondaries = _check_vlans("SecondaryVlanIdArray", values.get("SecondaryVlanIdArray"))
    else:
        secondaries = _check_vlans("SecondaryVlanId", (values.get("SecondaryVlanId"),))
    if primary in secondaries:
        raise BadFeature("The secondary VLAN must differ from the primary one.")


def _check_vlans(name: str, value: object) -> Sequence[object]:
    numbers = value if isinstance(value, list | tuple) else ()
    for number in numbers:
        if not isinstance(number, int) or not 1 <= number <= HIGHEST_VLAN:
            raise BadFeature(f"{name} must hold VLAN identifiers from 1 to {HIGHEST_VLAN}, not {number}.")
    return numbers


def check_acl(values: Values) -> None:
    """The addresses and prefix lengths must suit the type."""
    _check_decision(values)
    code = values.get("AclType")
    try:
        acl_type = AclType(code)  # type: ignore[arg-type]  # ValueError for whatever is no AclType
    except ValueError as error:
        raise BadFeature(f"AclType must be 1 to 3, not {code}.") from error
    for side in ("Local", "Remote"):
        _check_prefix(acl_type, values.get(f"{side}AddressPrefixLength"))
        _check_acl_address(acl_type, values.get(f"{side}Address"))


def _check_prefix(acl_type: AclType, prefix: Value) -> None:
    if isinstance(prefix, int) and prefix > _ADDRESS_BITS[acl_type]:
        raise BadFeature(f"A prefix of {prefix} bits does not suit AclType {acl_type:d}.")


def _check_acl_address(acl_type: AclType, address: Value) -> None:
    if not isinstance(address, str) or is_any(address):
        return
    if acl_type is AclType.MAC:
        if not _MAC_ADDRESS.fullmatch(address):
            raise BadFeature(f"{address} is not a MAC address.")
    elif _ip_version(address) != _IP_VERSIONS[acl_type]:
        raise BadFeature(f"{address} does not suit AclType {acl_type:d}.")


def _ip_version(address: str) -> int | None:
    try:
        return ip_address(address).version
    except ValueError:
        return None


def is_any(text: str) -> bool:
    """True for what an access rule says where it is not particular."""
    return text.upper() in ("", _ANY, "*")


_PROTOCOLS = {"ICMP": 1, "ICMPV4": 1, "TCP": 6, "UDP": 17, "ICMPV6": 58}
# UNVERIFIED: the names that Windows knows besides TCP and UDP


def protocol_number(text: str) -> int | None:
    """The protocol that an extended rule names, or tells by its number; None for ANY.

    :raises BadFeature: it is none
    """
    if is_any(text):
        return None
    if text.upper() in _PROTOCOLS:
        return _PROTOCOLS[text.upper()]
    if text.isascii() and text.isdigit() and int(text) <= _HIGHEST_PROTOCOL:
        return int(text)
    raise BadFeature(f"Protocol must be a name, a number up to {_HIGHEST_PROTOCOL} or ANY, not {text}.")


def _check_decision(values: Values) -> None:
    """A rule says of which direction it is, and what becomes of what it fits."""
    for name in ("Direction", "Action"):
        if not values.get(name):
            raise BadFeature(f"An access rule needs {name}.")


def check_extended_acl(values: Values) -> None:
    """Addresses are networks or ANY; ports are numbers, ranges or ANY."""
    _check_decision(values)
    protocol_number(str(values.get("Protocol") or ""))
    for name in ("LocalIPAddress", "RemoteIPAddress"):
        _check_network(name, values.get(name))
    for name in ("LocalPort", "RemotePort"):
        _check_port(name, values.get(name))


def _check_network(name: str, value: Value) -> None:
    if not isinstance(value, str) or is_any(value):
        return
    try:
        ip_network(value, strict=False)
    except ValueError as error:
        raise BadFeature(f"{name} must be an address, a network or ANY, not {value}.") from error


def _check_port(name: str, value: Value) -> None:
    """A port, a range of ports, or ANY."""
    if not isinstance(value, str) or is_any(value):
        return
    ends = value.split("-")
    if len(ends) > 2 or not all(end.isdigit() and int(end) <= 65535 for end in ends):
        raise BadFeature(f"{name} must be a port, a range or ANY, not {value}.")


def check_routing_domain(values: Values) -> None:
    """The domain is named by a GUID."""
    guid = values.get("RoutingDomainGuid")
    try:
        UUID(str(guid))
    except ValueError as error:
        raise BadFeature(f"RoutingDomainGuid must be a GUID, not {guid}.") from error


def check_security(values: Values) -> None:
    """Virtual subnets below 4096 are reserved (Set-VMNetworkAdapter)."""
    subnet = values.get("VirtualSubnetId")
    if isinstance(subnet, int) and 0 < subnet < _LOWEST_SUBNET:
        raise BadFeature(f"VirtualSubnetId must be 0 or at least {_LOWEST_SUBNET}, not {subnet}.")


def check_offload(values: Values) -> None:
    """Moderation is one of those that IOVInterruptModeration lists."""
    moderation = values.get("IOVInterruptModeration", 0)
    if moderation not in _INTERRUPT_MODERATIONS:
        raise BadFeature(f"IOVInterruptModeration is not {moderation}.")


def check_teaming(values: Values) -> None:
    """Embedded teaming is independent of physical switches, and knows two ways to share the load."""
    if values.get("TeamingMode") != _SWITCH_INDEPENDENT:
        raise BadFeature("TeamingMode is switch independent.")
    if values.get("LoadBalancingAlgorithm") not in tuple(LoadBalancing):
        raise BadFeature("LoadBalancingAlgorithm is HyperVPort or Dynamic.")
