"""One reader of a serial port for any number of listeners, which outlives the port's closing.

A pipe takes one client at a time, so whoever wants to hear a port listens to the one who reads it. The pipe
goes away with its machine and with its host; the reader opens it again when it is back.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from threading import Condition, Event, Lock, Thread, current_thread
from types import TracebackType
from typing import Protocol, Self

from openhyperv.errors import ConnectionLostError, HyperVError, ProtocolError
from openhyperv.hyperv.serial.patience import Patience
from openhyperv.hyperv.serial.source import Source

_READ_S = 10.0
"""How long one read waits; a port that is closed ends it before."""
_FAREWELL_S = 2.0


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
    """Reads a port in a thread of its own, which sleeps while nothing arrives, up to :meth:`close`."""

    def __init__(
        self,
        open_port: Callable[[], Source],
        *,
        reconnects: bool = True,
        missing_limit_s: float | None = None,
        on_trouble: Callable[[HyperVError], None] = lambda _: None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        """With ``reconnects`` a port that has closed is waited for, until the host has been saying for
        ``missing_limit_s`` that it is not there; ``on_trouble`` hears what else keeps it from being read,
        and ``on_end`` is called as the reader ends by itself.
        """
        self._open_port = open_port
        self._reconnects = reconnects
        self._missing_limit_s = missing_limit_s
        self._on_trouble = on_trouble
        self._on_end = on_end
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

    def begin(self) -> Self:
        """Begin to read as soon as the port is there, such as that of a machine that is about to start."""
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
        if self._thread.is_alive() and self._thread is not current_thread():
            self._thread.join(_FAREWELL_S)  # one that is just connecting to a host ends when that is decided

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        try:
            source = self._source or self._opened()
            while source is not None:
                self._read_until_closed(source)
                self._source = None
                source = self._opened_again()
        except HyperVError as error:
            self._error = error
        finally:
            self._become(PortState.ENDED)
            if not self._is_over.is_set():
                self._on_end()

    def _read_until_closed(self, source: Source) -> None:
        try:
            while not self._is_over.is_set():
                if data := source.read(_READ_S):
                    self._tell(data)
        except (ConnectionLostError, ProtocolError):
            return
        finally:
            source.close()

    def _opened_again(self) -> Source | None:
        if not self._reconnects or self._is_over.is_set():
            return None
        self._become(PortState.WAITING)
        return self._opened()

    def _opened(self) -> Source | None:
        """The port, as soon as it is there; None if it is not to be read any more."""
        patience = Patience(self._missing_limit_s, self._on_trouble)
        pause_s: float | None = 0.0
        while pause_s is not None and not self._is_over.wait(pause_s):
            try:
                self._source = self._open_port()
            except HyperVError as error:
                pause_s = patience.pause_after(error)
            else:
                self._become(PortState.CONNECTED)
                return self._source
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
