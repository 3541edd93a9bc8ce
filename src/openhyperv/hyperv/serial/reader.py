"""One reader of a serial port for any number of listeners, which outlives the port's closing.

A pipe takes one client at a time, so whoever wants to hear a port listens to the one who reads it. The pipe
goes away with its machine and with its host; the reader opens it again when it is back.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from threading import Condition, Event, Lock, Thread, current_thread
from time import monotonic
from types import TracebackType
from typing import Self

from openhyperv.errors import ConnectionLostError, HyperVError, ProtocolError
from openhyperv.hyperv.serial.patience import Patience
from openhyperv.hyperv.serial.source import Listener, Source

_READ_S, _FAREWELL_S = 10.0, 2.0
"""How long one read waits, unless its port is closed before; how long a reader is waited for that ends."""
_EAGER_AT_START_S, _EAGER_AT_CLOSE_S = 60.0, 3.0
"""How long it is looked for often: a machine that starts takes its time, one that is reset is back soon."""


class PortState(StrEnum):
    """What a reader does."""

    CONNECTED = "connected"
    WAITING = "waiting"
    """The port has closed; it is tried again now and then."""
    ENDED = "ended"


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
        self._is_over = False
        self._wake = Event()
        self._eager_until_s = 0.0
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
        self.expect()
        self._thread.start()
        return self

    def expect(self) -> None:
        """Look for the port often for a while: its machine is about to start."""
        self._eager_until_s = monotonic() + _EAGER_AT_START_S
        self._wake.set()

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
        self._is_over = True
        self._wake.set()
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
            if not self._is_over:
                self._on_end()

    def _read_until_closed(self, source: Source) -> None:
        try:
            while not self._is_over:
                if data := source.read(_READ_S):
                    self._tell(data)
        except (ConnectionLostError, ProtocolError):
            return
        finally:
            source.close()

    def _opened_again(self) -> Source | None:
        if not self._reconnects or self._is_over:
            return None
        self._become(PortState.WAITING)
        return self._opened()

    def _opened(self) -> Source | None:
        """The port, as soon as it is there; None if it is not to be read any more."""
        self._eager_until_s = max(self._eager_until_s, monotonic() + _EAGER_AT_CLOSE_S)
        patience = Patience(self._missing_limit_s, self._on_trouble)
        pause_s: float | None = 0.0
        while pause_s is not None and self._is_wanted_after(pause_s):
            try:
                self._source = self._open_port()
            except HyperVError as error:
                pause_s = patience.pause_after(error, is_eager=monotonic() < self._eager_until_s)
            else:
                self._become(PortState.CONNECTED)
                return self._source
        return None

    def _is_wanted_after(self, pause_s: float) -> bool:
        self._wake.wait(pause_s)
        self._wake.clear()
        return not self._is_over

    def _tell(self, data: bytes) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.take(data)

    def _become(self, state: PortState) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()
