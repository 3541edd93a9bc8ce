"""The pipes of a machine's console: which one is kept in a log, and which one people type on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.files.smb.pipe import PIPE_PREFIX
from openhyperv.hyperv.names import SERIAL_CONTROLLER, owner_of, resource_id
from openhyperv.hyperv.security.settings import list_hidden
from openhyperv.hyperv.serial.opening import READ_ONLY, check_open, not_connected
from openhyperv.hyperv.values import text, texts
from openhyperv.machine.limits import SERIAL_PORTS
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import Condition, equal, select

_PORTS = "CIM_ResourceAllocationSettingData"
"""What settings of serial ports are on all hosts; a class of their own came with Windows Server 2016."""
_COLUMNS = ("InstanceID", "Connection")
_SUB_TYPE = "Microsoft:Hyper-V:Serial Port"


@frozen
class ConsolePipes:
    """``log`` is the pipe that only writes, or else the first; ``interactive`` the first that takes keys."""

    log: str
    interactive: str | None

    @classmethod
    def among(cls, pipes: Sequence[str]) -> ConsolePipes | None:
        """Of the pipes of COM1 and COM2 in this order; None if there are none."""
        read_only = [pipe for pipe in pipes if pipe.endswith(READ_ONLY)]
        others = [pipe for pipe in pipes if pipe not in read_only]
        if not pipes:
            return None
        return cls((read_only or others)[0], others[0] if others else None)


def pipes_of_spec(spec: MachineSpec) -> ConsolePipes | None:
    """Those of a machine that is to be made; None if it has no console."""
    if spec.security is not None:
        return None
    return ConsolePipes.among([port.pipe for port in spec.serial_ports if port.pipe is not None])


def find_console_pipes(session: Session, guid: str) -> ConsolePipes:
    """Those of one machine, in two requests.

    :raises AccessDeniedError: the machine is shielded or encrypted, so that it has no console
    :raises ConflictError: no port of it has a pipe
    :raises NotFoundError: there is no such machine
    """
    check_open(session, guid)
    ids = [resource_id(guid, f"{SERIAL_CONTROLLER}\\{number}") for number in range(SERIAL_PORTS)]
    found = _read(session, equal("InstanceID", ids[0]) | equal("InstanceID", ids[1])).get(guid.upper())
    if found is None:
        raise not_connected(session, guid, "No serial port has a pipe.")
    return found


def list_console_pipes(session: Session) -> Mapping[str, ConsolePipes]:
    """Those of all machines that have a console, by GUID; in two requests, however many they are."""
    hidden = list_hidden(session)
    found = _read(session, equal("ResourceSubType", _SUB_TYPE))
    return {guid: pipes for guid, pipes in found.items() if guid not in hidden}


def _read(session: Session, condition: Condition) -> dict[str, ConsolePipes]:
    rows = sorted(session.query(select(_PORTS, *_COLUMNS).where(condition)), key=_instance_id)
    found = {guid: ConsolePipes.among(list(_pipes(ports))) for guid, ports in groupby(rows, _owner)}
    return {guid: pipes for guid, pipes in found.items() if pipes is not None}


def _instance_id(row: Instance) -> str:
    return text(row, "InstanceID").upper()


def _owner(row: Instance) -> str:
    return owner_of(text(row, "InstanceID")).upper()


def _pipes(ports: Iterable[Instance]) -> Iterator[str]:
    for port in ports:
        yield from (pipe for pipe in texts(port, "Connection") if pipe.lower().startswith(PIPE_PREFIX))
