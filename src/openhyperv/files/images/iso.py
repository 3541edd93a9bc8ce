"""ISO 9660 (ECMA-119): volume descriptors, as far as they say that this is a whole disc."""

from __future__ import annotations

from openhyperv.files.images.checks import check, check_disk_size
from openhyperv.files.images.source import ImageSource

SECTOR_BYTES = 2048
IDENTIFIER = b"CD001"
IDENTIFIER_OFFSET = 16 * SECTOR_BYTES + 1

_FIRST_DESCRIPTOR, _MOST_DESCRIPTORS = 16, 64
_PRIMARY, _TERMINATOR = 1, 255


def read_iso(source: ImageSource) -> int:
    """Check the volume descriptors; returns the size of the disc in bytes, which is the file's.

    :raises ImageError: it has no primary volume descriptor, or the file is shorter than its volume
    """
    has_primary = False
    for number in range(_FIRST_DESCRIPTOR, _FIRST_DESCRIPTOR + _MOST_DESCRIPTORS):
        descriptor = source.read(number * SECTOR_BYTES, SECTOR_BYTES, "volume descriptor")
        if descriptor[1:6] != IDENTIFIER or descriptor[0] == _TERMINATOR:
            break
        if descriptor[0] == _PRIMARY:
            has_primary = True
            _check_primary(source, descriptor)
    check(has_primary, "It has no primary volume descriptor.")
    return check_disk_size(source.size_bytes)


def _check_primary(source: ImageSource, descriptor: bytes) -> None:
    """ECMA-119 8.4: both byte orders of the volume's size and block size, which must agree."""
    blocks, block_bytes = (
        int.from_bytes(descriptor[at : at + size], "little") for at, size in ((80, 4), (128, 2))
    )
    other_blocks, other_bytes = (
        int.from_bytes(descriptor[at : at + size], "big") for at, size in ((84, 4), (130, 2))
    )
    check((blocks, block_bytes) == (other_blocks, other_bytes), "Its volume descriptor contradicts itself.")
    check(block_bytes in (512, 1024, SECTOR_BYTES), f"Its block size is {block_bytes}.")
    source.require(0, blocks * block_bytes, "volume")
