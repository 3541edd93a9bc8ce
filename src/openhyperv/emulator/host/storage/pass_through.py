"""Physical disks of the host in virtual machines: a drive's HostResource names the host's Msvm_DiskDrive."""

from __future__ import annotations

from openhyperv.emulator.host.hardware.known_disks import KnownDisk, KnownDisks
from openhyperv.emulator.host.identities import device_id, device_path
from openhyperv.emulator.host.settings import Resource
from openhyperv.errors import InvalidInputError
from openhyperv.wire.path import ObjectPath, parse_path

DISK_DRIVE = "Msvm_DiskDrive"
_HOST_DISKS = "353B3BE8-310C-4cf4-839E-4E1B14616136"


def host_disk_path(host_name: str, number: int) -> ObjectPath:
    """The host's Msvm_DiskDrive of a physical disk."""
    return device_path(DISK_DRIVE, host_name, f"{_HOST_DISKS}\\{number}")


def host_resource(resource: Resource) -> ObjectPath | None:
    """The device of the host that a VM's device stands for; None where HostResource is no single path."""
    texts = resource.texts("HostResource")
    try:
        return parse_path(texts[0]) if len(texts) == 1 else None
    except InvalidInputError:
        return None


def passed_through(drive: Resource, disks: KnownDisks) -> KnownDisk | None:
    """The disk behind a VM's drive; None where the host has no such disk."""
    path = host_resource(drive)
    if path is None or path.class_name.lower() != DISK_DRIVE.lower():
        return None
    named = str(path.key("DeviceID")).lower()
    return next((d for d in disks if device_id(f"{_HOST_DISKS}\\{d.number}").lower() == named), None)
