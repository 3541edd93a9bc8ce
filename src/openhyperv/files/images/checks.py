"""Checks that every format needs."""

from __future__ import annotations

from openhyperv.errors import ImageError
from openhyperv.files.images.info import LARGEST_DISK_BYTES

SECTOR_BYTES = 512
_DAMAGED = "The file is damaged: make it again from its source."


def check(condition: bool, message: str, *, remedy: str = _DAMAGED) -> None:
    """
    :raises ImageError: the condition does not hold
    """
    if not condition:
        raise ImageError(message, remedy=remedy)


def check_disk_size(size_bytes: int, sector_bytes: int = SECTOR_BYTES) -> int:
    """The size of the disk inside, if a disk can have it.

    :raises ImageError: it is empty, larger than 64 TiB, or not a whole number of sectors
    """
    check(
        0 < size_bytes <= LARGEST_DISK_BYTES,
        f"It claims to hold a disk of {size_bytes} bytes; disks have 1 byte to 64 TiB.",
    )
    check(
        size_bytes % sector_bytes == 0,
        f"Its disk of {size_bytes} bytes is not a whole number of sectors of {sector_bytes} bytes.",
    )
    return size_bytes


def refuse_parent(kind: str) -> ImageError:
    """The error for an image that makes its reader open another file."""
    return ImageError(
        f"It is {kind}: whoever opens it would open another file, chosen by the image.",
        remedy="Flatten it into one self-contained disk where it was made.",
    )
