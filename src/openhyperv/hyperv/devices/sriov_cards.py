"""Network cards whose virtual functions (SR-IOV) a switch lends to its ports.

A function is no device to the host before a machine has it: Windows tells how many there are behind a
switch, and where the card is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.devices.assignable_device import identifiers_of
from openhyperv.hyperv.facts import STANDARD_CIMV2
from openhyperv.hyperv.switches.offload import Capacity, OffloadCard, SwitchOffload, read_offload
from openhyperv.hyperv.values import number, text
from openhyperv.machine.pci import PciAddress, PciDevice
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import select

_PLACES = ("SegmentNumber", "BusNumber", "DeviceNumber", "FunctionNumber")


@frozen
class SriovCard:
    """The card behind a switch with SR-IOV; ``device`` is the card itself.

    A team is known by the card that has the lowest address; ``virtual_functions`` are those of all its cards.
    """

    switch: str
    device: PciDevice
    virtual_functions: Capacity


def read_sriov_cards(session: Session) -> list[SriovCard]:
    """The card of each switch that has functions, by its address: five queries at the same time."""
    read_addresses = session.aside(lambda: _addresses(session))
    offloads = read_offload(session)
    return sorted(_cards(offloads, read_addresses()), key=lambda card: card.device.address)


def _cards(offloads: Iterable[SwitchOffload], addresses: Mapping[str, PciAddress]) -> Iterator[SriovCard]:
    for offload in offloads:
        devices = list(_devices(offload.cards, addresses))
        if offload.virtual_functions.total and devices:
            first = min(devices, key=lambda device: device.address)
            yield SriovCard(offload.switch, first, offload.virtual_functions)


def _devices(cards: Iterable[OffloadCard], addresses: Mapping[str, PciAddress]) -> Iterator[PciDevice]:
    """The cards that are PCI devices, of which Windows tells where they are."""
    for card in cards:
        kind, address = identifiers_of(card.pnp_device_id), addresses.get(card.description)
        if kind is not None and address is not None:
            yield PciDevice(address, *kind)


def _addresses(session: Session) -> dict[str, PciAddress]:
    """Where each card is, by its interface description, which Windows gives to no two."""
    query = select("MSFT_NetAdapterHardwareInfoSettingData", "InterfaceDescription", *_PLACES)
    rows = session.query(query, STANDARD_CIMV2)
    return {text(row, "InterfaceDescription"): _address(row) for row in rows}


def _address(row: Instance) -> PciAddress:
    return PciAddress(*(number(row, place) for place in _PLACES))
