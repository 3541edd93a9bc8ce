"""What went over the wire: counters for benchmarks, and events for whoever wants to watch."""

from __future__ import annotations

from enum import StrEnum
from threading import Lock

from attrs import field, frozen


@frozen
class Traffic:
    """Totals of a pool since it was made; bytes are those of HTTP, before TLS.

    ``requests`` counts envelopes sent; a handshake takes ``authentication_round_trips`` on its own.
    """

    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    handshakes: int = 0
    authentication_round_trips: int = 0


class Meter:
    """A thread-safe counter of traffic."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._traffic = Traffic()

    @property
    def traffic(self) -> Traffic:
        """The totals so far."""
        return self._traffic

    def add(
        self,
        *,
        requests: int = 0,
        bytes_sent: int = 0,
        bytes_received: int = 0,
        handshakes: int = 0,
        authentication_round_trips: int = 0,
    ) -> None:
        """Count some more."""
        with self._lock:
            so_far = self._traffic
            self._traffic = Traffic(
                so_far.requests + requests,
                so_far.bytes_sent + bytes_sent,
                so_far.bytes_received + bytes_received,
                so_far.handshakes + handshakes,
                so_far.authentication_round_trips + authentication_round_trips,
            )


class TraceKind(StrEnum):
    """Which way a traced envelope went."""

    REQUEST = "request"
    REPLY = "reply"


@frozen
class TraceEvent:
    """One envelope in the clear, as the host reads or wrote it; tokens and passwords are not in it.

    ``body`` may hold secrets of the caller's own (a password in a method's parameter): redact before showing.
    """

    kind: TraceKind
    body: bytes = field(repr=False)
    status: int | None = None
