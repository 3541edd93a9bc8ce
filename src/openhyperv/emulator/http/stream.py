"""HTTP/1.1 over one accepted socket: requests in, responses out, both under a deadline."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from functools import lru_cache
from time import monotonic, time
from wsgiref.handlers import format_date_time

import h11
from attrs import field, frozen

from openhyperv.emulator.http.counters import Count, Counters
from openhyperv.emulator.http.limits import Limits
from openhyperv.emulator.rules.actions import Action

_RECEIVE_BYTES = 65536
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


class RequestRefusedError(Exception):
    """A request that cannot be read to its end; ``status`` is the answer, after which the stream closes."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class HttpStream:
    """Reads requests from, and writes responses to, one connection. Used by one thread."""

    def __init__(self, connection: socket.socket, limits: Limits, counters: Counters) -> None:
        self.socket = connection
        self._limits = limits
        self._counters = counters
        self._parser = h11.Connection(h11.SERVER)
        self._deadline: float | None = None
        self._wants_body = True

    def read(self) -> Request | None:
        """The next request, or None when the peer is gone, idle or too slow, or cannot be kept.

        :raises RequestRefusedError: what came is not HTTP, or more than the limits allow
        """
        if self._parser.our_state is not h11.IDLE:
            if self._parser.our_state is not h11.DONE or self._parser.their_state is not h11.DONE:
                return None
            self._parser.start_next_cycle()
        self._deadline = None
        try:
            head = self._next_event()
            return self._with_body(head) if isinstance(head, h11.Request) else None
        except h11.RemoteProtocolError as error:
            raise RequestRefusedError(400) from error
        except OSError:
            return None  # UNVERIFIED: a request that does not arrive in time is dropped without a response

    def _with_body(self, head: h11.Request) -> Request:
        headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
        body = self._body(int(headers.get("content-length", 0)))
        self._wants_body = head.method != b"HEAD"
        path = head.target.decode("ascii").partition("?")[0].lower()
        return Request(head.method.decode("ascii"), path, headers, body)

    def _body(self, announced_bytes: int) -> bytes:
        limit_bytes = self._limits.max_body_bytes
        if announced_bytes > limit_bytes:
            raise RequestRefusedError(413)
        body = bytearray()
        while isinstance(event := self._next_event(), h11.Data):
            body += event.data
            if len(body) > limit_bytes:
                raise RequestRefusedError(413)
        if not isinstance(event, h11.EndOfMessage):
            raise ConnectionResetError("The peer left in the middle of a request.")
        return bytes(body)

    def _next_event(self) -> object:
        while (event := self._parser.next_event()) is h11.NEED_DATA:
            if self._parser.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
                self.send(self._parser.send(go_on) or b"")
            self._receive()
        return event

    def _receive(self) -> None:
        self.socket.settimeout(self._remaining_s())
        data = self.socket.recv(_RECEIVE_BYTES)
        if self._deadline is None:
            self._deadline = monotonic() + self._limits.retrieval_s
        self._counters.add(Count.BYTES_RECEIVED, len(data))
        self._parser.receive_data(data)

    def _remaining_s(self) -> float:
        if self._deadline is None:
            return self._limits.idle_s
        remaining_s = self._deadline - monotonic()
        if remaining_s <= 0:
            raise TimeoutError("The request did not arrive in time.")
        return remaining_s

    def render(self, response: Response) -> bytes:
        """The bytes of the response to the request that was read last."""
        headers = [
            *response.headers,
            ("Server", "Microsoft-HTTPAPI/2.0"),
            ("Date", _http_date(int(time()))),
            *([("Connection", "close")] if response.closes else []),
            ("Content-Length", str(len(response.body))),
        ]
        reason = response.reason.encode("ascii")
        head = h11.Response(status_code=response.status, headers=headers, reason=reason)
        body = response.body if self._wants_body else b""
        parts = [head, h11.Data(body), h11.EndOfMessage()]
        return b"".join(self._parser.send(part) or b"" for part in parts)

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
            if not self.socket.recv(_RECEIVE_BYTES):
                return


@lru_cache(maxsize=2)
def _http_date(seconds: int) -> str:
    return format_date_time(seconds)
