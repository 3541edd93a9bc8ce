"""A new machine as far as the host has made it: what it named itself, and what follows from that. Pure."""

from __future__ import annotations

from attrs import frozen

from openhyperv.hyperv import settings
from openhyperv.hyperv.names import setting
from openhyperv.machine.boot import UefiBoot
from openhyperv.machine.drives import Bus, Slot
from openhyperv.wire.path import ObjectPath

ADAPTER = "Msvm_SyntheticEthernetPortSettingData"


@frozen
class Hardware:
    """``controllers`` are the keys of the SCSI controllers, ``adapters`` those of the adapters by name."""

    guid: str
    controllers: tuple[str, ...]
    adapters: dict[str, str]

    def controller_id(self, slot: Slot) -> str:
        """The InstanceID of the controller that a slot is on."""
        if slot.bus is Bus.IDE:
            return settings.ide_controller(self.guid, slot.controller)
        return self.controllers[slot.controller]

    def drive_id(self, slot: Slot) -> str:
        """The InstanceID that the drive in a slot has, or will have."""
        return settings.drive_id(self.controller_id(slot), slot)

    def adapter(self, name: str) -> ObjectPath:
        """An adapter's settings."""
        return setting(ADAPTER, self.adapters[name])

    def boot_sources(self, order: UefiBoot) -> list[str]:
        """The firmware's entries for devices, in an order."""
        devices = (
            self.drive_id(each) if isinstance(each, Slot) else self.adapters[each] for each in order.devices
        )
        return [settings.boot_source_path(settings.boot_source_id(device)) for device in devices]
