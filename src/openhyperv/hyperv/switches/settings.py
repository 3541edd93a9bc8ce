"""Virtual switches as the settings that Hyper-V keeps of them, and back. Pure: nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.hyperv.names import COMPUTER_SYSTEM
from openhyperv.hyperv.ports.finding import CABLE
from openhyperv.hyperv.settings import ResourceType
from openhyperv.hyperv.switches.names import SWITCH_SETTINGS, TEAM_SETTINGS
from openhyperv.hyperv.values import member, text, texts
from openhyperv.machine.switch import BandwidthMode, LoadBalancing, SwitchSpec, settled_mode
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_CONNECTION = "Microsoft:Hyper-V:Ethernet Connection"
_SWITCH_INDEPENDENT = 1  # UNVERIFIED: the number that MSFT_NetLbfoTeam has for it
"""TeamingMode: what Set-VMSwitchTeam knows."""


@frozen(kw_only=True)
class OwnSettings:
    """What a switch is apart from its ports."""

    guid: str
    name: str
    notes: str
    bandwidth_mode: BandwidthMode
    iov_preferred: bool
    is_team: bool
    packet_direct: bool

    @property
    def settled_bandwidth_mode(self) -> BandwidthMode:
        """How it promises bandwidth: what the default comes to, where it is that."""
        return settled_mode(self.bandwidth_mode, iov_preferred=self.iov_preferred)


def read_own(settings: Instance) -> OwnSettings:
    """A switch's settings, with as many properties as the host's release has."""
    return OwnSettings(
        guid=text(settings, "VirtualSystemIdentifier").upper(),
        name=text(settings, "ElementName"),
        notes="\n".join(texts(settings, "Notes")),
        bandwidth_mode=member(BandwidthMode, settings, "BandwidthReservationMode"),
        iov_preferred=settings.get("IOVPreferred") is True,
        is_team=settings.get("TeamingEnabled") is True,
        packet_direct=settings.get("PacketDirectEnabled") is True,
    )


def new_switch(spec: SwitchSpec) -> Instance:
    """A switch without its ports; older hosts are not told of what they do not know."""
    values: dict[str, Value] = {
        "ElementName": spec.name,
        "BandwidthReservationMode": spec.bandwidth_mode.value,
        "IOVPreferred": spec.iov_preferred,
    }
    if spec.notes:
        values["Notes"] = [spec.notes]
    if spec.is_team:
        values["TeamingEnabled"] = True
    if spec.packet_direct:
        values["PacketDirectEnabled"] = True
    return Instance(SWITCH_SETTINGS, values)


def uplink(switch: str, cards: Sequence[ObjectPath]) -> Instance:
    """The port that leads to network cards."""
    return _port(switch, cards)


def management_port(switch: str, host_name: str) -> Instance:
    """The port that leads to the host; its adapter there has the switch's name."""
    computer = ObjectPath(COMPUTER_SYSTEM, {"CreationClassName": COMPUTER_SYSTEM, "Name": host_name})
    return _port(switch, [computer])


def _port(switch: str, ends: Sequence[ObjectPath]) -> Instance:
    values: dict[str, Value] = {
        "ElementName": switch,
        "ResourceType": ResourceType.ETHERNET_CONNECTION.value,
        "ResourceSubType": _CONNECTION,
        "HostResource": [str(end.on(".")) for end in ends],
    }
    return Instance(CABLE, values)


def rebound_uplink(key: str, cards: Sequence[ObjectPath]) -> Instance:
    """A port that is there, leading to other network cards."""
    return Instance(CABLE, {"InstanceID": key, "HostResource": [str(card.on(".")) for card in cards]})


def team_settings(balancing: LoadBalancing) -> Instance:
    """How the adapters of a team share the load."""
    values: dict[str, Value] = {
        "TeamingMode": _SWITCH_INDEPENDENT,
        "LoadBalancingAlgorithm": balancing.value,
    }
    return Instance(TEAM_SETTINGS, values)


def differences(own: OwnSettings, spec: SwitchSpec) -> Iterator[str]:
    """What of a switch, apart from its ports, is not as specified."""
    if own.iov_preferred != spec.iov_preferred:
        yield "SR-IOV"
    if own.is_team != spec.is_team:
        yield "teaming"
    if own.packet_direct != spec.packet_direct:
        yield "PacketDirect"
    if own.bandwidth_mode not in _modes(spec):
        yield "the bandwidth mode"
    if own.notes != spec.notes:
        yield "the notes"


def _modes(spec: SwitchSpec) -> tuple[BandwidthMode, ...]:
    """What a switch that is so can say: the default shows as itself or as what it comes to."""
    return (spec.bandwidth_mode, settled_mode(spec.bandwidth_mode, iov_preferred=spec.iov_preferred))
