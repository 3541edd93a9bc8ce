"""PCI Express devices that can be given to virtual machines (discrete device assignment).

The forms of instance and location paths: Microsoft, "Deploy graphics devices by using Discrete Device
Assignment"; a device that was taken from the host goes by ``PCIP`` instead of ``PCI``.
"""

from __future__ import annotations

from zlib import crc32

from attrs import field, frozen
from attrs.validators import ge, le, matches_re

_HOST, _ASSIGNABLE = "PCI", "PCIP"


def _upper(digits: str) -> str:
    return digits.upper()


@frozen(kw_only=True)
class PciDevice:
    """A device; identifiers are hex digits as in ``VEN_10DE``. ``slot`` is the device's number on its bus.

    ``is_dismounted`` is its state when the host first sees it: taken from the host, ready to be assigned.
    ``has_acs`` is false below a bridge that lets devices reach each other past the IOMMU, and
    ``has_mitigation`` without a driver of its vendor that keeps a guest from harming the device.
    """

    vendor: str = field(converter=_upper, validator=matches_re("[0-9A-F]{4}"))
    product: str = field(converter=_upper, validator=matches_re("[0-9A-F]{4}"))
    subsystem: str = field(converter=_upper, validator=matches_re("[0-9A-F]{8}"))
    revision: str = field(default="00", converter=_upper, validator=matches_re("[0-9A-F]{2}"))
    name: str = "PCI Express Device"
    device_class: str = "Display"
    bus: int = field(validator=[ge(0), le(255)])
    slot: int = field(default=0, validator=[ge(0), le(31)])
    function: int = field(default=0, validator=[ge(0), le(7)])
    is_dismounted: bool = False
    has_acs: bool = True
    has_mitigation: bool = True

    @subsystem.default
    def _of_no_board(self) -> str:
        return f"0000{self.vendor}"

    @property
    def host_path(self) -> str:
        """Its device instance path while the host has it."""
        return f"{_HOST}\\{self._identity}"

    @property
    def assignable_path(self) -> str:
        """Its device instance path once it is dismounted from the host."""
        return f"{_ASSIGNABLE}\\{self._identity}"

    @property
    def location_path(self) -> str:
        """Where it is plugged in, whoever has it."""
        return f"PCIROOT(0)#PCI({self.bus:02X}00)#PCI({self.slot:02X}{self.function:02X})"

    @property
    def location_text(self) -> str:
        """DEVPKEY_Device_LocationInfo."""
        return f"PCI bus {self.bus}, device {self.slot}, function {self.function}"

    @property
    def address(self) -> int:
        """DEVPKEY_Device_Address of a PCI device: its number in the high word, its function in the low."""
        return self.slot << 16 | self.function

    @property
    def _identity(self) -> str:
        identifiers = f"VEN_{self.vendor}&DEV_{self.product}&SUBSYS_{self.subsystem}&REV_{self.revision}"
        return f"{identifiers}\\4&{crc32(self.location_path.encode()):08X}&0&{self.bus:02X}{self.slot:02X}"
