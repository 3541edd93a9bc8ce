"""Bytes from a socket, taken by separator or by count, under the time limits of a request."""

from __future__ import annotations

import socket
from time import monotonic

from openhyperv.emulator.http.counters import Count, Counters
from openhyperv.emulator.http.limits import Limits

_RECEIVE_BYTES = 65536


class TooLongError(Exception):
    """The separator did not come within the bytes allowed."""


class Inbox:
    """What a peer has sent and nobody has taken yet. Used by one thread.

    Every method raises ``OSError`` when the peer is gone, idle for too long or too slow.
    """

    def __init__(self, connection: socket.socket, limits: Limits, counters: Counters) -> None:
        self._socket = connection
        self._limits = limits
        self._counters = counters
        self._buffer = bytearray()
        self._deadline: float | None = None

    @property
    def is_empty(self) -> bool:
        """True when the next bytes still have to come."""
        return not self._buffer

    def begin_request(self) -> None:
        """A new request: its time runs from its first byte."""
        self._deadline = monotonic() + self._limits.retrieval_s if self._buffer else None

    def until(self, separator: bytes, limit_bytes: int) -> bytes:
        """What stands before the separator, which is taken away with it.

        :raises TooLongError: it is more than ``limit_bytes``
        """
        searched = 0
        while (end := self._buffer.find(separator, searched)) < 0 and len(self._buffer) <= limit_bytes:
            searched = max(0, len(self._buffer) - len(separator) + 1)
            self._receive()
        if not 0 <= end <= limit_bytes:
            raise TooLongError
        return self._take(end, end + len(separator))

    def exactly(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        while len(self._buffer) < count:
            self._receive()
        return self._take(count, count)

    def _take(self, wanted: int, taken: int) -> bytes:
        data = bytes(memoryview(self._buffer)[:wanted])
        del self._buffer[:taken]
        return data

    def _receive(self) -> None:
        self._socket.settimeout(self._remaining_s())
        data = self._socket.recv(_RECEIVE_BYTES)
        if not data:
            raise ConnectionResetError("The peer has closed the connection.")
        if self._deadline is None:
            self._deadline = monotonic() + self._limits.retrieval_s
        self._counters.add(Count.BYTES_RECEIVED, len(data))
        self._buffer += data

    def _remaining_s(self) -> float:
        if self._deadline is None:
            return self._limits.idle_s
        remaining_s = self._deadline - monotonic()
        if remaining_s <= 0:
            raise TimeoutError("The request did not arrive in time.")
        return remaining_s
