"""Exact reads and writes at offsets of an open file."""

from __future__ import annotations

import os

from openhyperv.emulator.disks.errors import DiskCode, DiskError

_ZEROS = bytes(1 << 20)


def read_exact(descriptor: int, offset: int, length: int) -> bytes:
    """Exactly that many bytes.

    :raises DiskError: FILE_CORRUPT, the file ends before
    """
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


def write_zeros(descriptor: int, offset: int, length: int) -> None:
    """Zeros over a range."""
    while length:
        part = min(length, len(_ZEROS))
        write_exact(descriptor, offset, memoryview(_ZEROS)[:part])
        offset, length = offset + part, length - part


def is_zero(data: bytes) -> bool:
    """Whether there is nothing but zeros."""
    return data.count(0) == len(data) if len(data) > len(_ZEROS) else data == _ZEROS[: len(data)]


def round_up(value: int, unit: int) -> int:
    """The next multiple of ``unit``."""
    return -(-value // unit) * unit
