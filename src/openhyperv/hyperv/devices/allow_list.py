"""Which devices machines may be given: patterns as in Nova's ``[pci]device_spec``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Self

from attrs import field, frozen

from openhyperv.errors import InvalidInputError
from openhyperv.machine.pci import PciDevice

_KEYS = ("address", "vendor_id", "product_id")
_SHAPES = {
    "address": re.compile(r"[0-9a-f*?]{1,4}:[0-9a-f*?]{1,2}:[0-9a-f*?]{1,2}\.[0-7*?]"),
    "vendor_id": re.compile(r"\*|[0-9a-f]{4}"),
    "product_id": re.compile(r"\*|[0-9a-f]{4}"),
}


@frozen
class DevicePattern:
    """Devices of a kind, at some places, or both; ``*`` and ``?`` stand for any digits of an address."""

    address: str = "*"
    vendor_id: str = "*"
    product_id: str = "*"

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """From texts such as ``{"vendor_id": "10de", "address": "0000:3b:*.*"}``, in any case of letters.

        :raises InvalidInputError: another key, or what is no address, vendor or product
        """
        lowered = {name: value.strip().lower() for name, value in values.items()}
        for name, value in lowered.items():
            if name not in _KEYS:
                raise InvalidInputError(f"A device pattern has {', '.join(_KEYS)}.", target=name)
            if not _SHAPES[name].fullmatch(value):
                raise InvalidInputError(f"This is no {name} of a PCI device.", target=value)
        return cls(**lowered)

    def admits(self, device: PciDevice) -> bool:
        """True for a device that fits in everything."""
        return self.admits_kind(device.vendor_id, device.product_id) and fnmatchcase(
            str(device.address), self.address
        )

    def admits_kind(self, vendor_id: str, product_id: str) -> bool:
        """True where a device of that kind may fit, wherever it is."""
        return self.vendor_id in ("*", vendor_id) and self.product_id in ("*", product_id)


@frozen
class AllowList:
    """The patterns of which one has to fit; without any, every device may be given."""

    patterns: tuple[DevicePattern, ...] = field(default=(), converter=tuple[DevicePattern, ...])

    @classmethod
    def of(cls, patterns: Iterable[Mapping[str, str]]) -> Self:
        """From the texts of :meth:`DevicePattern.of`."""
        return cls(tuple(DevicePattern.of(values) for values in patterns))

    def admits(self, device: PciDevice) -> bool:
        """True for a device that machines may be given."""
        return not self.patterns or any(pattern.admits(device) for pattern in self.patterns)

    def admits_kind(self, vendor_id: str, product_id: str) -> bool:
        """False where no device of that kind may be given, wherever it is."""
        return not self.patterns or any(p.admits_kind(vendor_id, product_id) for p in self.patterns)
