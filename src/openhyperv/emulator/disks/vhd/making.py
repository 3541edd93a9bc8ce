"""Writing a new, empty VHD file."""

from __future__ import annotations

import os
from uuid import UUID, uuid4

from openhyperv.emulator.disks.binary import round_up, write_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import MIB, DiskType
from openhyperv.emulator.disks.vhd.file import ENTRY_BYTES
from openhyperv.emulator.disks.vhd.footer import (
    FOOTER_BYTES,
    NO_OFFSET,
    SECTOR_BYTES,
    SIZE_MAX,
    Footer,
    timestamp_now,
)
from openhyperv.emulator.disks.vhd.header import (
    BLOCK_MAX,
    BLOCK_MIN,
    HEADER_BYTES,
    DynamicHeader,
    Parent,
    pack_paths,
)

_PATHS_OFFSET = round_up(FOOTER_BYTES + HEADER_BYTES, 4096)
SIZE_MIN = 3 * MIB  # UNVERIFIED: Hyper-V's smallest VHD is 3 MiB


def check_numbers(size_bytes: int, block_bytes: int) -> None:
    """Refuse what no new VHD file can be.

    :raises DiskError: INVALID_BLOCK_SIZE or INVALID_SIZE
    """
    if not BLOCK_MIN <= block_bytes <= BLOCK_MAX or block_bytes & (block_bytes - 1):
        raise DiskError(DiskCode.INVALID_BLOCK_SIZE, f"A VHD file cannot have blocks of {block_bytes} bytes")
    if not SIZE_MIN <= size_bytes <= SIZE_MAX or size_bytes % SECTOR_BYTES:
        raise DiskError(DiskCode.INVALID_SIZE, f"A VHD file cannot hold a disk of {size_bytes} bytes")


def write_fixed(descriptor: int, size_bytes: int, disk_id: UUID | None) -> None:
    """Fill an empty file: the disk, which takes no room on the host yet, and the footer."""
    footer = Footer(DiskType.FIXED, size_bytes, NO_OFFSET, disk_id or uuid4(), timestamp_now())
    os.ftruncate(descriptor, size_bytes + FOOTER_BYTES)
    write_exact(descriptor, size_bytes, footer.packed())


def write_dynamic(
    descriptor: int, size_bytes: int, block_bytes: int, disk_id: UUID | None, parent: Parent | None = None
) -> None:
    """Fill an empty file: footer, header, the parent's paths if it has one, an empty table, footer again."""
    kind = DiskType.DIFFERENCING if parent else DiskType.DYNAMIC
    footer = Footer(kind, size_bytes, FOOTER_BYTES, disk_id or uuid4(), timestamp_now()).packed()
    paths = pack_paths(parent) if parent else b""
    entries = -(-size_bytes // block_bytes)
    table_offset = _PATHS_OFFSET + len(paths)
    header = DynamicHeader(table_offset, entries, block_bytes, parent)
    table = b"\xff" * round_up(entries * ENTRY_BYTES, SECTOR_BYTES)
    write_exact(descriptor, 0, footer + header.packed(_PATHS_OFFSET))
    write_exact(descriptor, _PATHS_OFFSET, paths + table + footer)
