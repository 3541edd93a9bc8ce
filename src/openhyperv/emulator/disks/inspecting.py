"""What a virtual disk is, and whether it and its parents are whole."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.errors import disk_errors
from openhyperv.emulator.disks.kinds import DiskInfo
from openhyperv.emulator.disks.layer import open_layer
from openhyperv.emulator.disks.partitions import used_bytes
from openhyperv.emulator.disks.paths import Resolve


def inspect(path: Path) -> DiskInfo:
    """What the file says of itself; its parent is not looked for.

    :raises DiskError: FILE_NOT_FOUND, FILE_CORRUPT and the other names of damage
    """
    with disk_errors(), closing(open_layer(path)) as layer:
        return layer.info


def minimum_size(path: Path, resolve: Resolve) -> int | None:
    """How small the disk can be made without cutting off a partition; None without a partition table.

    :raises DiskError: the file or one of its parents is damaged or missing
    """
    with Chain.open(path, resolve) as chain:
        sector = chain.layers[0].info.logical_sector_bytes
        used = used_bytes(chain.read, chain.size_bytes, sector)
        return None if used is None else min(used, chain.size_bytes)


def validate_chain(path: Path, resolve: Resolve) -> tuple[DiskInfo, ...]:
    """Check every link and every block of the disk and its parents, the leaf first.

    :raises DiskError: what is wrong first
    """
    with Chain.open(path, resolve) as chain, disk_errors():
        for layer in chain.layers:
            for _ in layer.extents(0, layer.info.size_bytes):
                pass
        return tuple(layer.info for layer in chain.layers)
