"""MSFT_Disk: the host's physical disks as the Windows Storage Management API tells of them.

Properties and their forms as printed on a real host; methods and codes from Microsoft's pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import NAMESPACE_OID, uuid5

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, instances_of, lookup, method
from openhyperv.emulator.host.hardware.known_disks import KnownDisk
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.host_devices import is_running_with
from openhyperv.emulator.providers.storage.codes import StorageCode
from openhyperv.emulator.providers.windows.instances import windows_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

STORAGE = "root/microsoft/windows/storage"
_CLASS = "MSFT_Disk"
_ONLINE, _OFFLINE = 0xD010, 0xD013
"""OperationalStatus."""
_NOT_OFFLINE, _BY_POLICY = 0, 1
"""OfflineReason."""
_RAW, _GPT = 0, 2
"""PartitionStyle."""
_FIXED = 2
"""ProvisioningType."""


class DiskProvider:
    """Every disk that Windows knows, and what can be done to one."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(_CLASS)
    def disks(self) -> Iterator[Instance]:
        """All of them."""
        return (disk_instance(self._host.name, disk) for disk in self._host.disks)

    @lookup(_CLASS)
    def disk(self, path: ObjectPath) -> Instance | None:
        """One of them."""
        return next((disk for disk in self.disks() if disk.path == path), None)

    @method(_CLASS, "Refresh")
    def refresh(self, call: Call) -> Result:
        """Look at the disk again: it may have grown."""
        self._host.disks.refresh(self._named(call))
        return Result(StorageCode.SUCCESS)

    @method(_CLASS, "Online")
    def online(self, call: Call) -> Result:
        """Let Windows use the disk, which no running VM may have."""
        disk = self._named(call)
        if is_running_with(self._host, disk):
            raise MethodFailure(StorageCode.IN_USE, f"A virtual machine has disk {disk.number}.")
        self._host.disks.set_offline(disk, False)
        return Result(StorageCode.SUCCESS)

    @method(_CLASS, "Offline")
    def offline(self, call: Call) -> Result:
        """Have Windows leave the disk alone."""
        disk = self._named(call)
        _refuse_critical(disk)
        self._host.disks.set_offline(disk, True)
        return Result(StorageCode.SUCCESS)

    @method(_CLASS, "SetAttributes")
    def set_attributes(self, call: Call) -> Result:
        """Forbid or allow writing. Signature and Guid belong to partition tables, which no disk here gets."""
        disk = self._named(call)
        if call["Signature"] is not None or call["Guid"] is not None:
            _refuse_critical(disk)
            raise MethodFailure(StorageCode.NOT_INITIALIZED, f"Disk {disk.number} has no partition table.")
        read_only = call["IsReadOnly"]
        if isinstance(read_only, bool):
            if read_only:
                _refuse_critical(disk)
            # UNVERIFIED: that IsReadOnly is among the attributes that an offline disk takes
            self._host.disks.set_read_only(disk, read_only)
        return Result(StorageCode.SUCCESS)

    def _named(self, call: Call) -> KnownDisk:
        found = (d for d in self._host.disks if disk_instance(self._host.name, d).path == call.path)
        return next(found)  # the object manager has found it before


def _refuse_critical(disk: KnownDisk) -> None:
    if disk.hardware.is_boot:
        raise MethodFailure(StorageCode.CRITICAL_DISK, "Windows runs from this disk.")


def disk_instance(host_name: str, disk: KnownDisk) -> Instance:
    """One disk; ``ObjectId`` as recorded names the host, the storage provider and the device."""
    provider = rf"\\{host_name}\root/Microsoft/Windows/Storage/Providers_v2\WSP_Disk"
    machine = uuid5(NAMESPACE_OID, host_name)
    keys = {"ObjectId": f'{{1}}{provider}.ObjectId="{{{machine}}}:DI:{disk.hardware.device_path}"'}
    return windows_instance(STORAGE, _CLASS, keys, {**_identity(disk), **_layout(disk), **_state(disk)})


def _identity(disk: KnownDisk) -> dict[str, Value]:
    hardware = disk.hardware
    place = f"PCI Slot 0 : Adapter 0 : Port 0 : Target 0 : LUN {disk.number}"
    return {
        "Number": disk.number,
        "UniqueId": hardware.unique_id,
        "UniqueIdFormat": int(hardware.unique_id_format),
        "Path": hardware.device_path,
        "Location": hardware.location or place,
        "FriendlyName": f"{hardware.vendor} {hardware.model}",
        "Manufacturer": hardware.vendor,
        "Model": hardware.model,
        "SerialNumber": hardware.serial,
        "FirmwareVersion": hardware.firmware,
        "BusType": int(hardware.bus),
    }


def _layout(disk: KnownDisk) -> dict[str, Value]:
    """The disk that Windows runs from is partitioned and full; all others are blank."""
    hardware = disk.hardware
    is_boot = hardware.is_boot
    return {
        "Size": hardware.size_bytes,
        "AllocatedSize": hardware.size_bytes if is_boot else 0,
        "LargestFreeExtent": 0,
        "LogicalSectorSize": hardware.sector_bytes,
        "PhysicalSectorSize": hardware.sector_bytes,
        "NumberOfPartitions": hardware.partitions,
        "PartitionStyle": _GPT if is_boot else _RAW,
        "ProvisioningType": _FIXED,
        "IsBoot": is_boot,
        "IsSystem": is_boot,
        "BootFromDisk": is_boot,
    }


def _state(disk: KnownDisk) -> dict[str, Value]:
    return {
        "HealthStatus": 0,
        "OperationalStatus": [_OFFLINE if disk.is_offline else _ONLINE],
        "IsOffline": disk.is_offline,
        "OfflineReason": _BY_POLICY if disk.is_offline else _NOT_OFFLINE,
        "IsReadOnly": disk.is_read_only,
        "IsClustered": False,
        "IsHighlyAvailable": False,
        "IsScaleOut": False,
    }
