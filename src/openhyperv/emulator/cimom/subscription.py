"""A subscription to events: it watches changes and hands out what WMI would have reported by now."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from threading import Condition

from openhyperv.emulator.cimom.event_query import EventQuery
from openhyperv.emulator.cimom.events import Change, EventBus, Indication
from openhyperv.emulator.cimom.looks import NO_LOOKS, Looks
from openhyperv.emulator.cimom.polling import Differences
from openhyperv.wire.instance import Instance


class Subscription:
    """Open from its creation until :meth:`close`. Thread-safe, and without a thread of its own.

    WMI looks every ``WITHIN`` seconds. Where changes are announced nobody looks here unless there is
    something to see: looks that are due are made up for when the next change comes or somebody asks.
    ``looks`` are those at everything else; they are taken while somebody asks. ``clock`` gives seconds.
    """

    def __init__(
        self,
        query: EventQuery,
        bus: EventBus,
        clock: Callable[[], float] = time.monotonic,
        looks: Looks = NO_LOOKS,
    ) -> None:
        self._query = query
        self._clock = clock
        self._looks = looks
        self._start_s = clock()
        self._next_look_s = looks.due_s(self._start_s, self._start_s)
        self._changed = Condition()
        self._differences = Differences()
        self._look_due_s = math.inf
        self._events: deque[Instance] = deque()
        self._is_closed = False
        self._stop_watching = bus.watch(self._notice, query.concerns_class)

    @property
    def columns(self) -> tuple[str, ...]:
        """What the query cuts events down to; empty for whole events."""
        return self._query.columns

    @property
    def is_closed(self) -> bool:
        """True after :meth:`close`."""
        return self._is_closed

    def close(self) -> None:
        """Stop watching and let everyone who waits go with nothing."""
        self._stop_watching()
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def take(self, max_elements: int, timeout_s: float) -> list[Instance]:
        """Up to so many events, oldest first; waits for the first one, and returns none when time is up."""
        deadline_s = self._clock() + timeout_s
        while True:
            seen = self._look_around(self._clock())
            with self._changed:
                for change in seen:
                    self._append(self._query.matches(change))
                now_s = self._clock()
                self._look_if_due(now_s)
                if self._events or self._is_closed or now_s >= deadline_s:
                    return self._taken(max_elements)
                self._changed.wait(min(deadline_s, self._look_due_s, self._next_look_s) - now_s)

    def _look_around(self, now_s: float) -> list[Change]:
        """What is different where nobody announces it, if a look is due; takes the host's lock, not ours."""
        if now_s < self._next_look_s:
            return []
        self._next_look_s = self._looks.due_s(self._start_s, now_s)
        return list(self._looks.changes())

    def _taken(self, max_elements: int) -> list[Instance]:
        if self._is_closed:
            return []
        return [self._events.popleft() for _ in range(min(max_elements, len(self._events)))]

    def _notice(self, happening: Change | Indication) -> None:
        with self._changed:
            if isinstance(happening, Indication):
                self._append(self._query.matches_indication(happening.event))
            elif self._query.interval_s is not None and self._is_asked_for(happening.target):
                self._note(happening, self._query.interval_s)

    def _is_asked_for(self, instance: Instance) -> bool:
        return self._query.concerns(instance) and not self._looks.covers(instance)

    def _note(self, change: Change, interval_s: float) -> None:
        now_s = self._clock()
        self._look_if_due(now_s)
        self._differences.add(change)
        if math.isinf(self._look_due_s):
            looks = math.floor((now_s - self._start_s) / interval_s) + 1
            self._look_due_s = self._start_s + looks * interval_s
            self._changed.notify_all()

    def _look_if_due(self, now_s: float) -> None:
        if now_s >= self._look_due_s:
            self._look_due_s = math.inf
            for change in self._differences.take():
                self._append(self._query.matches(change))

    def _append(self, event: Instance | None) -> None:
        if event is not None:
            self._events.append(event)
            self._changed.notify_all()
