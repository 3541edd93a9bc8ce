"""Win32_DiskDrive: the host's physical disks as the CIMWin32 provider tells of them."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.hardware import BusType
from openhyperv.emulator.host.hardware.known_disks import KnownDisk
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.windows.instances import cimv2_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_CLASS = "Win32_DiskDrive"
_HEADS, _SECTORS = 255, 63
"""The geometry that Windows shows for every disk."""


class DiskDriveProvider:
    """Every disk that Windows knows, offline ones included."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(_CLASS)
    def drives(self) -> Iterator[Instance]:
        """All of them."""
        return (_drive(self._host.name, disk) for disk in self._host.disks)

    @lookup(_CLASS)
    def drive(self, path: ObjectPath) -> Instance | None:
        """One of them."""
        return next((drive for drive in self.drives() if drive.path == path), None)


def _drive(host_name: str, disk: KnownDisk) -> Instance:
    hardware = disk.hardware
    model = f"{hardware.vendor} {hardware.model}"
    values: dict[str, Value] = {
        "Name": disk.name,
        "Caption": model,
        "Model": model,
        "Manufacturer": "(Standard disk drives)",
        "Description": "Disk drive",
        "CreationClassName": _CLASS,
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": host_name,
        "Status": "OK",
        "Index": disk.number,
        "InterfaceType": "IDE" if hardware.bus in (BusType.ATA, BusType.ATAPI) else "SCSI",
        "MediaType": "Fixed hard disk media",
        "MediaLoaded": True,
        "Partitions": hardware.partitions,
        "PNPDeviceID": hardware.pnp_device_id,
        "SerialNumber": hardware.serial,
        "FirmwareRevision": hardware.firmware,
        "SCSIBus": 0,
        "SCSIPort": 0,
        "SCSITargetId": 0,
        "SCSILogicalUnit": disk.number,
        **_geometry(disk),
    }
    return cimv2_instance(_CLASS, {"DeviceID": disk.name}, values)


def _geometry(disk: KnownDisk) -> dict[str, Value]:
    """Whole cylinders only: Size is a little below that of MSFT_Disk, as on every Windows."""
    sector = disk.hardware.sector_bytes
    cylinders = disk.hardware.size_bytes // (_HEADS * _SECTORS * sector)
    return {
        "BytesPerSector": sector,
        "SectorsPerTrack": _SECTORS,
        "TracksPerCylinder": _HEADS,
        "TotalHeads": _HEADS,
        "TotalCylinders": cylinders,
        "TotalTracks": cylinders * _HEADS,
        "TotalSectors": cylinders * _HEADS * _SECTORS,
        "Size": cylinders * _HEADS * _SECTORS * sector,
    }
