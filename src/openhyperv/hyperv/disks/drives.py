"""The drives of a machine, read from its settings: where each is, and what is in it. Pure.

A drive's key is its controller's with the slot and ``D`` behind it, its medium's ends in ``L`` instead, as
recorded from real hosts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.hyperv.settings import ResourceType
from openhyperv.hyperv.values import number, text, texts
from openhyperv.machine.drives import Bus, Slot
from openhyperv.machine.spec import Generation
from openhyperv.wire.instance import Instance

_IDE_CONTROLLER = 5
_READ_ONLY = 1
"""Msvm_StorageAllocationSettingData.Access."""
_DRIVES = (ResourceType.DISK_DRIVE, ResourceType.DVD_DRIVE)
_LAST_PARTS = 2
"""Slot and letter, behind the controller's key."""


@frozen
class Drive:
    """A disk or DVD drive. ``file`` is None where it is empty, or holds ``host_disk``, a disk of the host.

    Limits are operations of 8 KiB per second, 0 for none.
    """

    key: str
    slot: Slot
    is_dvd: bool
    file: str | None = None
    host_disk: str | None = None
    read_only: bool = False
    maximum_iops: int = 0
    minimum_iops: int = 0

    @property
    def medium_key(self) -> str:
        """The key that what is in it has."""
        return self.key[:-1] + "L"


@frozen
class Storage:
    """The controllers of a machine by their keys, and what hangs on them."""

    ide_controllers: tuple[str, ...]
    scsi_controllers: tuple[str, ...]
    drives: tuple[Drive, ...]

    @property
    def generation(self) -> Generation:
        """Generation 1 has IDE controllers, always; generation 2 never."""
        return Generation.ONE if self.ide_controllers else Generation.TWO

    def controllers(self, bus: Bus) -> tuple[str, ...]:
        """The keys of the controllers of a bus."""
        return self.ide_controllers if bus is Bus.IDE else self.scsi_controllers

    def at(self, slot: Slot) -> Drive | None:
        """The drive in a slot."""
        return next((drive for drive in self.drives if drive.slot == slot), None)

    def holding(self, file: str) -> Drive | None:
        """The drive that a file is in; Windows does not tell cases apart."""
        return next((d for d in self.drives if d.file is not None and d.file.lower() == file.lower()), None)


def read_storage(settings: Sequence[Instance]) -> Storage:
    """The drives among the settings of a machine's devices, in the order of their slots."""
    ide = sorted(_keys(settings, _IDE_CONTROLLER))
    # UNVERIFIED: SCSI controllers are numbered in the order in which the host tells them
    scsi = tuple(_keys(settings, ResourceType.SCSI_CONTROLLER))
    slots = {
        controller.upper(): (bus, index)
        for bus, controllers in ((Bus.IDE, ide), (Bus.SCSI, scsi))
        for index, controller in enumerate(controllers)
    }
    media = {
        text(each, "InstanceID").upper(): each for each in settings if _is(each, ResourceType.STORAGE_EXTENT)
    }
    drives = []
    for setting in settings:
        key = text(setting, "InstanceID")
        controller, location = _place(key)
        if number(setting, "ResourceType") in _DRIVES and controller in slots:
            slot = Slot(*slots[controller], location)
            drives.append(_drive(setting, slot, media.get(key[:-1].upper() + "L")))
    return Storage(tuple(ide), scsi, tuple(sorted(drives, key=lambda drive: drive.slot)))


def _is(setting: Instance, resource_type: int) -> bool:
    return number(setting, "ResourceType") == resource_type


def _keys(settings: Sequence[Instance], resource_type: int) -> Iterator[str]:
    return (text(each, "InstanceID") for each in settings if _is(each, resource_type))


def _place(key: str) -> tuple[str, int]:
    """The key of a drive's controller, in upper case, and the location there."""
    parts = key.upper().rsplit("\\", _LAST_PARTS)
    is_drive = len(parts) > _LAST_PARTS and parts[1].isdigit()
    return (parts[0], int(parts[1])) if is_drive else ("", 0)


def _drive(setting: Instance, slot: Slot, medium: Instance | None) -> Drive:
    host_disk = next(iter(texts(setting, "HostResource")), None)
    drive = Drive(
        text(setting, "InstanceID"), slot, _is(setting, ResourceType.DVD_DRIVE), host_disk=host_disk or None
    )
    return drive if medium is None else _loaded(drive, medium)


def _loaded(drive: Drive, medium: Instance) -> Drive:
    return Drive(
        drive.key,
        drive.slot,
        drive.is_dvd,
        file=next(iter(texts(medium, "HostResource")), None),
        read_only=number(medium, "Access") == _READ_ONLY,
        maximum_iops=number(medium, "IOPSLimit"),
        minimum_iops=number(medium, "IOPSReservation"),
    )
