"""The thread that waits for frames. It sleeps while there are none: nothing is polled."""

from __future__ import annotations

import heapq
import itertools
import os
import select
from collections.abc import Callable
from threading import RLock, Thread
from time import monotonic
from typing import Protocol


class Handler(Protocol):
    """Something with a descriptor to wait for."""

    def fileno(self) -> int:
        """The descriptor."""
        ...

    def ready(self, *, has_ended: bool) -> None:
        """It can be read or written, or its other end is gone."""
        ...

    def flush(self) -> None:
        """Write what has come together."""
        ...


class Loop:
    """Calls handlers under ``lock``, which others take to change what handlers do.

    The thread starts with the first handler. Every method but :meth:`close` wants the lock.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self._epoll = select.epoll()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._wake, select.EPOLLIN)
        self._handlers: dict[int, Handler] = {}
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._unflushed: dict[int, Handler] = {}
        self._is_closing = False
        self._thread: Thread | None = None

    def add(self, handler: Handler) -> None:
        """Wait until it can be read."""
        self._handlers[handler.fileno()] = handler
        self._epoll.register(handler.fileno(), select.EPOLLIN)
        if self._thread is None:
            self._thread = Thread(target=self._run, name="virtual switches", daemon=True)
            self._thread.start()

    def want(self, handler: Handler, *, reading: bool, writing: bool) -> None:
        """Wait until it can be read, written, both or neither."""
        wanted = (select.EPOLLIN if reading else 0) | (select.EPOLLOUT if writing else 0)
        self._epoll.modify(handler.fileno(), wanted)

    def remove(self, handler: Handler) -> None:
        """Wait for it no longer; before its descriptor is closed."""
        number = handler.fileno()
        if self._handlers.pop(number, None) is not None:
            self._epoll.unregister(number)
        self._unflushed.pop(number, None)

    def flush_later(self, handler: Handler) -> None:
        """Have it write once all that is here now has been handled."""
        self._unflushed[handler.fileno()] = handler

    def call_at(self, when_s: float, action: Callable[[], None]) -> None:
        """Do something at a time of the monotonic clock; from the loop's own thread."""
        heapq.heappush(self._timers, (when_s, next(self._order), action))

    def close(self) -> None:
        """End the thread."""
        with self.lock:
            self._is_closing = True
            os.eventfd_write(self._wake, 1)
        if self._thread is not None:
            self._thread.join()
        self._epoll.close()
        os.close(self._wake)

    def _run(self) -> None:
        while not self._is_closing:
            events = self._epoll.poll(self._patience())
            with self.lock:
                self._call_due()
                for number, event in events:
                    handler = self._handlers.get(number)
                    if handler is not None:
                        handler.ready(has_ended=bool(event & (select.EPOLLHUP | select.EPOLLERR)))
                waiting, self._unflushed = self._unflushed, {}
                for handler in waiting.values():
                    handler.flush()

    def _patience(self) -> float | None:
        if not self._timers:
            return None
        return max(0.0, self._timers[0][0] - monotonic())

    def _call_due(self) -> None:
        while self._timers and self._timers[0][0] <= monotonic():
            heapq.heappop(self._timers)[2]()
