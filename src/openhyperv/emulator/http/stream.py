"""HTTP/1.1 over one accepted socket: requests in, responses out, both under a deadline."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from functools import lru_cache
from time import monotonic, time
from wsgiref.handlers import format_date_time

from attrs import field, frozen

from openhyperv.emulator.http.counters import Count, Counters
from openhyperv.emulator.http.head import RequestHead, RequestRefusedError, read_head
from openhyperv.emulator.http.inbox import Inbox, TooLongError
from openhyperv.emulator.http.limits import Limits
from openhyperv.emulator.rules.actions import Action

_LINE_END = b"\r\n"
_MAX_HEAD_BYTES = 16384
"""MaxRequestBytes of HTTP.sys: request line and headers."""
_MAX_CHUNK_LINE_BYTES = 256
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;|\Z)")
_LINGER_S = 1.0


@frozen
class Request:
    """A complete HTTP request. ``path`` is lower-case and without a query; header names are lower-case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@frozen(kw_only=True)
class Response:
    """A response without the headers that every response has.

    ``reason`` is empty on whatever WinRM itself answers; HTTP.sys' own refusals have one.
    ``closes`` ends the connection after it. ``disturbance`` is a rule for the way out.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    reason: str = ""
    closes: bool = False
    disturbance: Action | None = None


class HttpStream:
    """Reads requests from, and writes responses to, one connection. Used by one thread."""

    def __init__(self, connection: socket.socket, limits: Limits, counters: Counters) -> None:
        self.socket = connection
        self._limits = limits
        self._counters = counters
        self._inbox = Inbox(connection, limits, counters)
        self._head: RequestHead | None = None

    def read(self) -> Request | None:
        """The next request, or None when the peer is gone, idle or too slow, or wants no more.

        :raises RequestRefusedError: what came is not HTTP, or more than the limits allow
        """
        if self._head is not None and not self._head.keeps_alive:
            return None
        self._inbox.begin_request()
        try:
            head = self._head = read_head(self._inbox.until(_LINE_END * 2, _MAX_HEAD_BYTES))
            return Request(head.method, head.path, head.headers, self._body(head))
        except TooLongError as error:
            raise RequestRefusedError(400) from error
        except OSError:
            return None  # UNVERIFIED: a request that does not arrive in time is dropped without a response

    def _body(self, head: RequestHead) -> bytes:
        announced_bytes = head.body_bytes
        if announced_bytes > self._limits.max_body_bytes:
            raise RequestRefusedError(413)
        if head.waits_for_continue and self._inbox.is_empty:
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return self._chunks() if head.is_chunked else self._inbox.exactly(announced_bytes)

    def _chunks(self) -> bytes:
        body = bytearray()
        while chunk_bytes := self._chunk_bytes():
            if len(body) + chunk_bytes > self._limits.max_body_bytes:
                raise RequestRefusedError(413)
            body += self._inbox.exactly(chunk_bytes)
            self._inbox.until(_LINE_END, 0)
        while self._inbox.until(_LINE_END, _MAX_CHUNK_LINE_BYTES):
            pass
        return bytes(body)

    def _chunk_bytes(self) -> int:
        size = _CHUNK_SIZE.match(self._inbox.until(_LINE_END, _MAX_CHUNK_LINE_BYTES))
        if size is None:
            raise RequestRefusedError(400)
        return int(size[1], 16)

    def render(self, response: Response) -> bytes:
        """The bytes of the response to the request that was read last."""
        lines = [f"HTTP/1.1 {response.status} {response.reason}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        lines += ["Server: Microsoft-HTTPAPI/2.0", f"Date: {_http_date(int(time()))}"]
        if response.closes:
            lines.append("Connection: close")
        lines.append(f"Content-Length: {len(response.body)}\r\n\r\n")
        is_head_wanted_only = self._head is not None and self._head.method == "HEAD"
        return "\r\n".join(lines).encode("latin-1") + (b"" if is_head_wanted_only else response.body)

    def send(self, data: bytes) -> None:
        """Write bytes.

        :raises OSError: the peer is gone or does not take them within the retrieval time
        """
        self.socket.settimeout(self._limits.retrieval_s)
        self.socket.sendall(data)
        self._counters.add(Count.BYTES_SENT, len(data))

    def drain(self) -> None:
        """Take what the peer still sends for a moment, so that closing does not destroy the last response."""
        deadline = monotonic() + _LINGER_S
        self.socket.shutdown(socket.SHUT_WR)
        while (remaining_s := deadline - monotonic()) > 0:
            self.socket.settimeout(remaining_s)
            if not self.socket.recv(65536):
                return


@lru_cache(maxsize=2)
def _http_date(seconds: int) -> str:
    return format_date_time(seconds)
