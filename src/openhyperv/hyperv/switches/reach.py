"""By which of its adapters a host is reached: whoever takes that away does it once."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from socket import gaierror, getaddrinfo

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.hyperv.facts import STANDARD_CIMV2
from openhyperv.hyperv.switches.cabling import SwitchPort
from openhyperv.hyperv.switches.network_cards import NetworkCard
from openhyperv.hyperv.values import number, text
from openhyperv.wire.wql import select


@frozen
class Reach:
    """The adapters that have the address by which the host is reached from here; none where that is behind
    something that translates addresses."""

    _host: str
    _indexes: frozenset[int]
    _names: frozenset[str]

    def demand_other_than(self, cards: Iterable[NetworkCard] = (), ports: Iterable[SwitchPort] = ()) -> None:
        """Refuse to take one of these network cards, or of the host's own ports, from the host.

        :raises ConflictError: it is reached by that
        """
        taken = [card.name for card in cards if card.index in self._indexes]
        taken += [port.name for port in ports if f"vethernet ({port.name.lower()})" in self._names]
        if taken:
            raise ConflictError(
                f"The host is reached by {taken[0]}, and would be cut off.",
                host=self._host,
                target=taken[0],
                remedy="Give the host a port at the switch, or reach it by another address.",
            )


def read_reach(session: Session) -> Reach:
    """How the host is reached, in one query."""
    here = _addresses(session.host)
    query = select("MSFT_NetIPAddress", "IPAddress", "InterfaceIndex", "InterfaceAlias")
    rows = [row for row in session.query(query, STANDARD_CIMV2) if text(row, "IPAddress").lower() in here]
    indexes = frozenset(number(row, "InterfaceIndex") for row in rows)
    return Reach(session.host, indexes, frozenset(text(row, "InterfaceAlias").lower() for row in rows))


def _addresses(host: str) -> frozenset[str]:
    """The addresses behind a host's name."""
    try:
        found = getaddrinfo(host, None)
    except gaierror:
        return frozenset()
    return frozenset(str(ip_address(str(each[4][0]).partition("%")[0])) for each in found)
