"""What a serial port is to those who read it: bytes both ways, each with a deadline."""

from __future__ import annotations

from typing import Protocol


class Source(Protocol):
    """An open serial port. One thread may read while another writes."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; waits ``timeout_s`` at most, and is empty after that.

        :raises ConnectionLostError: the port has closed
        """
        ...

    def write(self, data: bytes) -> None:
        """Write all of it.

        :raises ConnectionLostError: the port has closed
        :raises DeadlineError: the other end does not take it
        """
        ...

    def close(self) -> None:
        """Close it; whoever reads it gets a ConnectionLostError."""
        ...


class Listener(Protocol):
    """Somebody who hears a port. Calls come from the reader's thread and must not wait."""

    def take(self, data: bytes) -> None:
        """Something has arrived."""
        ...
