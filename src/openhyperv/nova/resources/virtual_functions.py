"""Virtual functions (SR-IOV) for ports of the type ``direct``, as Nova counts and hands them out.

Nova gives a port a device at an address. Hyper-V tells no addresses of functions: it takes one of the
switch's as the machine starts. So an address stands for one of many alike here, in a PCI domain that no host
has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nova.objects import fields
from oslo_log import log

from openhyperv.hyperv.devices.sriov_cards import SriovCard
from openhyperv.machine.pci import PciAddress, PciDevice
from openhyperv.nova.resources.pci_devices import pci_device_of

LOG = log.getLogger(__name__)

_DOMAIN = 0x8000  # UNVERIFIED: no host has PCI segments from 8000 on
_SEGMENTS = 0x80
_MOST = 256
"""Functions that fit on one bus: 32 slots of 8."""


def virtual_functions_of(card: SriovCard) -> Iterator[dict[str, Any]]:
    """An entry of ``pci_passthrough_devices`` for each function, with the card as its parent.

    The functions of the card 0000:3b:00.1 are from 8001:3b:00.0 on, which stays so as long as the card is in
    its slot. They bear the card's vendor and product: Windows does not tell theirs.
    """
    total, address = card.virtual_functions.total, card.device.address
    if total > _MOST or address.domain >= _SEGMENTS:
        LOG.warning("Not all of the %d virtual functions of switch %s can be counted.", total, card.switch)
    if address.domain < _SEGMENTS:
        yield from (_entry(card.device, number) for number in range(min(total, _MOST)))


def _entry(card: PciDevice, number: int) -> dict[str, Any]:
    function = PciDevice(_address(card.address, number), card.vendor_id, card.product_id)
    return pci_device_of(function) | {
        "dev_type": fields.PciDeviceType.SRIOV_VF,
        "parent_addr": str(card.address),
    }


def _address(card: PciAddress, number: int) -> PciAddress:
    """The card's own slot and function in the domain, and the function's number where these would be."""
    domain = _DOMAIN | card.domain << 8 | card.slot << 3 | card.function
    return PciAddress(domain, card.bus, *divmod(number, 8))
