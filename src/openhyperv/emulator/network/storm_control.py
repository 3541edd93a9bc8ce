"""A bound on the frames for many that a device sends (StormLimit), counted second by second."""

from __future__ import annotations


class StormControl:
    """So many packets in each second; 0 is no bound. Times are of a monotonic clock."""

    def __init__(self, limit_pps: int) -> None:
        self._limit_pps = limit_pps
        self._second = 0
        self._sent = 0

    def allows(self, now_s: float) -> bool:
        """Whether one more may be sent now; it counts then."""
        if int(now_s) != self._second:
            self._second, self._sent = int(now_s), 0
        self._sent += 1
        return not self._limit_pps or self._sent <= self._limit_pps
