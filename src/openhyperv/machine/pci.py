"""PCI devices of a host that a machine gets for itself (Discrete Device Assignment)."""

from __future__ import annotations

import re

from attrs import frozen

from openhyperv.errors import InvalidInputError

_ADDRESS = re.compile(r"([0-9a-f]{4}):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])", re.IGNORECASE | re.ASCII)


@frozen(order=True)
class PciAddress:
    """Where a device is on its host: ``dddd:bb:ss.f``."""

    domain: int
    bus: int
    slot: int
    function: int

    @classmethod
    def parse(cls, text: str) -> PciAddress:
        """Read ``0000:3b:00.0``.

        :raises InvalidInputError: it is no such address
        """
        match = _ADDRESS.fullmatch(text)
        if match is None:
            raise InvalidInputError("This is not a PCI address such as 0000:3b:00.0.", target=text)
        return cls(*(int(part, 16) for part in match.groups()))

    def __str__(self) -> str:
        return f"{self.domain:04x}:{self.bus:02x}:{self.slot:02x}.{self.function}"


@frozen
class PciDevice:
    """A device of a host; vendor and product are four lower-case hex digits, as in ``10de``."""

    address: PciAddress
    vendor_id: str
    product_id: str


@frozen
class MmioSpace:
    """How much address space a machine sets aside for its devices, below and above 4 GiB."""

    low_mb: int
    high_mb: int


@frozen
class PciAlias:
    """A name for a kind of device, as ``pci_passthrough:alias`` uses it."""

    name: str
    vendor_id: str
    product_id: str

    def fits(self, device: PciDevice) -> bool:
        """True for a device of this kind."""
        return (device.vendor_id, device.product_id) == (self.vendor_id, self.product_id)
