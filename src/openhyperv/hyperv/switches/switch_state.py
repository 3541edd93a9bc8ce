"""Virtual switches as they are now, with what they are connected to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import is_guid, owner_of
from openhyperv.hyperv.switches.cabling import (
    Cabling,
    Connected,
    connected_of,
    read_cabling,
    read_machine_names,
)
from openhyperv.hyperv.switches.names import SWITCH_SETTINGS, TEAM_SETTINGS
from openhyperv.hyperv.switches.network_cards import NetworkCard, read_cards
from openhyperv.hyperv.switches.settings import OwnSettings, read_own
from openhyperv.hyperv.values import member, text
from openhyperv.machine.switch import BandwidthMode, LoadBalancing, SwitchKind, kind_of
from openhyperv.wire.wql import select


@frozen(kw_only=True)
class SwitchState:
    """A switch as it is.

    ``management_ports`` are the names of the host's own adapters at it, ``connected`` the adapters of
    machines. ``load_balancing`` is known of teams where somebody chose it. ``bandwidth_mode`` is never the
    default, but what that comes to.
    """

    guid: str
    name: str
    kind: SwitchKind
    adapters: tuple[NetworkCard, ...]
    management_ports: tuple[str, ...]
    connected: tuple[Connected, ...]
    is_team: bool
    load_balancing: LoadBalancing | None
    bandwidth_mode: BandwidthMode
    iov_preferred: bool
    packet_direct: bool
    notes: str


@frozen
class _Surroundings:
    """What all switches of a host are read with."""

    cabling: Cabling
    cards: Mapping[str, NetworkCard]
    machines: Mapping[str, str]
    balancing: Mapping[str, LoadBalancing]


def read_switches(session: Session) -> list[SwitchState]:
    """Every switch, in five queries at the same time; a host that has teams takes one more."""
    read_cables = session.aside(lambda: read_cabling(session))
    read_machines = session.aside(lambda: read_machine_names(session))
    read_adapters = session.aside(lambda: read_cards(session))
    found = [read_own(row) for row in session.query(select(SWITCH_SETTINGS))]
    balancing = _read_balancing(session) if any(own.is_team for own in found) else {}
    cards = {card.guid: card for card in read_adapters()}
    around = _Surroundings(read_cables(), cards, read_machines(), balancing)
    return sorted((_state(own, around) for own in found), key=lambda state: state.name.lower())


def _read_balancing(session: Session) -> Mapping[str, LoadBalancing]:
    """How the teams share the load, by GUID of the switch; templates, which have no switch, are left out."""
    rows = {owner_of(text(row, "InstanceID")).upper(): row for row in session.query(select(TEAM_SETTINGS))}
    return {
        guid: member(LoadBalancing, row, "LoadBalancingAlgorithm")
        for guid, row in rows.items()
        if is_guid(guid)
    }


def _state(own: OwnSettings, around: _Surroundings) -> SwitchState:
    uplink = around.cabling.uplink(own.guid)
    management_ports = around.cabling.management_ports(own.guid)
    guids: Sequence[str] = () if uplink is None else uplink.cards
    return SwitchState(
        guid=own.guid,
        name=own.name,
        kind=kind_of(has_adapters=bool(guids), has_management_port=bool(management_ports)),
        adapters=tuple(around.cards[guid] for guid in guids if guid in around.cards),
        management_ports=tuple(port.name for port in management_ports),
        connected=connected_of(around.cabling.plugs(own.guid), around.machines),
        is_team=own.is_team,
        load_balancing=around.balancing.get(own.guid),
        bandwidth_mode=own.settled_bandwidth_mode,
        iov_preferred=own.iov_preferred,
        packet_direct=own.packet_direct,
        notes=own.notes,
    )
