"""Waiting for what comes by itself, within a deadline."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

_PATIENCE_S = 60.0
_PAUSE_S = 0.1


def wait_until(is_so: Callable[[], bool], patience_s: float = _PATIENCE_S) -> None:
    """Return as soon as it is so; an assertion fails where that takes too long."""
    until_s = monotonic() + patience_s
    while not is_so():
        assert monotonic() < until_s, "it has not become so in time"
        sleep(_PAUSE_S)
