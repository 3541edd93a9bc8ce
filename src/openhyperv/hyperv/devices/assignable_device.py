"""A PCI device of a host, and who has it."""

from __future__ import annotations

import re

from attrs import frozen

from openhyperv.machine.pci import PciAddress, PciDevice
from openhyperv.wire.path import ObjectPath

_IDENTIFIERS = re.compile(
    r"PCIP?\\VEN_(?P<vendor>[0-9A-F]{4})&DEV_(?P<product>[0-9A-F]{4})\b", re.IGNORECASE | re.ASCII
)


@frozen(kw_only=True)
class AssignableDevice:
    """A device in a slot of the host.

    - ``instance_path`` names it to Plug and Play: ``PCI\\...`` while it is the host's, ``PCIP\\...`` once
      it is dismounted
    - ``location_path`` is where it is plugged in, whoever has it
    - ``machine`` is the GUID of the machine that has it, running or not
    """

    address: PciAddress
    vendor_id: str
    product_id: str
    name: str
    instance_path: str
    location_path: str
    is_dismounted: bool
    machine: str | None = None

    @property
    def is_free(self) -> bool:
        """True for one that a machine may be given."""
        return self.is_dismounted and self.machine is None

    @property
    def pci_device(self) -> PciDevice:
        """What it is, without who has it."""
        return PciDevice(self.address, self.vendor_id, self.product_id)


def identifiers_of(instance_path: str) -> tuple[str, str] | None:
    """Vendor and product in a device instance path, in lower case; None for what is no PCI device."""
    match = _IDENTIFIERS.match(instance_path)
    return (match["vendor"].lower(), match["product"].lower()) if match else None


def pnp_path(instance_path: str) -> ObjectPath:
    """A device's Win32_PnPEntity."""
    return ObjectPath("Win32_PnPEntity", {"DeviceID": instance_path}, "root/cimv2")
