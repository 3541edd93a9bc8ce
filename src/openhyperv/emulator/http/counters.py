"""What the listener has seen, for ``/debug/vars``."""

from __future__ import annotations

from enum import StrEnum
from threading import Lock


class Count(StrEnum):
    """What is counted; ``CONNECTIONS_OPEN`` is the only one that falls."""

    CONNECTIONS_OPEN = "connections_open"
    CONNECTIONS = "connections_total"
    REQUESTS = "requests"
    AUTHENTICATIONS = "authentications"
    AUTHENTICATION_FAILURES = "authentication_failures"
    BYTES_RECEIVED = "bytes_received"
    BYTES_SENT = "bytes_sent"
    SERVICE_FAILURES = "service_failures"


class Counters:
    """Thread-safe sums."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sums = dict.fromkeys(Count, 0)

    def add(self, count: Count, amount: int = 1) -> None:
        """Raise one sum."""
        with self._lock:
            self._sums[count] += amount

    def snapshot(self) -> dict[str, int]:
        """All sums by name, as they are at one moment."""
        with self._lock:
            return {count.value: total for count, total in self._sums.items()}
