"""A file on this machine that is about to be sent."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from openhyperv.errors import InvalidInputError
from openhyperv.files.progress import Phase, Progress

STEP_BYTES = 512 * 1024
"""How much is read, hashed and sent at once; larger steps cost more in memory than they save."""


@frozen
class LocalFile:
    """An open regular file of a size that is not expected to change."""

    path: Path
    descriptor: int
    size_bytes: int
    changed_ns: int

    @property
    def name(self) -> str:
        """Where it is."""
        return str(self.path)

    def has_changed(self) -> bool:
        """True if the file was written since it was opened, as far as its times tell."""
        status = os.fstat(self.descriptor)
        return (status.st_size, status.st_mtime_ns) != (self.size_bytes, self.changed_ns)

    def read(self, offset: int) -> bytes:
        """The step of the file that begins at ``offset``, shorter at its end.

        :raises InvalidInputError: the file has become shorter
        """
        data = os.pread(self.descriptor, min(STEP_BYTES, self.size_bytes - offset), offset)
        if not data:
            raise changed(self.name)
        return data

    def steps(self, end: int) -> Iterator[tuple[int, bytes]]:
        """The file from its start to ``end``, with the offset of each step."""
        offset = 0
        while offset < end:
            data = self.read(offset)
            yield offset, data
            offset += len(data)

    def sha256(self, progress: Progress) -> str:
        """The SHA-256 of all of it, in hexadecimal."""
        digest = hashlib.sha256()
        for offset, data in self.steps(self.size_bytes):
            digest.update(data)
            progress(Phase.HASH, offset + len(data), self.size_bytes)
        return digest.hexdigest()


def changed(name: str) -> InvalidInputError:
    """The error for a file that changes while it is read."""
    return InvalidInputError(
        "The file changes while it is being sent.",
        target=name,
        remedy="Stop whatever writes to it, and send it again.",
    )


@contextmanager
def open_local(path: Path) -> Iterator[LocalFile]:
    """Open a regular file for reading.

    :raises InvalidInputError: there is no such file, it cannot be read, or it is no regular file
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InvalidInputError(f"The file cannot be opened: {error}", target=str(path)) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InvalidInputError("This is not a regular file.", target=str(path))
        yield LocalFile(path, descriptor, status.st_size, status.st_mtime_ns)
    finally:
        os.close(descriptor)
