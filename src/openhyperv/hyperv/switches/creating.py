"""Creating a virtual switch, once: with all its ports in one call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.hyperv.facts import operating_system
from openhyperv.hyperv.switches.cabling import Cabling, read_cabling
from openhyperv.hyperv.switches.calls import SwitchCalls
from openhyperv.hyperv.switches.names import SWITCH_SETTINGS
from openhyperv.hyperv.switches.network_cards import NetworkCard, demand_free, find_cards, read_cards
from openhyperv.hyperv.switches.reach import read_reach
from openhyperv.hyperv.switches.settings import (
    OwnSettings,
    differences,
    management_port,
    new_switch,
    read_own,
    uplink,
)
from openhyperv.hyperv.values import text
from openhyperv.machine.host_version import HostVersion
from openhyperv.machine.rules.switches import check_switch, check_switch_release, needs_2016
from openhyperv.machine.switch import SwitchSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select


def create_switch(session: Session, spec: SwitchSpec) -> str:
    """Make a switch and return its GUID, as :meth:`.host_switches.HostSwitches.create` promises."""
    check_switch(spec)
    return _Creation(session, spec).run()


@frozen
class _Creation:
    """The way from a specification to its switch: look at everything that matters, then one call."""

    session: Session
    spec: SwitchSpec

    def run(self) -> str:
        """The GUID of the new switch, or of the one that an earlier run made."""
        session, spec = self.session, self.spec
        read_host = session.aside(lambda: operating_system(session)) if self._needs_host else None
        read_adapters = session.aside(lambda: read_cards(session)) if spec.adapters else None
        read_way = session.aside(lambda: read_reach(session)) if self._takes_cards else None
        present = self._of_that_name()
        host = None if read_host is None else read_host()
        if host is not None:
            check_switch_release(spec, HostVersion.parse(text(host, "Version")))
        cards = [] if read_adapters is None else find_cards(session, read_adapters(), spec.adapters)
        if present is None and read_way is not None:
            read_way().demand_other_than(cards)
        guid = self._define(cards, host) if present is None else self._earlier(present, cards)
        if spec.load_balancing is not None:
            SwitchCalls(session, spec.name).balance(guid, spec.load_balancing)
        return guid

    @property
    def _takes_cards(self) -> bool:
        """True where the host itself loses its network cards."""
        return bool(self.spec.adapters) and not self.spec.management_port

    @property
    def _needs_host(self) -> bool:
        return self.spec.management_port or needs_2016(self.spec)

    def _of_that_name(self) -> OwnSettings | None:
        query = select(SWITCH_SETTINGS).where(equal("ElementName", self.spec.name))
        found = [read_own(row) for row in self.session.query(query)]
        if len(found) > 1:
            raise self._conflict(
                f"Several virtual switches have that name: {', '.join(o.guid for o in found)}."
            )
        return found[0] if found else None

    def _define(self, cards: Sequence[NetworkCard], host: Instance | None) -> str:
        if any(card.is_bound for card in cards):
            demand_free(self.session, cards, read_cabling(self.session))
        ports = [uplink(self.spec.name, [card.path for card in cards])] if cards else []
        if self.spec.management_port and host is not None:
            ports.append(management_port(self.spec.name, text(host, "CSName")))
        return SwitchCalls(self.session, self.spec.name).define(new_switch(self.spec), ports)

    def _earlier(self, present: OwnSettings, cards: Sequence[NetworkCard]) -> str:
        """The switch of that name, if it is the one that was asked for: an earlier run made it."""
        cabling = read_cabling(self.session)
        others = [*differences(present, self.spec), *self._port_differences(present.guid, cabling, cards)]
        if others:
            raise self._conflict(f"A virtual switch has that name; {', '.join(others)} of it differ.")
        return present.guid

    def _port_differences(self, guid: str, cabling: Cabling, cards: Sequence[NetworkCard]) -> Iterator[str]:
        port = cabling.uplink(guid)
        if set(() if port is None else port.cards) != {card.guid for card in cards}:
            yield "the adapters"
        if bool(cabling.management_ports(guid)) != self.spec.management_port:
            yield "the host's own port"

    def _conflict(self, message: str) -> ConflictError:
        return ConflictError(
            message,
            host=self.session.host,
            target=self.spec.name,
            remedy="Choose another name, or change that switch.",
        )
