"""Exact reads and writes at offsets of an open file."""

from __future__ import annotations

import os
from collections.abc import Iterator

from openhyperv.emulator.disks.errors import DiskCode, DiskError

_ZEROS = bytes(1 << 20)
_LARGEST_OFFSET = 2**63 - 1
"""Of files; a damaged structure may point beyond, where the operating system cannot even be asked."""


def read_exact(descriptor: int, offset: int, length: int) -> bytes:
    """Exactly that many bytes.

    :raises DiskError: FILE_CORRUPT, the file ends before
    """
    if offset + length > _LARGEST_OFFSET:
        raise DiskError(DiskCode.FILE_CORRUPT, "The file points beyond where any file can end")
    data = os.pread(descriptor, length, offset)
    while len(data) < length:
        more = os.pread(descriptor, length - len(data), offset + len(data))
        if not more:
            raise DiskError(DiskCode.FILE_CORRUPT, "The file ends before its contents do")
        data += more
    return data


def write_exact(descriptor: int, offset: int, data: bytes | memoryview) -> None:
    """All of the bytes, or the operating system's error."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def zero_parts(offset: int, length: int) -> Iterator[tuple[int, memoryview]]:
    """A range of zeros in parts of bounded size, with the offset of each."""
    for start in range(offset, offset + length, len(_ZEROS)):
        yield start, memoryview(_ZEROS)[: offset + length - start]


def write_zeros(descriptor: int, offset: int, length: int) -> None:
    """Zeros over a range."""
    for start, zeros in zero_parts(offset, length):
        write_exact(descriptor, start, zeros)


def is_zero(data: bytes) -> bool:
    """Whether there is nothing but zeros."""
    return data.count(0) == len(data) if len(data) > len(_ZEROS) else data == _ZEROS[: len(data)]


def round_up(value: int, unit: int) -> int:
    """The next multiple of ``unit``."""
    return -(-value // unit) * unit
