"""Events between the thread that reads them and whoever asks for them."""

from __future__ import annotations

from collections import deque
from types import ModuleType

from openhyperv.errors import HyperVError
from openhyperv.wire.instance import Instance

CAPACITY = 10_000


class EventsEnd(Exception):  # noqa: N818 - an end, not an error
    """No more events come: the feed was closed, or ``cause`` ended it."""

    def __init__(self, cause: HyperVError | None) -> None:
        super().__init__(cause)
        self.cause = cause


class EventBuffer:
    """The events that nobody has asked for yet, oldest first. Thread-safe."""

    def __init__(self, threading: ModuleType) -> None:
        """``threading`` is the module to wait with: an eventlet program has two."""
        self._events: deque[Instance] = deque(maxlen=CAPACITY)
        self._has_ended = False
        self._cause: HyperVError | None = None
        self._changed = threading.Condition()

    def put(self, event: Instance) -> bool:
        """Keep an event; false where the oldest had to go for it."""
        with self._changed:
            had_room = len(self._events) < CAPACITY
            self._events.append(event)
            self._changed.notify()
        return had_room

    def end(self, cause: HyperVError | None = None) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._has_ended, self._cause = True, self._cause or cause
            self._changed.notify_all()

    def take(self, timeout_s: float | None) -> Instance | None:
        """The oldest event; None when none came in time.

        :raises EventsEnd: none is left, and none will come
        """
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._has_ended, timeout_s)
            if self._events:
                return self._events.popleft()
            if self._has_ended:
                raise EventsEnd(self._cause)
            return None
