"""One reader of a serial port for any number of listeners, which outlives the port's closing.

A pipe takes one client at a time, so whoever wants to hear a port listens to the one who reads it. The pipe
goes away with its machine and with its host; the reader opens it again when it is back.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from threading import Condition, Event, Lock, Thread
from types import TracebackType
from typing import Protocol, Self

from openhyperv.errors import (
    ConflictError,
    ConnectionLostError,
    DeadlineError,
    HyperVError,
    NotFoundError,
    ProtocolError,
    TransportError,
)
from openhyperv.hyperv.serial.source import Source

_LOOK_INTERVAL_S = 0.2
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 5.0
_PASSING = (TransportError, DeadlineError, NotFoundError, ConflictError, ProtocolError)
"""What a port says that may be there again: its machine is off, its host restarts, somebody else has it."""


class PortState(StrEnum):
    """What a reader does."""

    CONNECTED = "connected"
    WAITING = "waiting"
    """The port has closed; it is tried again now and then."""
    ENDED = "ended"


class Listener(Protocol):
    """Somebody who hears a port. Calls come from the reader's thread and must not wait."""

    def take(self, data: bytes) -> None:
        """Something has arrived."""
        ...


class PortReader:
    """Reads a port in a thread of its own, from the first :meth:`start` to :meth:`close`."""

    def __init__(self, open_port: Callable[[], Source], *, reconnects: bool = True) -> None:
        self._open_port = open_port
        self._reconnects = reconnects
        self._listeners: list[Listener] = []
        self._lock = Lock()
        self._changed = Condition()
        self._state = PortState.WAITING
        self._source: Source | None = None
        self._error: HyperVError | None = None
        self._is_over = Event()
        self._thread = Thread(target=self._run, name="serial port", daemon=True)

    @property
    def state(self) -> PortState:
        """What it does now."""
        return self._state

    @property
    def error(self) -> HyperVError | None:
        """Why it has ended by itself, if it has."""
        return self._error

    def start(self) -> Self:
        """Open the port and begin to read.

        :raises HyperVError: it cannot be opened; later failures are taken for passing ones
        """
        self._source = self._open_port()
        self._become(PortState.CONNECTED)
        self._thread.start()
        return self

    def listen(self, listener: Listener) -> None:
        """Have somebody hear what arrives from now on."""
        with self._lock:
            self._listeners.append(listener)

    def leave(self, listener: Listener) -> None:
        """Have somebody hear no more."""
        with self._lock:
            self._listeners = [other for other in self._listeners if other is not listener]

    def write(self, data: bytes) -> None:
        """Send bytes to the guest; one writer at a time, whole.

        :raises ConnectionLostError: the port is closed now
        :raises DeadlineError: the guest does not take it
        """
        source = self._source
        if source is None:
            raise ConnectionLostError("The serial port is closed.")
        source.write(data)

    def wait_for(self, wanted: Callable[[PortState], bool], timeout_s: float) -> bool:
        """Wait until the state is as wanted; False if it has not become so."""
        with self._changed:
            return self._changed.wait_for(lambda: wanted(self._state), timeout_s)

    def close(self) -> None:
        """Close the port and stop reading."""
        self._is_over.set()
        source = self._source
        if source is not None:
            source.close()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        try:
            while not self._is_over.is_set() and self._source is not None:
                self._read_until_closed(self._source)
                self._source = None
                if self._reconnects and not self._is_over.is_set():
                    self._become(PortState.WAITING)
                    self._source = self._reopened()
        except HyperVError as error:
            self._error = error
        finally:
            self._become(PortState.ENDED)

    def _read_until_closed(self, source: Source) -> None:
        try:
            while not self._is_over.is_set():
                if data := source.read(_LOOK_INTERVAL_S):
                    self._tell(data)
        except (ConnectionLostError, ProtocolError):
            return
        finally:
            source.close()

    def _reopened(self) -> Source | None:
        pause_s = _SHORTEST_PAUSE_S
        while not self._is_over.wait(pause_s):
            try:
                source = self._open_port()
            except _PASSING:
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            else:
                self._become(PortState.CONNECTED)
                return source
        return None

    def _tell(self, data: bytes) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.take(data)

    def _become(self, state: PortState) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()
