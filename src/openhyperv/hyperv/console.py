"""A machine's serial ports: named pipes of the host, reached over SMB."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.files.smb.pipe import Pipe
from openhyperv.files.smb.settings import ShareSettings
from openhyperv.hyperv.names import (
    RESOURCE_SETTINGS,
    SERIAL_CONTROLLER,
    SERIAL_PORT_SETTINGS,
    resource_id,
    setting,
)
from openhyperv.hyperv.values import texts

_PIPE_PREFIX = "\\\\.\\pipe\\"


def pipe_name(session: Session, guid: str, port: int) -> str:
    """The name of the pipe that a serial port is connected to, without its prefix.

    :raises ConflictError: the port is not connected to a pipe on the host itself
    """
    identifier = resource_id(guid, f"{SERIAL_CONTROLLER}\\{port - 1}")
    settings = session.find(setting(SERIAL_PORT_SETTINGS, identifier))
    if settings is None:  # before Windows Server 2016 ports have no class of their own
        settings = session.get(setting(RESOURCE_SETTINGS, identifier))
    connection = next(iter(texts(settings, "Connection")), "")
    if not connection.lower().startswith(_PIPE_PREFIX):
        raise ConflictError(
            f"COM{port} is connected to {connection or 'nothing'}.",
            host=session.host,
            target=guid,
            operation="open the console",
            remedy="Create the machine with a pipe on that port.",
        )
    return connection[len(_PIPE_PREFIX) :]


def open_console(session: Session, share: ShareSettings, guid: str, port: int = 1) -> Pipe:
    """Open a machine's serial port. The pipe exists while the machine runs, and takes one client at a time.

    :raises NotFoundError: the machine is not running
    """
    return Pipe(share, pipe_name(session, guid, port))
