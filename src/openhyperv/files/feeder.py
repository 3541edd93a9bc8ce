"""A file's chunks in order, for several senders at once."""

from __future__ import annotations

import hashlib
import threading

from attrs import frozen

from openhyperv.files.local_file import STEP_BYTES
from openhyperv.files.progress import Phase, Progress
from openhyperv.files.source_file import SourceFile

WINDOW_BYTES = 8 * STEP_BYTES
"""How far the last byte sent may be ahead of the first one that is not yet known to have arrived."""

_ZEROS = bytes(STEP_BYTES)


@frozen(eq=False)
class Chunk:
    """Some bytes of the file, to be written at ``offset``."""

    offset: int
    data: bytes


class Feeder:
    """Reads the file once, hashes it on the way, and leaves out chunks of zeros.

    ``digest`` has seen the file up to ``start``.
    """

    def __init__(self, file: SourceFile, start: int, digest: hashlib._Hash, progress: Progress) -> None:
        self._file = file
        self._next = start
        self._digest = digest
        self._progress = progress
        self._changed = threading.Condition()
        self._under_way: set[int] = set()
        self._stopped = False
        self.sent_bytes = 0

    def take(self) -> Chunk | None:
        """The next chunk that is not all zeros, or None at the end of the file or after :meth:`stop`.

        Waits while the chunk would be too far ahead of one that has not arrived.
        """
        with self._changed:
            while not self._stopped and self._next < self._file.size_bytes:
                self._changed.wait_for(self._has_room)
                if chunk := self._read():
                    return chunk
            return None

    def _has_room(self) -> bool:
        lowest = min(self._under_way, default=self._next)
        return self._stopped or self._next - lowest < WINDOW_BYTES

    def _read(self) -> Chunk | None:
        if self._stopped or self._next >= self._file.size_bytes:
            return None
        chunk = Chunk(self._next, self._file.read(self._next))
        self._digest.update(chunk.data)
        self._next += len(chunk.data)
        if chunk.data == _ZEROS[: len(chunk.data)]:
            return None
        self._under_way.add(chunk.offset)
        return chunk

    def arrived(self, chunk: Chunk) -> None:
        """Say that the host has the chunk."""
        with self._changed:
            self._under_way.remove(chunk.offset)
            self.sent_bytes += len(chunk.data)
            self._changed.notify_all()
            self._progress(Phase.SEND, min(self._under_way, default=self._next), self._file.size_bytes)

    def stop(self) -> None:
        """Hand out nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def sha256(self) -> str:
        """The SHA-256 of everything read, in hexadecimal."""
        return self._digest.hexdigest()
