"""Disks and DVD drives of a machine: what is in them, and where they are attached."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from attrs import frozen


class Bus(StrEnum):
    """What a drive is attached to."""

    IDE = "ide"
    SCSI = "scsi"


class DiskFormat(StrEnum):
    """The formats Hyper-V runs machines from."""

    VHD = "vhd"
    VHDX = "vhdx"


@frozen(order=True)
class Slot:
    """A place for a drive: ``location`` is what Hyper-V calls AddressOnParent."""

    bus: Bus
    controller: int
    location: int

    @property
    def guest_address(self) -> str:
        """As a guest's metadata have it: ``0:0:1:2`` on SCSI, ``1:0`` on IDE (guide, "Identifying disks")."""
        place = f"{self.controller}:{self.location}"
        return place if self.bus is Bus.IDE else f"0:0:{place}"


@frozen
class FromImage:
    """A disk that starts as what an image on the host holds; the image itself is never written."""

    path: str
    format: DiskFormat
    virtual_size_bytes: int


@frozen
class ExistingDisk:
    """A disk file on the host that the machine uses and writes as it is."""

    path: str
    format: DiskFormat


@frozen
class BlankDisk:
    """A new, empty disk."""

    format: DiskFormat = DiskFormat.VHDX


DiskSource: TypeAlias = FromImage | ExistingDisk | BlankDisk


@frozen
class Disk:
    """A hard disk. ``size_bytes`` is None where the source's own size stays.

    ``maximum_iops`` and ``minimum_iops`` count operations of 8 KiB per second, as Hyper-V does: a larger
    operation is several of them. 0 is no limit (Msvm_StorageAllocationSettingData.IOPSLimit).
    """

    name: str
    source: DiskSource
    slot: Slot
    size_bytes: int | None = None
    boot_index: int | None = None
    maximum_iops: int = 0
    minimum_iops: int = 0


@frozen
class Dvd:
    """A DVD drive with the ISO at ``path`` on the host in it, or empty."""

    name: str
    path: str | None
    slot: Slot
    boot_index: int | None = None
