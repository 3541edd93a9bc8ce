"""The host's physical disks as Hyper-V passes them to virtual machines."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.hardware.known_disks import KnownDisk
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import system_path
from openhyperv.emulator.host.machines.resources import PHYSICAL_DISK_DRIVE
from openhyperv.emulator.host.storage.pass_through import DISK_DRIVE, host_disk_path
from openhyperv.emulator.providers.elements import ENABLED, HEALTHY
from openhyperv.emulator.providers.links import link, touching
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


class HostDiskProvider:
    """Msvm_DiskDrive of each physical disk; those of virtual machines come from another provider."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(DISK_DRIVE)
    def drives(self) -> Iterator[Instance]:
        """Every disk, whether VMs can have it now or not."""
        return map(self._drive, self._host.disks)  # UNVERIFIED: that disks which are online are listed too

    @lookup(DISK_DRIVE)
    def drive(self, path: ObjectPath) -> Instance | None:
        """One disk."""
        return next((drive for drive in self.drives() if drive.path == path), None)

    @links("Msvm_SystemDevice")
    def devices(self, end: ObjectPath) -> Iterator[Instance]:
        """From the host to each disk."""
        system = system_path(self._host.name)
        ends = ({"GroupComponent": system, "PartComponent": self._path(d)} for d in self._host.disks)
        return touching(end, (link("Msvm_SystemDevice", both) for both in ends))

    @links("Msvm_ConcreteComponent")
    def pool_components(self, end: ObjectPath) -> Iterator[Instance]:
        """From the pool of physical disks to each."""
        pool = PHYSICAL_DISK_DRIVE.pool
        if pool is None:
            return iter(())
        ends = ({"GroupComponent": pool.path, "PartComponent": self._path(d)} for d in self._host.disks)
        return touching(end, (link("Msvm_ConcreteComponent", both) for both in ends))

    def _path(self, disk: KnownDisk) -> ObjectPath:
        return host_disk_path(self._host.name, disk.number)

    def _drive(self, disk: KnownDisk) -> Instance:
        path = self._path(disk)
        name = f"Disk {disk.number} {disk.hardware.size_mb / 1024:.2f} GB Bus 0 Lun {disk.number} Target 0"
        values: dict[str, Value] = {
            **HEALTHY,
            **ENABLED,
            **path.keys,
            "Caption": "Disk Drive",
            "Description": "Microsoft Physical Disk Drive",
            "ElementName": name,
            "Name": name,
            "DriveNumber": disk.number,
            "DefaultBlockSize": disk.hardware.sector_bytes,
            "MaxMediaSize": disk.hardware.size_mb << 10,
        }
        return Instance(DISK_DRIVE, values, path=path)
