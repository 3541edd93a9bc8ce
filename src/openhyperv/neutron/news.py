"""What Neutron is still to be told about ports."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from attrs import frozen


@frozen
class Told:
    """Ports that went down, and ports that came up, which are told after them.

    A port in both was plugged anew: Neutron tells Nova so only if the port was down in between.
    """

    down: frozenset[str]
    up: frozenset[str]
    trunks: Mapping[str, bool]
    """Whether a trunk carries all of its sub-ports."""


class PortNews:
    """Collects what workers and events find out, until somebody takes it. Thread-safe."""

    def __init__(self) -> None:
        self._down: set[str] = set()
        self._up: set[str] = set()
        self._trunks: dict[str, bool] = {}
        self._lock = Lock()

    def down(self, port_id: str) -> None:
        """The port is not connected any more."""
        with self._lock:
            self._up.discard(port_id)
            self._down.add(port_id)

    def up(self, *port_ids: str) -> None:
        """The ports are connected, and are what they should be."""
        with self._lock:
            self._up.update(port_ids)

    def trunk(self, trunk_id: str, *, is_complete: bool) -> None:
        """The trunk carries all of its sub-ports, or some of them."""
        with self._lock:
            self._trunks[trunk_id] = is_complete

    def take(self) -> Told:
        """Everything so far."""
        with self._lock:
            told = Told(frozenset(self._down), frozenset(self._up), dict(self._trunks))
            self._down.clear()
            self._up.clear()
            self._trunks.clear()
            return told

    def put_back(self, told: Told) -> None:
        """That could not be told; of ports that went down since then, that they came up is no news."""
        with self._lock:
            self._up |= told.up - self._down
            self._down |= told.down
            self._trunks = {**told.trunks, **self._trunks}
