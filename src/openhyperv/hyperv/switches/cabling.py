"""Where the cables of a host lead: from switches to network cards and the host, from machines to switches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import COMPUTER_SYSTEM, owner_of
from openhyperv.hyperv.ports.finding import CABLE, CABLE_TAIL, ENABLED
from openhyperv.hyperv.switches.names import card_of, is_host, switch_of
from openhyperv.hyperv.values import number, text, texts
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import select


@frozen
class SwitchPort:
    """A switch's own port: to network cards by their GUIDs, or to the host where there are none."""

    key: str
    name: str
    cards: tuple[str, ...] = ()


@frozen
class Plug:
    """An adapter of a machine, or of a checkpoint, that is plugged into a switch; ``key`` is its cable's."""

    key: str
    adapter: str
    owner_guid: str


@frozen
class Cabling:
    """The cables of a host by the GUID of the switch, as they were at one moment."""

    _ports: Mapping[str, Sequence[SwitchPort]]
    _plugs: Mapping[str, Sequence[Plug]]

    def uplink(self, guid: str) -> SwitchPort | None:
        """The port of a switch that leads to network cards."""
        return next((port for port in self._ports.get(guid, ()) if port.cards), None)

    def management_ports(self, guid: str) -> tuple[SwitchPort, ...]:
        """The ports of a switch that lead to the host."""
        return tuple(port for port in self._ports.get(guid, ()) if not port.cards)

    def plugs(self, guid: str) -> Sequence[Plug]:
        """What is plugged into a switch."""
        return self._plugs.get(guid, ())

    def switch_of_card(self, card: str) -> str | None:
        """The GUID of the switch that a network card is bound to."""
        found = (guid for guid, ports in self._ports.items() if any(card in port.cards for port in ports))
        return next(found, None)


NO_CABLES = Cabling({}, {})


def read_cabling(session: Session) -> Cabling:
    """Every cable of a host, in one query."""
    rows = session.query(select(CABLE, "InstanceID", "ElementName", "HostResource", "EnabledState"))
    return cabling_of(rows)


def cabling_of(rows: Iterable[Instance]) -> Cabling:
    """The cables as Hyper-V has them; those that are templates, or lead nowhere, are left out."""
    ports: dict[str, list[SwitchPort]] = defaultdict(list)
    plugs: dict[str, list[Plug]] = defaultdict(list)
    for row in rows:
        key, resources = text(row, "InstanceID"), [each for each in texts(row, "HostResource") if each]
        owner = owner_of(key).upper()
        if key.endswith(CABLE_TAIL):
            for guid in filter(None, map(switch_of, resources)):
                if number(row, "EnabledState") == ENABLED:
                    plugs[guid].append(Plug(key, text(row, "ElementName"), owner))
        elif (cards := tuple(filter(None, map(card_of, resources)))) or any(map(is_host, resources)):
            ports[owner].append(SwitchPort(key, text(row, "ElementName"), cards))
    return Cabling(ports, plugs)


@frozen
class Connected:
    """An adapter of a machine that is plugged into a switch."""

    machine: str
    machine_guid: str
    adapter: str
    cable: str


def read_machine_names(session: Session) -> Mapping[str, str]:
    """The names of all machines by GUID, in one query."""
    rows = session.query(select(COMPUTER_SYSTEM, "Name", "ElementName"))
    return {text(row, "Name").upper(): text(row, "ElementName") for row in rows}


def connected_of(plugs: Sequence[Plug], machines: Mapping[str, str]) -> tuple[Connected, ...]:
    """Those plugs that are of machines: a checkpoint holds copies of its machine's."""
    found = (
        Connected(machines[plug.owner_guid], plug.owner_guid, plug.adapter, plug.key)
        for plug in plugs
        if plug.owner_guid in machines
    )
    return tuple(sorted(found, key=lambda each: (each.machine.lower(), each.adapter.lower())))
