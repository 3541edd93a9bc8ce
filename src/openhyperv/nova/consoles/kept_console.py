"""One instance's console while it is kept: its log, and its port for nova-serialproxy once somebody asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock

import nova.conf
from nova.console import serial

from openhyperv.files.share import HostFiles
from openhyperv.hyperv.serial.console_pipes import ConsolePipes
from openhyperv.hyperv.serial.machine_console import MachineConsole
from openhyperv.nova.consoles.instance_log import InstanceLog

CONF = nova.conf.CONF


class KeptConsole:
    """Begins at once, and ends when the machine has been off for a while, or by :meth:`close`."""

    def __init__(
        self, files: HostFiles, pipes: ConsolePipes, folder: Path, on_end: Callable[[KeptConsole], None]
    ) -> None:
        self._lock = Lock()
        self._address = str(CONF.serial_console.proxyclient_address)
        self._port: int | None = None
        self._log = InstanceLog(folder)
        self._console = MachineConsole(files, pipes, self._log, lambda: on_end(self))
        self._console.begin()

    def place(self) -> tuple[str, int]:
        """The address and port at which it is offered, from the first call on.

        :raises ConflictError: the machine has no port that takes keys
        :raises SocketPortRangeExhaustedException: no port of ``[serial_console]port_range`` is free
        """
        with self._lock:
            if self._port is None:
                self._port = self._offered()
            return self._address, self._port

    def _offered(self) -> int:
        """A free port; one that another program takes as we do is left to it."""
        taken: list[int] = []
        try:
            while True:
                port = int(serial.acquire_port(self._address))
                try:
                    self._console.offer(self._address, port)
                except OSError:
                    taken.append(port)
                    continue
                except BaseException:
                    taken.append(port)
                    raise
                return port
        finally:
            for port in taken:
                serial.release_port(self._address, port)

    def close(self) -> None:
        """Send people away, and go on no more."""
        self._console.close()
        self._log.close()
        with self._lock:
            port, self._port = self._port, None
        if port is not None:
            serial.release_port(self._address, port)
