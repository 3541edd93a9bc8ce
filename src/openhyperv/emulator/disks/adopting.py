"""Set-VHD: another parent, another identity, another physical sector size."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from uuid import UUID

from openhyperv.emulator.disks.chain import Chain, check_parent
from openhyperv.emulator.disks.errors import DiskCode, DiskError, disk_errors
from openhyperv.emulator.disks.kinds import DiskType
from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.disks.making import locator_entries, parent_entry
from openhyperv.emulator.disks.paths import Resolve
from openhyperv.emulator.disks.vhd import changing as vhd
from openhyperv.emulator.disks.vhd.writing import WritableVhd
from openhyperv.emulator.disks.vhdx import metadata as vhdx
from openhyperv.emulator.disks.vhdx.metadata import SECTOR_SIZES


def set_parent(
    child: Path,
    parent: Path,
    resolve: Resolve,
    *,
    parent_path: str | None = None,
    ignore_id_mismatch: bool = False,
) -> None:
    """Let a differencing disk have ``parent``, whose absolute Windows path ``parent_path`` is.

    :raises DiskError: INVALID_TYPE, the child is no differencing disk or the formats differ;
        PARENT_ID_MISMATCH, the parent is not the one that the child was made from; CHAIN_CYCLE
    """
    with Chain.open(parent, resolve) as chain, disk_errors(), closing(open_writable(child)) as file:
        info = chain.layers[0].info
        if file.info.type is not DiskType.DIFFERENCING:
            raise DiskError(DiskCode.INVALID_TYPE, f"{child.name} is not a differencing disk")
        if any(layer.path.samefile(child) for layer in chain.layers):
            raise DiskError(DiskCode.CHAIN_CYCLE, f"{child.name} would be its own ancestor")
        check_parent(file.info, info, ignore_id_mismatch=ignore_id_mismatch)
        if isinstance(file, WritableVhd):
            vhd.adopt(file, parent_entry(child, info, parent_path))
        else:
            file.adopt(locator_entries(child, info, parent_path))


def set_disk_id(path: Path, disk_id: UUID) -> None:
    """Give the disk another identity. That of a VHD is what its children know it by."""
    with disk_errors(), closing(open_writable(path)) as file:
        if isinstance(file, WritableVhd):
            vhd.write_disk_id(file, disk_id)
        else:
            vhdx.write_disk_id(file.descriptor, file.metadata, disk_id)
            file.flush()


def set_physical_sector(path: Path, sector_bytes: int) -> None:
    """Let a VHDX disk report another physical sector size.

    :raises DiskError: UNSUPPORTED_SECTOR_SIZE, not 512 or 4096; NOT_SUPPORTED, a VHD
    """
    if sector_bytes not in SECTOR_SIZES:
        raise DiskError(DiskCode.UNSUPPORTED_SECTOR_SIZE, "Sectors have 512 or 4096 bytes")
    with disk_errors(), closing(open_writable(path)) as file:
        if isinstance(file, WritableVhd):
            raise DiskError(DiskCode.NOT_SUPPORTED, "A VHD has physical sectors of 512 bytes")
        vhdx.write_physical_sector(file.descriptor, file.metadata, sector_bytes)
        file.flush()
