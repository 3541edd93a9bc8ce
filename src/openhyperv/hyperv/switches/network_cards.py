"""The network cards of a host, which switches can be bound to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.facts import STANDARD_CIMV2
from openhyperv.hyperv.switches.cabling import Cabling
from openhyperv.hyperv.switches.names import EXTERNAL_PORT, card_guid
from openhyperv.hyperv.values import number, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import select

_SEPARATORS = re.compile("[:.-]")


@frozen(kw_only=True)
class NetworkCard:
    """A card by its GUID: ``name`` is the one that administrators give it, ``description`` the device's own.

    ``index`` is its number in Windows, ``is_bound`` is true where it is a switch's.
    """

    guid: str
    name: str
    description: str
    mac_address: str
    speed_bps: int
    is_bound: bool
    index: int
    path: ObjectPath

    def is_called(self, word: str) -> bool:
        """True for its name, description, GUID, or MAC address in any form; case does not matter."""
        names = (self.name, self.description, self.guid, f"{{{self.guid}}}")
        mac_address = _SEPARATORS.sub("", word).upper()
        return word.lower() in [name.lower() for name in names if name] or mac_address == self.mac_address


def read_cards(session: Session) -> list[NetworkCard]:
    """Every network card, in two queries at the same time."""
    read_names = session.aside(lambda: _in_windows(session))
    ports = list(session.query(select(EXTERNAL_PORT)))
    in_windows = read_names()
    cards = [_card(port, in_windows.get(card_guid(text(port, "DeviceID")))) for port in ports]
    return sorted(cards, key=lambda card: (card.name or card.description).lower())


def _in_windows(session: Session) -> dict[str, Instance]:
    """The cards by GUID as administrators see them."""
    rows = session.query(select("MSFT_NetAdapter", "DeviceID", "Name", "InterfaceIndex"), STANDARD_CIMV2)
    return {card_guid(text(row, "DeviceID")): row for row in rows}


def _card(port: Instance, in_windows: Instance | None) -> NetworkCard:
    keys = ("CreationClassName", "DeviceID", "SystemCreationClassName", "SystemName")
    return NetworkCard(
        guid=card_guid(text(port, "DeviceID")),
        name="" if in_windows is None else text(in_windows, "Name"),
        description=text(port, "ElementName"),
        mac_address=text(port, "PermanentAddress"),
        speed_bps=number(port, "Speed"),
        is_bound=port.get("IsBound") is True,
        index=0 if in_windows is None else number(in_windows, "InterfaceIndex"),
        path=ObjectPath(EXTERNAL_PORT, {key: text(port, key) for key in keys}),
    )


def find_cards(session: Session, cards: Sequence[NetworkCard], words: Sequence[str]) -> list[NetworkCard]:
    """The cards that are meant, in that order.

    :raises NotFoundError: none is called that
    :raises ConflictError: several are, or two words mean one card
    """
    found = [_find(session, cards, word) for word in words]
    if len({card.guid for card in found}) < len(found):
        raise ConflictError(
            f"Two of {', '.join(words)} are one network adapter.", host=session.host, target=words[0]
        )
    return found


def _find(session: Session, cards: Sequence[NetworkCard], word: str) -> NetworkCard:
    called = [card for card in cards if card.is_called(word)]
    if not called:
        known = ", ".join(card.name or card.description for card in cards)
        raise NotFoundError(
            "The host has no such network adapter.",
            host=session.host,
            target=word,
            remedy=f"It has {known}." if known else None,
        )
    if len(called) > 1:
        raise ConflictError(
            f"Several network adapters are called that: {', '.join(card.guid for card in called)}.",
            host=session.host,
            target=word,
            remedy="Name the adapter by its GUID.",
        )
    return called[0]


def demand_free(
    session: Session, cards: Sequence[NetworkCard], cabling: Cabling, switch_guid: str | None = None
) -> None:
    """Refuse network cards that are bound to another switch, or to something else.

    :raises ConflictError: one is
    """
    for card in cards:
        owner = cabling.switch_of_card(card.guid)
        if card.is_bound and (owner is None or owner != switch_guid):
            whose = "something else" if owner is None else f"the virtual switch {owner}"
            raise ConflictError(
                f"The network adapter {card.name or card.description} is bound to {whose}.",
                host=session.host,
                target=card.guid,
            )
