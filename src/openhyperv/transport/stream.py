"""A socket on which every read and write ends by one deadline, and which counts its bytes."""

from __future__ import annotations

import selectors
import socket

from openhyperv.errors import ConnectionLostError, ProtocolError
from openhyperv.transport.deadline import Deadline

_CHUNK_BYTES = 256 * 1024
_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.DefaultSelector)
"""Poll, which takes any number of files; eventlet takes it away from the programs that it patches."""


class Stream:
    """Bytes to and from one host.

    The deadline is for the whole of what is done until the next one is set: a peer that sends a byte each
    second gets no more time than one that sends nothing.
    """

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._received = bytearray()
        self.deadline = deadline
        self.bytes_sent = 0
        self.bytes_received = 0

    def send(self, data: bytes) -> None:
        """Send all of it.

        :raises ConnectionLostError: the connection broke; part of it may have arrived
        :raises DeadlineError: the deadline passed; part of it may have arrived
        """
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self.deadline.check())
            try:
                sent = self._socket.send(rest)
            except TimeoutError as error:
                raise self.deadline.missed() from error
            except OSError as error:
                raise ConnectionLostError("The connection broke while the request was sent.") from error
            self.bytes_sent += sent
            rest = rest[sent:]

    def read_until(self, mark: bytes, limit_bytes: int) -> bytes:
        """Everything up to and including the mark.

        :raises ProtocolError: the mark does not come within the limit
        """
        searched = 0
        while (found := self._received.find(mark, searched)) < 0:
            searched = max(0, len(self._received) - len(mark) + 1)
            if len(self._received) > limit_bytes:
                raise ProtocolError("The head of the host's answer is longer than any honest one.")
            self._receive()
        return self._take(found + len(mark))

    def read_exactly(self, count: int) -> bytes:
        """The next ``count`` bytes, all of them.

        :raises ConnectionLostError: the connection ended before that
        """
        while len(self._received) < count:
            self._receive()
        return self._take(count)

    def _take(self, count: int) -> bytes:
        taken = bytes(memoryview(self._received)[:count])
        del self._received[:count]
        return taken

    def _receive(self) -> None:
        self._socket.settimeout(self.deadline.check())
        try:
            data = self._socket.recv(_CHUNK_BYTES)
        except TimeoutError as error:
            raise self.deadline.missed() from error
        except OSError as error:
            raise ConnectionLostError("The connection broke while the reply was awaited.") from error
        if not data:
            raise ConnectionLostError("The host closed the connection before its reply was complete.")
        self.bytes_received += len(data)
        self._received += data

    @property
    def is_quiet(self) -> bool:
        """True while an idle connection is as it should be: open, and nothing sent that nobody asked for."""
        with _Selector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            return not self._received and not selector.select(0)

    def close(self) -> None:
        """Close the socket; a second time does nothing."""
        self._socket.close()
