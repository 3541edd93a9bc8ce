"""Physical disks: what the hardware says of them, and the names that Windows makes from it.

The forms of paths and identifiers were read from a printed MSFT_Disk of a real host, and the numbers from
Microsoft's page of that class.
"""

from __future__ import annotations

import hashlib
import re
from enum import IntEnum
from zlib import crc32

from attrs import field, frozen
from attrs.validators import ge

_DISK_INTERFACE = "{53f56307-b6bf-11d0-94f2-00a0c91efb8b}"
"""GUID_DEVINTERFACE_DISK."""
_SYSTEM_PARTITIONS = 3


class BusType(IntEnum):
    """MSFT_Disk.BusType."""

    SCSI = 1
    ATAPI = 2
    ATA = 3
    FIBRE_CHANNEL = 6
    USB = 7
    RAID = 8
    ISCSI = 9
    SAS = 10
    SATA = 11
    FILE_BACKED_VIRTUAL = 15
    STORAGE_SPACES = 16
    NVME = 17

    @property
    def is_shared(self) -> bool:
        """True for a bus that other computers may be on too: SAN policies tell these disks apart."""
        return self in (BusType.SCSI, BusType.FIBRE_CHANNEL, BusType.ISCSI, BusType.SAS)


class UniqueIdFormat(IntEnum):
    """MSFT_Disk.UniqueIdFormat: which SCSI descriptor the unique id was taken from."""

    VENDOR_SPECIFIC = 0
    VENDOR_ID = 1
    EUI64 = 2
    FCPH_NAME = 3
    SCSI_NAME_STRING = 8


@frozen(kw_only=True)
class PhysicalDisk:
    """A disk, or a logical unit of a storage system. Two may have one ``unique_id``: two ways to one disk.

    ``is_offline`` and ``is_read_only`` are its state when the host first sees it; None leaves that to the
    SAN policy. ``has_multipath`` is true where MPIO has claimed it. ``location`` is where it is plugged in,
    or the file of a virtual disk that the host has attached.
    """

    number: int = field(validator=ge(0))
    size_mb: int = field(validator=ge(1))
    serial: str
    vendor: str = "OHV"
    model: str = "Emulated Disk"
    firmware: str = "1.0"
    bus: BusType = BusType.SAS
    unique_id: str = field()
    unique_id_format: UniqueIdFormat = UniqueIdFormat.FCPH_NAME
    location: str = ""
    sector_bytes: int = 512
    is_boot: bool = False
    is_offline: bool | None = None
    is_read_only: bool | None = None
    has_multipath: bool = False

    @unique_id.default
    def _from_serial(self) -> str:
        return "6" + hashlib.sha256(self.serial.encode()).hexdigest()[:31].upper()

    @property
    def size_bytes(self) -> int:
        """The size as MSFT_Disk tells it."""
        return self.size_mb << 20

    @property
    def partitions(self) -> int:
        """The disk that Windows runs from has its usual three; every other is blank."""
        return _SYSTEM_PARTITIONS if self.is_boot else 0

    @property
    def pnp_device_id(self) -> str:
        """The device instance that Plug and Play knows it by."""
        return f"{self._enumerator}\\{self._product}\\{self._instance}".upper()

    @property
    def device_path(self) -> str:
        """MSFT_Disk.Path, which clients tell MPIO disks by."""
        return f"\\\\?\\{self._enumerator}#{self._product}#{self._instance}#{_DISK_INTERFACE}"

    @property
    def _enumerator(self) -> str:
        if self.has_multipath:
            return "mpio"
        return "ide" if self.bus in (BusType.ATA, BusType.ATAPI) else "scsi"

    @property
    def _product(self) -> str:
        return f"disk&ven_{_identifier(self.vendor)}&prod_{_identifier(self.model)}"

    @property
    def _instance(self) -> str:
        if self.has_multipath:
            return f"1&7f6ac24&0&{self.unique_id.encode().hex()}"
        return f"6&{crc32(self.serial.encode()):08x}&0&{self.number:06}"


def _identifier(text: str) -> str:
    return re.sub("[^a-z0-9]+", "_", text.lower())
