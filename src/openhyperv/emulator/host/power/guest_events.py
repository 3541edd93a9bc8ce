"""A queue between guest runners, whose callbacks must not wait, and the host, whose lock may be taken."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import TypeAlias

from openhyperv.emulator.guests.machine import GuestEvent
from openhyperv.emulator.host.machines.virtual_system import Session, VirtualSystem

Handler: TypeAlias = Callable[[VirtualSystem, Session, GuestEvent], None]


class GuestEvents:
    """Takes events from runners' threads and has them handled in one of its own, in order.

    A runner's callback thus never waits for the host's lock, which may be held by somebody who waits for
    that very runner.
    """

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[VirtualSystem, Session, GuestEvent] | None] = SimpleQueue()
        self._thread: Thread | None = None

    def put(self, system: VirtualSystem, session: Session, event: GuestEvent) -> None:
        """Hand over an event; returns at once."""
        self._queue.put((system, session, event))

    def start(self, handler: Handler) -> None:
        """Begin to handle events."""
        self._thread = Thread(target=self._handle_all, args=(handler,), name="guest events", daemon=True)
        self._thread.start()

    def close(self, timeout_s: float = 5) -> None:
        """Handle what has come, then end."""
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _handle_all(self, handler: Handler) -> None:
        while (entry := self._queue.get()) is not None:
            handler(*entry)
