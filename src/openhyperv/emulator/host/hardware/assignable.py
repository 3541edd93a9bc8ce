"""Which PCI devices the host has given up, so that virtual machines can have them, and which are disabled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from openhyperv.emulator.host.hardware.pci import PciDevice


class AssignableDevices:
    """The PCI devices of a host, under its lock; ``file`` keeps which are dismounted, and which disabled."""

    def __init__(self, file: Path, devices: Sequence[PciDevice]) -> None:
        self._file = file
        self._devices = devices
        kept = json.loads(file.read_text("utf-8")) if file.exists() else None
        self._dismounted: set[str] = {d.location_path for d in devices if d.is_dismounted}
        self._disabled: set[str] = set()
        if kept is not None:
            self._dismounted = set(kept["dismounted"])
            self._disabled = set(kept.get("disabled", ()))

    def __iter__(self) -> Iterator[PciDevice]:
        return iter(self._devices)

    def is_dismounted(self, device: PciDevice) -> bool:
        """True once the host has given the device up."""
        return device.location_path in self._dismounted

    def is_disabled(self, device: PciDevice) -> bool:
        """True while the host has the device, but no driver uses it."""
        return device.location_path in self._disabled and not self.is_dismounted(device)

    def set_disabled(self, device: PciDevice, disabled: bool) -> None:
        """Take the device from its driver, or give it back; it lasts while the device is dismounted."""
        if disabled:
            self._disabled.add(device.location_path)
        else:
            self._disabled.discard(device.location_path)
        self._keep()

    def dismounted(self) -> Iterator[PciDevice]:
        """What virtual machines can have."""
        return (device for device in self if self.is_dismounted(device))

    def find(self, instance_path: str, location_path: str) -> PciDevice | None:
        """The device of an instance path, a location path or both, in any case of letters."""
        if not instance_path and not location_path:
            return None
        for device in self:
            paths = (device.host_path.lower(), device.assignable_path.lower())
            is_named = not instance_path or instance_path.lower() in paths
            if is_named and (not location_path or location_path.lower() == device.location_path.lower()):
                return device
        return None

    def dismount(self, device: PciDevice) -> None:
        """Take a device from the host."""
        self._dismounted.add(device.location_path)
        self._keep()

    def mount(self, device: PciDevice) -> None:
        """Give a device back to the host."""
        self._dismounted.discard(device.location_path)
        self._keep()

    def _keep(self) -> None:
        kept = {"dismounted": sorted(self._dismounted), "disabled": sorted(self._disabled)}
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps(kept), "utf-8")
        temporary.replace(self._file)
