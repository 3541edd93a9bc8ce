"""A port's VLAN, guards and bandwidth as the settings that Hyper-V keeps of them, and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.hyperv.values import entries, member, number
from openhyperv.machine.port import (
    AccessVlan,
    Mirroring,
    PortBandwidth,
    PortSecurity,
    PrivateVlan,
    PrivateVlanMode,
    TrunkVlan,
    Vlan,
)
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

VLAN = "Msvm_EthernetSwitchPortVlanSettingData"
SECURITY = "Msvm_EthernetSwitchPortSecuritySettingData"
BANDWIDTH = "Msvm_EthernetSwitchPortBandwidthSettingData"

ACCESS, TRUNK, PRIVATE = 1, 2, 3
"""OperationMode of a VLAN's settings."""


def named(values: Mapping[str, Value | None]) -> dict[str, Value]:
    """Only what has a value: the rest stays as the port has it."""
    return {name: value for name, value in values.items() if value is not None}


def vlan_settings(vlan: Vlan | None) -> Instance:
    """A VLAN; the untagged network is access mode in VLAN 0."""
    if vlan is None:
        return Instance(VLAN, {"OperationMode": ACCESS, "AccessVlanId": 0})
    if isinstance(vlan, AccessVlan):
        return Instance(VLAN, {"OperationMode": ACCESS, "AccessVlanId": vlan.vlan_id})
    if isinstance(vlan, PrivateVlan):
        return _private_settings(vlan)
    values: dict[str, Value] = {
        "OperationMode": TRUNK,
        "NativeVlanId": vlan.native_vlan_id,
        "TrunkVlanIdArray": sorted(set(vlan.vlan_ids)),
    }
    return Instance(VLAN, values)


def _private_settings(vlan: PrivateVlan) -> Instance:
    """A promiscuous port lists its secondary VLANs, others name theirs."""
    values: dict[str, Value] = {
        "OperationMode": PRIVATE,
        "PvlanMode": vlan.mode.value,
        "PrimaryVlanId": vlan.primary_vlan_id,
    }
    if vlan.mode is PrivateVlanMode.PROMISCUOUS:
        values["SecondaryVlanIdArray"] = sorted(set(vlan.secondary_vlan_ids))
    else:
        (values["SecondaryVlanId"],) = vlan.secondary_vlan_ids
    return Instance(VLAN, values)


def read_vlan(settings: Instance) -> Vlan | None:
    """The VLAN that a port's settings put it into; None is the untagged network."""
    mode = number(settings, "OperationMode")
    if mode == TRUNK:
        return TrunkVlan(_vlan_ids(settings, "TrunkVlanIdArray"), number(settings, "NativeVlanId"))
    if mode == PRIVATE:
        return _read_private(settings)
    vlan_id = number(settings, "AccessVlanId")
    return AccessVlan(vlan_id) if vlan_id else None


def _read_private(settings: Instance) -> PrivateVlan:
    mode = member(PrivateVlanMode, settings, "PvlanMode")
    is_promiscuous = mode is PrivateVlanMode.PROMISCUOUS
    several = _vlan_ids(settings, "SecondaryVlanIdArray") if is_promiscuous else ()
    secondaries = several or (number(settings, "SecondaryVlanId"),)
    return PrivateVlan(mode, number(settings, "PrimaryVlanId"), secondaries)


def _vlan_ids(settings: Instance, name: str) -> tuple[int, ...]:
    return tuple(each for each in entries(settings.get(name)) if isinstance(each, int))


def security_settings(security: PortSecurity) -> Instance:
    """What a guest may pretend to be, and may do to others."""
    values: dict[str, Value | None] = {
        "AllowMacSpoofing": security.allow_mac_spoofing,
        "EnableDhcpGuard": security.dhcp_guard,
        "EnableRouterGuard": security.router_guard,
        "AllowTeaming": security.teaming,
        "AllowIeeePriorityTag": security.priority_tag,
        "MonitorMode": None if security.mirroring is None else security.mirroring.value,
        "StormLimit": security.storm_limit_pps,
    }
    return Instance(SECURITY, named(values))


def read_security(settings: Instance) -> PortSecurity:
    """The reverse of :func:`security_settings`."""
    return PortSecurity(
        allow_mac_spoofing=settings.get("AllowMacSpoofing") is True,
        dhcp_guard=settings.get("EnableDhcpGuard") is True,
        router_guard=settings.get("EnableRouterGuard") is True,
        teaming=settings.get("AllowTeaming") is True,
        priority_tag=settings.get("AllowIeeePriorityTag") is True,
        mirroring=member(Mirroring, settings, "MonitorMode"),
        storm_limit_pps=number(settings, "StormLimit"),
    )


def bandwidth_settings(bandwidth: PortBandwidth | None) -> Instance:
    """Bounds in bits per second; 0 is none."""
    bounds = bandwidth or PortBandwidth()
    values: dict[str, Value | None] = {
        "Reservation": bounds.minimum_bps or 0,
        "Limit": bounds.maximum_bps or 0,
        "Weight": bounds.weight,
        "BurstLimit": bounds.burst_bps,
        "BurstSize": bounds.burst_bits,
    }
    return Instance(BANDWIDTH, named(values))


def read_bandwidth(settings: Instance) -> PortBandwidth | None:
    """The bounds that a port has; None where it has none."""
    weight, burst_bps, burst_bits = (number(settings, each) for each in ("Weight", "BurstLimit", "BurstSize"))
    found = PortBandwidth(
        minimum_bps=number(settings, "Reservation") or None,
        maximum_bps=number(settings, "Limit") or None,
        weight=weight or None,
        burst_bps=burst_bps or None,
        burst_bits=burst_bits or None,
    )
    return None if found == PortBandwidth() else found
