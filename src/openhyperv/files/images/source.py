"""Bounded reading of a file that may be hostile."""

from __future__ import annotations

import os
import stat
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from attrs import define

from openhyperv.errors import ImageError

READ_BUDGET_BYTES = 192 * 1024**2


@define
class ImageSource:
    """An open image file. Reads are at a position, complete, and limited in sum."""

    descriptor: int
    size_bytes: int
    budget_bytes: int = READ_BUDGET_BYTES

    def read(self, offset: int, length: int, what: str) -> bytes:
        """Exactly ``length`` bytes at ``offset``; ``what`` names them in errors.

        :raises ImageError: they are not all in the file, or more was read than any honest image needs
        """
        self.require(offset, length, what)
        self.budget_bytes -= length
        if self.budget_bytes < 0:
            raise ImageError(f"Its tables are larger than {READ_BUDGET_BYTES} bytes.")
        data = os.pread(self.descriptor, length, offset)
        if len(data) != length:
            raise ImageError(
                f"The file ends within its {what}.", remedy="The file is cut off: copy it again."
            )
        return data

    def peek(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes at ``offset``, fewer where the file ends before."""
        if offset < 0 or offset >= self.size_bytes:
            return b""
        return self.read(offset, min(length, self.size_bytes - offset), "contents")

    def read_table(
        self, offset: int, entries: int, code: Literal["I", "Q"], order: Literal["little", "big"], what: str
    ) -> array[int]:
        """``entries`` unsigned numbers of 4 (``I``) or 8 (``Q``) bytes, in that byte order.

        :raises ImageError: as :meth:`read`
        """
        table = array(code)
        table.frombytes(self.read(offset, entries * table.itemsize, what))
        if order != sys.byteorder:
            table.byteswap()
        return table

    def require(self, offset: int, length: int, what: str) -> None:
        """
        :raises ImageError: the range is not within the file
        """
        if offset < 0 or length < 0 or offset + length > self.size_bytes:
            raise ImageError(
                f"Its {what} would be at {offset} to {offset + length}, but the file has {self.size_bytes} "
                "bytes.",
                remedy="The file is cut off or damaged: copy it again.",
            )


@contextmanager
def open_image(path: Path) -> Iterator[ImageSource]:
    """Open a regular file for reading, without waiting where it is a pipe or a device.

    :raises ImageError: there is no such file, it cannot be read, or it is no regular file
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise ImageError(f"The file cannot be opened: {error}", target=str(path)) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ImageError("This is not a regular file.", target=str(path))
        yield ImageSource(descriptor, status.st_size)
    finally:
        os.close(descriptor)
