"""A machine's serial ports: named pipes of the host, reached over SMB."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.pipe import PIPE_PREFIX, Pipe
from openhyperv.hyperv.names import (
    RESOURCE_SETTINGS,
    SERIAL_CONTROLLER,
    SERIAL_PORT_SETTINGS,
    resource_id,
    setting,
)
from openhyperv.hyperv.values import texts


def _pipe_of(session: Session, guid: str, port: int) -> str:
    """The pipe that a serial port is connected to, as Hyper-V writes it.

    :raises ConflictError: the port is not connected to a pipe on the host itself
    """
    identifier = resource_id(guid, f"{SERIAL_CONTROLLER}\\{port - 1}")
    settings = session.find(setting(SERIAL_PORT_SETTINGS, identifier))
    if settings is None:  # before Windows Server 2016 ports have no class of their own
        settings = session.get(setting(RESOURCE_SETTINGS, identifier))
    connection = next(iter(texts(settings, "Connection")), "")
    if not connection.lower().startswith(PIPE_PREFIX):
        raise ConflictError(
            f"COM{port} is connected to {connection or 'nothing'}.",
            host=session.host,
            target=guid,
            operation="open the console",
            remedy="Create the machine with a pipe on that port.",
        )
    return connection


def open_console(session: Session, files: HostFiles, guid: str, port: int = 1) -> Pipe:
    """Open a machine's serial port. The pipe exists while the machine runs, and takes one client at a time.

    :raises NotFoundError: the machine is not running
    """
    return files.open_pipe(_pipe_of(session, guid, port))
