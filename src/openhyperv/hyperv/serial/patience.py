"""When a serial port that is not there is tried again, and when no more."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from attrs import define, field

from openhyperv.errors import (
    ConflictError,
    DeadlineError,
    HyperVError,
    NotFoundError,
    ProtocolError,
    TransportError,
)

PASSING = (TransportError, DeadlineError, NotFoundError, ConflictError, ProtocolError)
"""What a port says that may be there again: its machine is off, its host restarts, somebody else has it."""
# UNVERIFIED: a machine that starts has its pipes some time before its firmware says anything
_EAGER_PAUSE_S = 0.1
"""Whoever comes that soon misses nothing of a machine that starts."""
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 5.0


@define
class Patience:
    """One time of waiting; without ``limit_s`` it has no end.

    Only time counts in which the host says that there is no such pipe: a host that is away comes back.
    ``on_trouble`` hears of every other kind of failure, once.
    """

    limit_s: float | None = None
    on_trouble: Callable[[HyperVError], None] = lambda _: None
    _told: set[type[HyperVError]] = field(factory=set, init=False)
    _pause_s: float = field(default=_SHORTEST_PAUSE_S, init=False)
    _missing_since_s: float | None = field(default=None, init=False)

    def pause_after(self, error: HyperVError, *, is_eager: bool = False) -> float | None:
        """How long to wait after this failure; None to give up. Who is eager does neither for long.

        :raises HyperVError: the failure itself, if waiting does not help
        """
        if not isinstance(error, PASSING):
            raise error
        if not isinstance(error, NotFoundError):
            self._missing_since_s = None
            self._tell(error)
            return self._longer_pause()
        missing_s = self._missing_s()
        if is_eager:
            return _EAGER_PAUSE_S
        return None if self.limit_s is not None and missing_s >= self.limit_s else self._longer_pause()

    def _tell(self, error: HyperVError) -> None:
        if type(error) not in self._told:
            self._told.add(type(error))
            self.on_trouble(error)

    def _missing_s(self) -> float:
        if self._missing_since_s is None:
            self._missing_since_s = monotonic()
        return monotonic() - self._missing_since_s

    def _longer_pause(self) -> float:
        pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return pause_s
