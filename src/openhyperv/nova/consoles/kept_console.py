"""One instance's console while it is kept: its log, and its port for nova-serialproxy once somebody asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

import nova.conf
from nova.console import serial
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.files.share import HostFiles
from openhyperv.hyperv.serial.console_pipes import ConsolePipes
from openhyperv.hyperv.serial.machine_console import MachineConsole
from openhyperv.nova.consoles.instance_log import InstanceLog

CONF = nova.conf.CONF
LOG = log.getLogger(__name__)


class KeptConsole:
    """Begins at once, and ends when the machine has been off for a while, or by :meth:`close`."""

    def __init__(
        self, files: HostFiles, pipes: ConsolePipes, folder: Path, on_end: Callable[[KeptConsole], None]
    ) -> None:
        """The log is kept in a folder that is named for the instance."""
        self._uuid = folder.name
        self._lock = Lock()
        self._address = str(CONF.serial_console.proxyclient_address)
        self._port: int | None = None
        self._log = InstanceLog(folder)
        self._on_end = on_end
        self._console = MachineConsole(files, pipes, self._log, on_trouble=self._tell, on_end=self._end)
        self._console.begin()

    def _tell(self, error: HyperVError) -> None:
        LOG.warning("The console cannot be read for now: %s", error, instance_uuid=self._uuid)

    def _end(self) -> None:
        if self._console.error is not None:
            LOG.error("The console cannot be read: %s", self._console.error, instance_uuid=self._uuid)
        self._on_end(self)

    def expect(self) -> None:
        """The machine is about to start: its first words shall not be missed."""
        self._console.expect()

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
                taken.append(int(serial.acquire_port(self._address)))
                with suppress(OSError):
                    self._console.offer(self._address, taken[-1])
                    return taken.pop()
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
