"""What stands behind options about devices: PCI addresses, patterns of devices, address space."""

from __future__ import annotations

import click

from openhyperv.errors import InvalidInputError
from openhyperv.hyperv.devices.allow_list import DevicePattern
from openhyperv.machine.graphics import Resolution
from openhyperv.machine.pci import MmioSpace, PciAddress

_RESOLUTIONS = {resolution.label: resolution for resolution in Resolution}


class Address(click.ParamType[PciAddress]):
    """``0000:3b:00.0``."""

    name = "ADDRESS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> PciAddress:
        """The address."""
        try:
            return PciAddress.parse(str(value))
        except InvalidInputError as error:
            self.fail(f"{value!r}: {error.message}", param, ctx)


class Pattern(click.ParamType[DevicePattern]):
    """``vendor_id=10de,product_id=13f2,address=0000:3b:*.*``; each may be left out."""

    name = "PATTERN"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> DevicePattern:
        """The pattern."""
        pairs = [word.partition("=") for word in str(value).split(",")]
        try:
            return DevicePattern.of({name: text for name, _, text in pairs})
        except InvalidInputError as error:
            self.fail(f"{value!r}: {error.message}", param, ctx)


class Screen(click.ParamType[Resolution]):
    """``1920x1200``."""

    name = "RESOLUTION"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Resolution:
        """The resolution."""
        found = _RESOLUTIONS.get(str(value).lower())
        if found is None:
            self.fail(f"{value!r} is none of {', '.join(_RESOLUTIONS)}", param, ctx)
        return found


def mmio_space(low_mb: int | None, high_mb: int | None) -> MmioSpace | None:
    """Both sizes or none."""
    if low_mb is None and high_mb is None:
        return None
    if low_mb is None or high_mb is None:
        raise click.UsageError("Give both --low-mmio and --high-mmio.")
    return MmioSpace(low_mb, high_mb)
