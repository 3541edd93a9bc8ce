"""What was just seen of a host: for ports that are looked after right then."""

from __future__ import annotations

from collections import deque
from time import monotonic

from attrs import frozen

from openhyperv.hyperv.ports.reading import PortReading

_FRESH_S = 30.0
"""How long what was seen of a host may be taken to be so."""


@frozen
class _Sighting:
    reading: PortReading
    at_s: float


class Sightings:
    """The latest reading, for one use: whoever changes ports by it makes it out of date. Thread-safe."""

    def __init__(self) -> None:
        self._latest: deque[_Sighting] = deque(maxlen=1)

    def put(self, reading: PortReading) -> None:
        """The ports of the host are so now."""
        self._latest.append(_Sighting(reading, monotonic()))

    def take(self) -> PortReading | None:
        """The latest reading, unless it is used or old."""
        if not self._latest:
            return None
        latest = self._latest.pop()
        return latest.reading if monotonic() - latest.at_s < _FRESH_S else None
