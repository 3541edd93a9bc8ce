"""Which ports a change of something else concerns."""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock


class Dependencies:
    """The security groups, policies, trunks and sub-ports that each port of a host depends on, by their ids.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._needed: dict[str, frozenset[str]] = {}
        self._changed: set[str] = set()
        self._lock = Lock()

    def begin_asking(self) -> None:
        """What some ports depend on is asked for from now on: what changes meanwhile may come too late."""
        with self._lock:
            self._changed.clear()

    def note(self, port_id: str, needed: frozenset[str]) -> bool:
        """The port depends on these alone; False where one has changed since it was asked for."""
        with self._lock:
            self._needed[port_id] = needed
            return self._changed.isdisjoint(needed)

    def forget(self, port_id: str) -> None:
        """The port is gone."""
        with self._lock:
            self._needed.pop(port_id, None)

    def change(self, changed: Collection[str]) -> list[str]:
        """These have changed; the ports that depend on one of them."""
        with self._lock:
            self._changed.update(changed)
            return [port_id for port_id, needed in self._needed.items() if not needed.isdisjoint(changed)]
