"""Copying a disk's file as it is, without filling its holes."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from openhyperv.emulator.disks.errors import disk_errors
from openhyperv.emulator.disks.publishing import new_file


def clone_file(source: Path, target: Path) -> None:
    """Make ``target`` a copy of ``source``, parents not included.

    :raises DiskError: FILE_EXISTS, FILE_NOT_FOUND, PATH_NOT_FOUND, DISK_FULL
    """
    with (
        new_file(target) as temporary,
        disk_errors(),
        source.open("rb") as original,
        temporary.open("r+b") as copy,
    ):
        size = original.seek(0, os.SEEK_END)
        for start, end in _filled(original.fileno(), size):
            _copy(original.fileno(), copy.fileno(), start, end)
        copy.truncate(size)


def _filled(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """The ranges that are no holes."""
    end = 0
    while end < size:
        try:
            start = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return  # a hole up to the end
            raise
        end = os.lseek(descriptor, start, os.SEEK_HOLE)
        yield start, end


def _copy(source: int, target: int, start: int, end: int) -> None:
    while start < end:
        copied = os.copy_file_range(source, target, end - start, start, start)
        if copied == 0:
            return
        start += copied
