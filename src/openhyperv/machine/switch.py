"""What a virtual switch should be."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from attrs import frozen


class SwitchKind(StrEnum):
    """What a switch connects its machines to; it follows from the ports that it has."""

    EXTERNAL = "external"
    """A physical network, and the host as well if that has a port."""
    INTERNAL = "internal"
    """The host, and each other."""
    PRIVATE = "private"
    """Each other."""


class BandwidthMode(IntEnum):
    """How a switch promises bandwidth (New-VMSwitch, MinimumBandwidthMode); values of
    Msvm_VirtualEthernetSwitchSettingData.BandwidthReservationMode."""

    DEFAULT = 0
    """By weight, and not at all where SR-IOV is preferred."""
    WEIGHT = 1
    ABSOLUTE = 2
    NONE = 3


def settled_mode(mode: BandwidthMode, *, iov_preferred: bool) -> BandwidthMode:
    """What a mode comes to: the default is not one of its own."""
    if mode is not BandwidthMode.DEFAULT:
        return mode
    return BandwidthMode.NONE if iov_preferred else BandwidthMode.WEIGHT


class LoadBalancing(IntEnum):
    """Which adapter of a team a frame goes out by (Set-VMSwitchTeam); values of LoadBalancingAlgorithm."""

    # UNVERIFIED: a switch's team has the numbers of MSFT_NetLbfoTeam, a team without a switch
    HYPERV_PORT = 4
    """That of the machine's port."""
    DYNAMIC = 5
    """That of the frame's flow, which may move."""


@frozen(kw_only=True)
class SwitchSpec:
    """A virtual switch.

    With ``adapters`` it is external, with ``management_port`` alone internal, else private. Each adapter is
    named by its name in Windows, its interface description, its MAC address or its GUID. Several are a team
    (SET, Switch Embedded Teaming); ``teaming`` makes a single one a team that can grow. ``load_balancing``
    None leaves that to Hyper-V.

    ``iov_preferred`` lets machines have virtual functions of the adapter (SR-IOV), ``packet_direct`` is
    PacketDirect. These two, the bandwidth mode and teaming are chosen for life.
    """

    name: str
    adapters: tuple[str, ...] = ()
    management_port: bool = False
    teaming: bool = False
    load_balancing: LoadBalancing | None = None
    iov_preferred: bool = False
    packet_direct: bool = False
    bandwidth_mode: BandwidthMode = BandwidthMode.DEFAULT
    notes: str = ""

    @property
    def kind(self) -> SwitchKind:
        """What it connects its machines to."""
        return kind_of(has_adapters=bool(self.adapters), has_management_port=self.management_port)

    @property
    def is_team(self) -> bool:
        """True where its adapters are a team."""
        return self.teaming or len(self.adapters) > 1


@frozen(kw_only=True)
class SwitchChange:
    """What shall be different at a switch; None leaves it as it is. No ``adapters`` at all take it off the
    physical network."""

    name: str | None = None
    adapters: tuple[str, ...] | None = None
    management_port: bool | None = None
    load_balancing: LoadBalancing | None = None
    notes: str | None = None


def kind_of(*, has_adapters: bool, has_management_port: bool) -> SwitchKind:
    """The kind of a switch with such ports."""
    if has_adapters:
        return SwitchKind.EXTERNAL
    return SwitchKind.INTERNAL if has_management_port else SwitchKind.PRIVATE
