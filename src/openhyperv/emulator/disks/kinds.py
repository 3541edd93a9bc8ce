"""What a virtual disk is: its format, type and numbers, as Msvm_VirtualHardDiskSettingData names them."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from uuid import UUID

from attrs import frozen

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30
TIB = 1 << 40


class DiskFormat(IntEnum):
    """Msvm_VirtualHardDiskSettingData.Format."""

    VHD = 2
    VHDX = 3


class DiskType(IntEnum):
    """Msvm_VirtualHardDiskSettingData.Type; the same numbers stand in a VHD's footer."""

    FIXED = 2
    DYNAMIC = 3
    DIFFERENCING = 4


@frozen
class DiskInfo:
    """What one file says of itself, its parent not opened.

    ``content_id`` changes when the contents change under a VHDX (DataWriteGuid) and never for a VHD
    (UniqueId); a child stores the parent's as ``parent_content_id``. ``parent_path`` is a Windows path,
    absolute if the file holds one. ``block_size_bytes`` is 0 for a fixed VHD, which has no blocks.
    """

    path: Path
    format: DiskFormat
    type: DiskType
    size_bytes: int
    file_size_bytes: int
    block_size_bytes: int
    logical_sector_bytes: int
    physical_sector_bytes: int
    disk_id: UUID
    content_id: UUID
    parent_path: str | None = None
    parent_content_id: UUID | None = None


@frozen
class DiskSpec:
    """A disk to be made. 0 or None takes Hyper-V's default; ``size_bytes`` None takes the parent's.

    ``parent`` is the local file, ``parent_path`` the absolute Windows path stored for it.
    """

    format: DiskFormat
    type: DiskType
    size_bytes: int | None = None
    block_size_bytes: int = 0
    logical_sector_bytes: int = 0
    physical_sector_bytes: int = 0
    disk_id: UUID | None = None
    parent: Path | None = None
    parent_path: str | None = None
