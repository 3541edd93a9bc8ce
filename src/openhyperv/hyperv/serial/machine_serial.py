"""The serial ports of one machine: opening them, and reading them for many."""

from __future__ import annotations

from pathlib import Path

from openhyperv.cim.session import Session
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.pipe import Pipe
from openhyperv.hyperv.serial.opening import find_logging_port, find_pipe
from openhyperv.hyperv.serial.reader import PortReader
from openhyperv.hyperv.serial.sharing import SharedPort, meeting_point
from openhyperv.hyperv.serial.source import Source


class MachineSerial:
    """COM1 and COM2, as far as they are connected to pipes.

    Every call raises, besides what it names:

    :raises AccessDeniedError: the machine is shielded or encrypted, so that it has no console
    :raises ConflictError: the port is not connected to a pipe
    :raises NotFoundError: there is no such machine
    :raises InvalidInputError: machines have no such port
    """

    def __init__(self, session: Session, files: HostFiles, guid: str) -> None:
        self._session = session
        self._files = files
        self._guid = guid

    def open(self, port: int = 1) -> Pipe:
        """Open a port, which takes one client at a time.

        :raises NotFoundError: the machine is not running
        :raises ConflictError: somebody else has the port open
        """
        return self._files.open_pipe(find_pipe(self._session, self._guid, port))

    def logging_port(self) -> int:
        """The port that only writes, or else the first that is connected: what is written there is for logs.

        :raises ConflictError: none is connected
        """
        return find_logging_port(self._session, self._guid)

    def reader(self, port: int = 1, *, reconnects: bool = True, shared_in: Path | None = None) -> PortReader:
        """Somebody to read a port for any number of listeners; start it, and close it at the end.

        With ``reconnects`` it goes on reading after the machine or its host has restarted. Programs that name
        the same folder, ``shared_in``, share the port.
        """
        pipe = find_pipe(self._session, self._guid, port)

        def open_pipe() -> Source:
            return self._files.open_pipe(pipe)

        if shared_in is None:
            return PortReader(open_pipe, reconnects=reconnects)
        settings = self._files.settings
        point = meeting_point(shared_in, settings.server, str(settings.port), pipe)
        return PortReader(SharedPort(open_pipe, point).open, reconnects=reconnects)
