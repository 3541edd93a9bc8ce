"""How busy a guest's processors are, from the processor time that it has used."""

from __future__ import annotations

import time

from attrs import define, field

SHORTEST_SAMPLE_S = 1.0


@define
class LoadMeter:
    """Averages a guest's load over the time between two looks, at least :data:`SHORTEST_SAMPLE_S` apart."""

    _looked_s: float = field(factory=time.monotonic)
    _used_s: float = 0.0
    _percent: int = 0

    def percent(self, used_s: float, processors: int) -> int:
        """0 to 100, of all the VM's processors together; ``used_s`` is what they used so far."""
        now_s = time.monotonic()
        passed_s = now_s - self._looked_s
        if passed_s >= SHORTEST_SAMPLE_S:
            self._percent = min(100, round(100 * (used_s - self._used_s) / passed_s / processors))
            self._looked_s, self._used_s = now_s, used_s
        return max(0, self._percent)
