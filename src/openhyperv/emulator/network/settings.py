"""What one port of a virtual switch is to be, as the data plane takes it. All of it changes at once."""

from __future__ import annotations

from enum import Enum, IntEnum

from attrs import field, frozen

from openhyperv.emulator.network.vlans import AccessVlan, Vlan


class Direction(IntEnum):
    """Seen from the device at the port (Msvm_EthernetSwitchPortExtendedAclSettingData.Direction)."""

    INCOMING = 1
    OUTGOING = 2


class Action(IntEnum):
    """Msvm_EthernetSwitchPortAclSettingData.Action; extended rules do not meter."""

    ALLOW = 1
    DENY = 2
    METER = 3


class MonitorMode(IntEnum):
    """Msvm_EthernetSwitchPortSecuritySettingData.MonitorMode."""

    NONE = 0
    DESTINATION = 1
    SOURCE = 2


class Family(Enum):
    """What kind of address a rule is about; the values are sizes in bits."""

    MAC = 48
    IPV4 = 32
    IPV6 = 128


@frozen
class Prefix:
    """The addresses that begin as ``address`` does; both are numbers."""

    family: Family
    address: int
    length: int

    def __contains__(self, address: int) -> bool:
        """True for an address, of the same family, that begins so."""
        return (address ^ self.address) >> (self.family.value - self.length) == 0


@frozen
class PortNumbers:
    """A range of TCP or UDP ports, both ends included."""

    first: int
    last: int

    def __contains__(self, number: int) -> bool:
        """True for a port of the range."""
        return self.first <= number <= self.last


@frozen(kw_only=True)
class ExtendedRule:
    """Msvm_EthernetSwitchPortExtendedAclSettingData: None stands for anything."""

    direction: Direction
    action: Action
    weight: int
    protocol: int | None = None
    local: Prefix | None = None
    remote: Prefix | None = None
    local_ports: PortNumbers | None = None
    remote_ports: PortNumbers | None = None
    is_stateful: bool = False
    idle_timeout_s: int = 255
    isolation_id: int = 0


@frozen(kw_only=True)
class AddressRule:
    """Msvm_EthernetSwitchPortAclSettingData; ``name`` is what its bytes are counted under."""

    name: str
    direction: Direction
    action: Action
    family: Family
    local: Prefix | None = None
    remote: Prefix | None = None

    @property
    def length(self) -> int:
        """How much of the addresses it is particular about."""
        return sum(prefix.length for prefix in (self.local, self.remote) if prefix)


@frozen(kw_only=True)
class Security:
    """Msvm_EthernetSwitchPortSecuritySettingData, as far as frames are concerned."""

    allow_mac_spoofing: bool = False
    dhcp_guard: bool = False
    router_guard: bool = False
    keeps_priority: bool = False
    storm_limit_pps: int = 0
    monitor: MonitorMode = MonitorMode.NONE
    monitor_session: int = 0


@frozen(kw_only=True)
class PortSettings:
    """``switch`` is a GUID, None while the port leads nowhere; ``segments`` names the
    physical network of each network card behind the port.

    ``limit_bps`` bounds what the device sends, in bits per second, on average: ``burst_bytes`` may be sent at
    once, but no faster than ``burst_bps``. 0 bounds nothing.
    """

    switch: str | None
    mac: bytes = b""
    vlan: Vlan = field(factory=AccessVlan)
    security: Security = field(factory=Security)
    extended_rules: tuple[ExtendedRule, ...] = ()
    address_rules: tuple[AddressRule, ...] = ()
    limit_bps: int = 0
    burst_bytes: int = 0
    burst_bps: int = 0
    segments: tuple[str, ...] = ()
    is_hosts_own: bool = False
    """The host itself is at the port: it takes everything, and answers nobody."""


NOWHERE = PortSettings(switch=None)
"""A port that nobody has said anything about."""
