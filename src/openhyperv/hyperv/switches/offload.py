"""What the hardware behind virtual switches takes off the processors: SR-IOV, queues and IPsec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.facts import STANDARD_CIMV2
from openhyperv.hyperv.switches.cabling import read_cabling
from openhyperv.hyperv.switches.finding import list_switches
from openhyperv.hyperv.switches.names import card_guid
from openhyperv.hyperv.values import number, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import select


@frozen
class Capacity:
    """How much there is of something, and how much of that is in use."""

    total: int
    used: int


@frozen
class OffloadCard:
    """A network card by its interface description, and as a device of the host."""

    description: str
    pnp_device_id: str


@frozen(kw_only=True)
class SwitchOffload:
    """An external switch with its network cards, several of a team, and what they do for machines together.

    A card that the host has not any more is left out.
    """

    switch: str
    cards: tuple[OffloadCard, ...]
    virtual_functions: Capacity
    queue_pairs: Capacity
    vmqs: Capacity
    ipsec_associations: Capacity


def read_offload(session: Session) -> list[SwitchOffload]:
    """Every external switch, in four queries however many there are; other switches have no hardware."""
    read_cards = session.aside(lambda: _cards(session))
    read_cables = session.aside(lambda: read_cabling(session))
    read_names = session.aside(lambda: {switch.guid: switch.name for switch in list_switches(session)})
    rows = list(session.query(select("Msvm_EthernetSwitchHardwareOffloadData")))
    cabling, cards, names = read_cables(), read_cards(), read_names()
    uplinks = [(row, cabling.uplink(_guid(row))) for row in rows]
    found = [
        _offload(row, names, [cards[card] for card in uplink.cards if card in cards])
        for row, uplink in uplinks
        if uplink is not None
    ]
    return sorted(found, key=lambda offload: offload.switch.lower())


def _guid(row: Instance) -> str:
    """The switch's GUID."""
    return text(row, "SystemName").upper()


def _cards(session: Session) -> dict[str, OffloadCard]:
    """The host's network cards by GUID."""
    query = select("MSFT_NetAdapter", "DeviceID", "InterfaceDescription", "PnPDeviceID")
    return {
        card_guid(text(row, "DeviceID")): OffloadCard(
            text(row, "InterfaceDescription"), text(row, "PnPDeviceID")
        )
        for row in session.query(query, STANDARD_CIMV2)
    }


def _offload(row: Instance, names: Mapping[str, str], cards: Sequence[OffloadCard]) -> SwitchOffload:
    return SwitchOffload(
        switch=names.get(_guid(row), _guid(row)),
        cards=tuple(cards),
        virtual_functions=Capacity(number(row, "IovVfCapacity"), number(row, "IovVfUsage")),
        queue_pairs=Capacity(number(row, "IovQueuePairCapacity"), number(row, "IovQueuePairUsage")),
        vmqs=Capacity(number(row, "VmqCapacity"), number(row, "VmqUsage")),
        ipsec_associations=Capacity(number(row, "IPsecSACapacity"), number(row, "IPsecSAUsage")),
    )
