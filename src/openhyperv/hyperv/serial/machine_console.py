"""The console of one machine for many at once: somebody who keeps a log, and people who come by TCP."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from openhyperv.errors import ConflictError, HyperVError
from openhyperv.files.share import HostFiles
from openhyperv.hyperv.serial.console_pipes import ConsolePipes
from openhyperv.hyperv.serial.listening import ConsoleListener
from openhyperv.hyperv.serial.reader import PortReader
from openhyperv.hyperv.serial.source import Listener

_MISSING_LIMIT_S = 300.0
"""A machine whose pipe is missing for that long is off: whoever starts it again begins a console anew."""


class MachineConsole:
    """Reads the machine's ports as long as it runs; a port that is for both, log and people, is read once.

    A pipe takes one client at a time, so that nobody else can open a port that is read here.
    """

    def __init__(
        self,
        files: HostFiles,
        pipes: ConsolePipes,
        log: Listener,
        *,
        on_trouble: Callable[[HyperVError], None],
        on_end: Callable[[], None],
    ) -> None:
        """``log`` hears what arrives from :meth:`begin` on. ``on_trouble`` hears what keeps a port from being
        read for now, such as somebody else who has it; ``on_end`` is called when the machine is off for long,
        or :attr:`error` keeps it from being read at all.
        """
        self._files = files
        self._on_trouble = on_trouble
        self._pipes = pipes
        self._lock = Lock()
        self._listener: ConsoleListener | None = None
        self._logged = self._reader(pipes.log, on_end)
        self._logged.listen(log)
        self._typed: PortReader | None = None

    def begin(self) -> None:
        """Begin to read; a machine that is about to start is heard from its first byte on."""
        self._logged.begin()

    def expect(self) -> None:
        """The machine is about to start again: look for its ports often."""
        for reader in (self._logged, self._typed):
            if reader is not None:
                reader.expect()

    @property
    def error(self) -> HyperVError | None:
        """Why it has ended by itself, if not because the machine is off."""
        return self._logged.error

    def offer(self, address: str, port: int) -> ConsoleListener:
        """Let people reach it at an address and port of this computer, until it is closed.

        :raises ConflictError: the machine has no port that takes keys
        :raises OSError: the port is taken
        """
        with self._lock:
            self._listener = self._listener or ConsoleListener(self._interactive(), address, port)
            return self._listener

    def close(self) -> None:
        """Send everybody away, and read no more."""
        with self._lock:
            if self._listener is not None:
                self._listener.close()
            for reader in (self._logged, self._typed):
                if reader is not None:
                    reader.close()

    def _interactive(self) -> PortReader:
        pipe = self._pipes.interactive
        if pipe is None:
            raise ConflictError("No serial port of the machine takes keys.", operation="open the console")
        if pipe == self._pipes.log:
            return self._logged
        if self._typed is None:
            self._typed = self._reader(pipe).begin()
        return self._typed

    def _reader(self, pipe: str, on_end: Callable[[], None] = lambda: None) -> PortReader:
        return PortReader(
            lambda: self._files.open_pipe(pipe),
            missing_limit_s=_MISSING_LIMIT_S,
            on_trouble=self._on_trouble,
            on_end=on_end,
        )
