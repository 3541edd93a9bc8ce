"""Watchers: called for the next event."""

from __future__ import annotations

from threading import Lock
from weakref import WeakSet, finalize

from openhyperv.wire.fault import WbemCode
from openhyperv.wire.instance import Instance
from openhyperv.wmi import instances
from openhyperv.wmi.event_buffer import EventsEnd
from openhyperv.wmi.event_feed import EventFeed
from openhyperv.wmi.failures import TIMED_OUT, failure, failure_of, x_wmi
from openhyperv.wmi.namespace import Namespace

_TARGET, _PREVIOUS = "TargetInstance", "PreviousInstance"


class Watcher:
    """Events of one query, one for each call. They are kept between calls."""

    def __init__(self, space: Namespace, feed: EventFeed) -> None:
        self._space = space
        self._feed = feed
        finalize(self, feed.close)

    def __call__(self, timeout_ms: int | None = None) -> instances.WmiObject:
        """The object that the next event is about, or the event itself where it is about none.

        None and 0 wait for ever; less than 0 does not wait at all.

        :raises x_wmi_timed_out: no event came in time
        :raises x_wmi: the watcher was closed, or the host does not let it go on
        """
        try:
            event = self._feed.next(_seconds(timeout_ms))
        except EventsEnd as end:
            raise _failure_at(end) from end.cause
        if event is None:
            raise failure(TIMED_OUT, "No event came in time.")
        return self._object(event)

    def _object(self, event: Instance) -> instances.WmiObject:
        target, previous = event.get(_TARGET), event.get(_PREVIOUS)
        if not isinstance(target, Instance):
            return instances.WmiObject(self._space, event)
        before = instances.WmiObject(self._space, previous) if isinstance(previous, Instance) else None
        return instances.WmiObject(self._space, target, previous=before)

    def close(self) -> None:
        """End the subscription at the host, and wait for its end."""
        self._feed.close()


def _failure_at(end: EventsEnd) -> x_wmi:
    if end.cause is not None:
        return failure_of(end.cause)
    return failure(WbemCode.CALL_CANCELLED, "The watcher is closed.")


def _seconds(timeout_ms: int | None) -> float | None:
    return max(timeout_ms, 0) / 1000 if timeout_ms else None


class Watches:
    """The open watchers of a connection: they end with it."""

    def __init__(self) -> None:
        self._feeds: WeakSet[EventFeed] = WeakSet()
        self._lock = Lock()

    def open(self, space: Namespace, wql: str | None) -> Watcher:
        """A watcher for a query.

        :raises x_wmi: the host does not deliver such events, or there is no query
        """
        if not wql:
            raise failure(WbemCode.INVALID_QUERY, "A watcher needs raw_wql, the query for its events.")
        feed = space.watch(wql)
        with self._lock:
            self._feeds.add(feed)
        return Watcher(space, feed)

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            feeds = list(self._feeds)
        for feed in feeds:
            feed.close()
