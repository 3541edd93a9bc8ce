"""Virtual switches for people to read."""

from __future__ import annotations

from openhyperv.cli.output import Column
from openhyperv.hyperv.switches.network_cards import NetworkCard
from openhyperv.hyperv.switches.switch_state import SwitchState

_GIGABIT = 1_000_000_000


def _name(card: NetworkCard) -> str:
    return card.name or card.description


def _card_names(state: SwitchState) -> str:
    return ", ".join(map(_name, state.adapters))


def _speed(card: NetworkCard) -> str:
    return f"{card.speed_bps / _GIGABIT:g} Gbit/s" if card.speed_bps else ""


def _team(state: SwitchState) -> str:
    balancing = state.load_balancing
    how = "" if balancing is None else f", {balancing.name.lower().replace('_', '-')}"
    return f"yes{how}" if state.is_team else ""


def _yes(holds: object) -> str:
    return "yes" if holds else ""


LISTING = (
    Column[SwitchState]("NAME", lambda state: state.name),
    Column[SwitchState]("KIND", lambda state: state.kind.value),
    Column[SwitchState]("ADAPTERS", _card_names),
    Column[SwitchState]("HOST", lambda state: _yes(state.management_ports)),
    Column[SwitchState]("BANDWIDTH", lambda state: state.bandwidth_mode.name.lower()),
    Column[SwitchState]("PLUGGED IN", lambda state: str(len(state.connected)), is_number=True),
    Column[SwitchState]("GUID", lambda state: state.guid),
)
VIEW = (
    Column[SwitchState]("Name", lambda state: state.name),
    Column[SwitchState]("GUID", lambda state: state.guid),
    Column[SwitchState]("Kind", lambda state: state.kind.value),
    Column[SwitchState](
        "Adapters", lambda state: "\n".join(f"{_name(c)} ({c.description})" for c in state.adapters)
    ),
    Column[SwitchState]("Team", _team),
    Column[SwitchState]("Host's own", lambda state: "\n".join(state.management_ports)),
    Column[SwitchState]("SR-IOV", lambda state: _yes(state.iov_preferred)),
    Column[SwitchState]("PacketDirect", lambda state: _yes(state.packet_direct)),
    Column[SwitchState]("Bandwidth", lambda state: state.bandwidth_mode.name.lower()),
    Column[SwitchState](
        "Plugged in", lambda state: "\n".join(f"{each.machine} {each.adapter}" for each in state.connected)
    ),
    Column[SwitchState]("Notes", lambda state: state.notes),
)
CARDS = (
    Column[NetworkCard]("NAME", lambda card: card.name),
    Column[NetworkCard]("MAC", lambda card: card.mac_address),
    Column[NetworkCard]("SPEED", _speed, is_number=True),
    Column[NetworkCard]("BOUND", lambda card: _yes(card.is_bound)),
    Column[NetworkCard]("DESCRIPTION", lambda card: card.description),
)
