"""A bound on what a device sends: a token bucket that may run into debt, which the sender waits for."""

from __future__ import annotations

_LEAST_BURST_BYTES = 16_384
"""A few frames: without any, each would have to wait for its own time."""


class TokenBucket:
    """So many bits per second on average, and ``burst_bytes`` at once. Times are of a monotonic clock."""

    def __init__(self, limit_bps: int, burst_bytes: int) -> None:
        self._bytes_per_s = limit_bps / 8
        self._depth_bytes = float(max(burst_bytes, _LEAST_BURST_BYTES))
        self._tokens = self._depth_bytes
        self._filled_s = 0.0

    def take(self, size_bytes: int, now_s: float) -> float:
        """Send something now; how long to wait before the next, in seconds."""
        grown = (now_s - self._filled_s) * self._bytes_per_s
        self._tokens = min(self._depth_bytes, self._tokens + grown) - size_bytes
        self._filled_s = now_s
        return max(0.0, -self._tokens / self._bytes_per_s)
