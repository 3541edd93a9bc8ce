"""What a network adapter's port on a switch should be: VLAN, guards, rules, bandwidth and more."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

from attrs import field, frozen

from openhyperv.machine.port_isolation import PortIsolation
from openhyperv.machine.port_offload import PortOffload
from openhyperv.machine.port_profile import PortProfile

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


class PrivateVlanMode(IntEnum):
    """Whom a port of a private VLAN reaches; values of Msvm_EthernetSwitchPortVlanSettingData.PvlanMode."""

    ISOLATED = 1
    """Promiscuous ports only."""
    COMMUNITY = 2
    """Those, and the ports of its own secondary VLAN."""
    PROMISCUOUS = 3
    """Every port of its secondary VLANs."""


@frozen
class PrivateVlan:
    """A primary VLAN, and secondary ones within it: several for a promiscuous port, else exactly one."""

    mode: PrivateVlanMode
    primary_vlan_id: int
    secondary_vlan_ids: tuple[int, ...]


Vlan: TypeAlias = AccessVlan | TrunkVlan | PrivateVlan


class Mirroring(IntEnum):
    """Copying traffic from port to port of a switch (Set-VMNetworkAdapter, PortMirroring); values of
    Msvm_EthernetSwitchPortSecuritySettingData.MonitorMode."""

    NONE = 0
    DESTINATION = 1
    """Gets a copy of whatever the sources send and receive."""
    SOURCE = 2


@frozen
class PortSecurity:
    """What a guest may pretend to be, and may do to others; the defaults are Hyper-V's.

    ``dhcp_guard`` drops the guest's answers as a DHCP server, ``router_guard`` its router advertisements.

    Of the rest, None leaves what the port has. ``teaming`` lets the guest team the adapter with others,
    ``priority_tag`` keeps the priorities in its frames (IEEE 802.1p). ``storm_limit_pps`` bounds its
    broadcasts, multicasts and unknown unicasts, in packets per second; 0 is no bound.
    """

    allow_mac_spoofing: bool = False
    dhcp_guard: bool = False
    router_guard: bool = False
    teaming: bool | None = field(default=None, kw_only=True)
    priority_tag: bool | None = field(default=None, kw_only=True)
    mirroring: Mirroring | None = field(default=None, kw_only=True)
    storm_limit_pps: int | None = field(default=None, kw_only=True)


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


@frozen(cache_hash=True)
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

    A minimum is for switches that promise bandwidth by number, ``weight`` (0 to 100) for those that promise
    it by weight. ``burst_bps`` is the most for a short while, which lasts for ``burst_bits``. Of these three,
    None leaves what the port has, and 0 is none.
    """

    minimum_bps: int | None = None
    maximum_bps: int | None = None
    weight: int | None = None
    burst_bps: int | None = None
    burst_bits: int | None = None


@frozen(kw_only=True)
class PortSettings:
    """What a port is, whichever switch it is on.

    ``vlan`` None is the untagged network. ``rules`` None leaves all traffic alone; otherwise whatever no rule
    allows is dropped, in both directions, of every protocol and of both families. A rule that denies beats
    every rule that allows; beyond that their order does not matter.

    Of ``offload`` and what follows, None leaves what the port has. ``rdma_weight`` is 0 to 100, 0 for no RDMA
    in the guest.
    """

    vlan: Vlan | None = None
    security: PortSecurity = field(factory=PortSecurity)
    rules: tuple[PortRule, ...] | None = None
    bandwidth: PortBandwidth | None = None
    offload: PortOffload | None = None
    isolation: PortIsolation | None = None
    profile: PortProfile | None = None
    rdma_weight: int | None = None


@frozen(kw_only=True)
class PortSpec(PortSettings):
    """A port of a switch, which is named or given by its GUID."""

    switch: str
