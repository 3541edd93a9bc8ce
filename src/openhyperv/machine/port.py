"""What a network adapter's port on a switch should be: its VLAN, its guards, its rules and its bandwidth."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

from attrs import field, frozen

Network: TypeAlias = IPv4Network | IPv6Network


@frozen
class AccessVlan:
    """The guest sees untagged frames; on the wire they are in one VLAN."""

    vlan_id: int


@frozen
class TrunkVlan:
    """The guest tags its frames itself, with one of ``vlan_ids``; those without a tag are in ``native``."""

    vlan_ids: tuple[int, ...]
    native_vlan_id: int = 0


Vlan: TypeAlias = AccessVlan | TrunkVlan


@frozen
class PortSecurity:
    """What a guest may pretend to be; the defaults are Hyper-V's.

    ``dhcp_guard`` drops the guest's answers as a DHCP server, ``router_guard`` its router advertisements.
    """

    allow_mac_spoofing: bool = False
    dhcp_guard: bool = False
    router_guard: bool = False


class Direction(IntEnum):
    """As the guest sees it; values of Msvm_EthernetSwitchPortExtendedAclSettingData.Direction."""

    INCOMING = 1
    OUTGOING = 2


class Action(IntEnum):
    """What becomes of traffic; values of Msvm_EthernetSwitchPortExtendedAclSettingData.Action."""

    ALLOW = 1
    DENY = 2


class Protocol(StrEnum):
    """The protocols that have a name here; a rule takes any other by its number, 0 to 255."""

    ANY = "ANY"
    TCP = "TCP"
    UDP = "UDP"
    ICMP = "1"
    ICMPV6 = "58"


@frozen
class PortRange:
    """TCP or UDP ports, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@frozen
class PortRule:
    """One rule of a port: what traffic it is about, and what becomes of that.

    ``remote`` and ``local`` are networks at the other end and at the guest's; None is any, of both families.
    ``ports`` are those of the destination: the guest's for incoming traffic, the other end's for outgoing.
    A ``stateful`` rule lets the answers of what it allows pass too.
    """

    direction: Direction
    action: Action = Action.ALLOW
    protocol: Protocol | int = Protocol.ANY
    remote: Network | None = None
    local: Network | None = None
    ports: PortRange | None = None
    stateful: bool = False


@frozen(kw_only=True)
class PortBandwidth:
    """Bounds in bits per second (Set-VMNetworkAdapter); None leaves a bound out.

    A minimum is for switches that promise bandwidth by number rather than by weight.
    """

    minimum_bps: int | None = None
    maximum_bps: int | None = None


@frozen(kw_only=True)
class PortSpec:
    """A port of a switch, named or given by its GUID.

    ``vlan`` None is the untagged network. ``rules`` None leaves all traffic alone; otherwise whatever no rule
    allows is dropped, in both directions, of every protocol and of both families. A rule that denies beats
    every rule that allows; beyond that their order does not matter.
    """

    switch: str
    vlan: Vlan | None = None
    security: PortSecurity = field(factory=PortSecurity)
    rules: tuple[PortRule, ...] | None = None
    bandwidth: PortBandwidth | None = None
