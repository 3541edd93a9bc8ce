"""Which pipe a serial port is, and whether its host may read it."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import AccessDeniedError, ConflictError, InvalidInputError
from openhyperv.files.smb.pipe import PIPE_PREFIX
from openhyperv.hyperv.names import (
    RESOURCE_SETTINGS,
    SERIAL_CONTROLLER,
    SERIAL_PORT_SETTINGS,
    resource_id,
    setting,
)
from openhyperv.hyperv.security.settings import SecurityService
from openhyperv.hyperv.values import texts
from openhyperv.machine.limits import SERIAL_PORTS

_OPERATION = "open the console"
READ_ONLY = "_ro"
"""How this library, and OpenStack's driver before it, ends the name of a pipe that is for reading only."""


def find_pipe(session: Session, guid: str, port: int) -> str:
    """The pipe that a serial port is connected to, as Hyper-V writes it; in two requests.

    :raises AccessDeniedError: the machine is shielded or encrypted
    :raises ConflictError: the port is not connected to a pipe on the host itself
    :raises NotFoundError: there is no such machine
    :raises InvalidInputError: machines have no such port; nothing was sent
    """
    if port not in range(1, SERIAL_PORTS + 1):
        raise InvalidInputError(f"A machine has the serial ports 1 and 2, no {port}.", target=guid)
    check_open(session, guid)
    connection = _connection(session, guid, port)
    if connection.lower().startswith(PIPE_PREFIX):
        return connection
    raise not_connected(session, guid, f"COM{port} is connected to {connection or 'nothing'}.")


def find_logging_port(session: Session, guid: str) -> int:
    """The port with a pipe that is named for reading only, or else the first with a pipe.

    :raises ConflictError: none has
    """
    pipes = {port: _connection(session, guid, port) for port in range(1, SERIAL_PORTS + 1)}
    connected = [port for port, pipe in pipes.items() if pipe.lower().startswith(PIPE_PREFIX)]
    if not connected:
        raise not_connected(session, guid, "No serial port has a pipe.")
    return next((port for port in connected if pipes[port].endswith(READ_ONLY)), connected[0])


def not_connected(session: Session, guid: str, text: str) -> ConflictError:
    """The error for a port, or a machine, that has no pipe."""
    return ConflictError(
        text,
        host=session.host,
        target=guid,
        operation=_OPERATION,
        remedy="Create the machine with a pipe on that port.",
    )


def check_open(session: Session, guid: str) -> None:
    """What a protected guest writes is for nobody on its host, so that no console of it is opened or kept.

    :raises AccessDeniedError: the machine is shielded or encrypted
    """
    security = SecurityService(session, guid).find()
    if security is not None and security.hides_from_host:
        raise AccessDeniedError(
            f"The machine is {'shielded' if security.is_shielded else 'encrypted'}: it has no console.",
            host=session.host,
            target=guid,
            operation=_OPERATION,
            remedy="Reach the guest over its network.",
        )


def _connection(session: Session, guid: str, port: int) -> str:
    identifier = resource_id(guid, f"{SERIAL_CONTROLLER}\\{port - 1}")
    settings = session.find(setting(SERIAL_PORT_SETTINGS, identifier))
    if settings is None:  # before Windows Server 2016 ports have no class of their own
        settings = session.get(setting(RESOURCE_SETTINGS, identifier))
    return next(iter(texts(settings, "Connection")), "")
