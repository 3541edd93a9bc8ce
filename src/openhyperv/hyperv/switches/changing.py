"""Changing a virtual switch that machines may be connected to."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.facts import operating_system
from openhyperv.hyperv.switches.cabling import NO_CABLES, Cabling, SwitchPort, read_cabling
from openhyperv.hyperv.switches.calls import SwitchCalls
from openhyperv.hyperv.switches.finding import find_own
from openhyperv.hyperv.switches.network_cards import NetworkCard, demand_free, find_cards, read_cards
from openhyperv.hyperv.switches.reach import Reach, read_reach
from openhyperv.hyperv.switches.settings import OwnSettings, management_port, rebound_uplink, uplink
from openhyperv.hyperv.values import text
from openhyperv.machine.rules.switches import check_change, check_conversion
from openhyperv.machine.switch import SwitchChange
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value


def change_switch(session: Session, name_or_guid: str, change: SwitchChange) -> None:
    """Change a switch, as :meth:`.host_switches.HostSwitches.change` promises."""
    check_change(change)
    read_cables = session.aside(lambda: read_cabling(session)) if _touches_ports(change) else None
    read_adapters = session.aside(lambda: read_cards(session)) if change.adapters else None
    read_host = session.aside(lambda: operating_system(session)) if change.management_port else None
    read_way = session.aside(lambda: read_reach(session)) if _may_cut_off(change) else None
    own = find_own(session, name_or_guid, change.name)
    check_conversion(change, is_team=own.is_team, iov_preferred=own.iov_preferred)
    cabling = NO_CABLES if read_cables is None else read_cables()
    cards: list[NetworkCard] | None = None if change.adapters is None else []
    if read_adapters is not None:
        cards = find_cards(session, read_adapters(), change.adapters or ())
        demand_free(session, cards, cabling, own.guid)
    wiring = _Wiring.of(cabling, own.guid)
    if read_way is not None:
        _demand_reach(read_way(), change, wiring, cards or [])
    host_name = "" if read_host is None else text(read_host(), "CSName")
    plan, calls = _Plan(own, change, wiring, cards, host_name), SwitchCalls(session, own.name)
    if name_or_guid.lower() in (own.guid.lower(), own.name.lower()):
        plan.run(calls)
    elif plan.is_needed(calls):
        # only an earlier run that came to its end, the name, has renamed it: this is another switch
        raise NotFoundError("There is no such virtual switch.", host=session.host, target=name_or_guid)


def _may_cut_off(change: SwitchChange) -> bool:
    return change.management_port is False or bool(change.adapters and change.management_port is None)


def _demand_reach(reach: Reach, change: SwitchChange, wiring: _Wiring, cards: Sequence[NetworkCard]) -> None:
    """Refuse to take the adapter away that the host is reached by, and give nothing instead."""
    if change.management_port is False:
        reach.demand_other_than(cards, wiring.management_ports)
    elif not wiring.management_ports:
        reach.demand_other_than(cards)


def _touches_ports(change: SwitchChange) -> bool:
    return change.adapters is not None or change.management_port is not None


@frozen
class _Wiring:
    """A switch's own ports as they are."""

    uplink: SwitchPort | None
    management_ports: Sequence[SwitchPort]

    @classmethod
    def of(cls, cabling: Cabling, guid: str) -> _Wiring:
        return cls(cabling.uplink(guid), cabling.management_ports(guid))


@frozen
class _Plan:
    """What is sent: only what differs. The name comes last, so that a repeated call finds the switch."""

    own: OwnSettings
    change: SwitchChange
    present: _Wiring
    cards: Sequence[NetworkCard] | None
    """Those that it shall be bound to; None where it stays as it is."""
    host_name: str

    def run(self, calls: SwitchCalls) -> None:
        guid = self.own.guid
        if added := self._added():
            calls.add_ports(guid, added)
        if (rebound := self._rebound()) is not None:
            calls.modify_port(rebound)
        if removed := self._removed():
            calls.remove_ports(removed)
        if self.change.load_balancing is not None:
            calls.balance(guid, self.change.load_balancing)
        if values := self._own_values():
            calls.modify(guid, values)

    def is_needed(self, calls: SwitchCalls) -> bool:
        """True unless the switch is so already."""
        balancing = self.change.load_balancing
        return (
            bool(self._added() or self._removed() or self._own_values())
            or self._rebound() is not None
            or (balancing is not None and not calls.is_balanced(self.own.guid, balancing))
        )

    def _added(self) -> list[Instance]:
        added: list[Instance] = []
        if self.cards and self.present.uplink is None:
            added.append(uplink(self.own.name, [card.path for card in self.cards]))
        if self.change.management_port is True and not self.present.management_ports:
            added.append(management_port(self.own.name, self.host_name))
        return added

    def _rebound(self) -> Instance | None:
        port = self.present.uplink
        if port is None or not self.cards or set(port.cards) == {card.guid for card in self.cards}:
            return None
        return rebound_uplink(port.key, [card.path for card in self.cards])

    def _removed(self) -> list[str]:
        removed = []
        if self.cards is not None and not self.cards and self.present.uplink is not None:
            removed.append(self.present.uplink.key)
        if self.change.management_port is False:
            removed += [port.key for port in self.present.management_ports]
        return removed

    def _own_values(self) -> dict[str, Value]:
        values: dict[str, Value] = {}
        if self.change.notes is not None and self.change.notes != self.own.notes:
            values["Notes"] = [self.change.notes]
        if self.change.name is not None and self.change.name != self.own.name:
            values["ElementName"] = self.change.name
        return values
