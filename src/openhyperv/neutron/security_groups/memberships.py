"""Which ports the change of a security group concerns."""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock


class Memberships:
    """The groups that concern each port of a host. Thread-safe."""

    def __init__(self) -> None:
        self._groups: dict[str, frozenset[str]] = {}
        self._changed: set[str] = set()
        self._lock = Lock()

    def begin_asking(self) -> None:
        """The groups of some ports are asked for from now on: what changes meanwhile may come too late."""
        with self._lock:
            self._changed.clear()

    def note(self, port_id: str, groups: frozenset[str]) -> bool:
        """These groups alone concern the port; False where one has changed since it was asked for."""
        with self._lock:
            self._groups[port_id] = groups
            return self._changed.isdisjoint(groups)

    def forget(self, port_id: str) -> None:
        """The port is gone."""
        with self._lock:
            self._groups.pop(port_id, None)

    def change(self, groups: Collection[str]) -> list[str]:
        """These groups have changed; the ports that one of them concerns."""
        with self._lock:
            self._changed.update(groups)
            return [port_id for port_id, own in self._groups.items() if not own.isdisjoint(groups)]
