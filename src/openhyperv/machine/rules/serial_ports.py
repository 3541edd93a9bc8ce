"""What COM1 and COM2 are for."""

from __future__ import annotations

from uuid import UUID

from openhyperv.machine.limits import SERIAL_PORTS
from openhyperv.machine.properties import ImageProperties
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.security import Security
from openhyperv.machine.serial import SerialMode, SerialPort
from openhyperv.machine.violations import Rule, one_of

INTERACTIVE = "interactive_serial_port"
LOGGING = "logging_serial_port"

NUMBERS = tuple(str(number) for number in range(1, SERIAL_PORTS + 1))
_SUFFIXES = {SerialMode.READ_WRITE: "rw", SerialMode.READ_ONLY: "ro"}


def serial_ports_of(
    image: ImageProperties, identity: UUID, security: Security | None, remarks: Remarks
) -> tuple[SerialPort, ...]:
    """Both ports: one always reads and writes, by default port 1; the logging port, by default 1, only reads.

    A port that is asked for both ways reads and writes (usage guide, "Serial port configuration"). A shielded
    machine has none: they would show its host what happens inside.

    :raises BrokenRuleError: a port number other than 1 and 2
    """
    interactive = _number(image, INTERACTIVE)
    logging = _number(image, LOGGING)
    if security is not None and security.shielded:
        remarks.add("The serial ports are not connected: a shielded machine has no console.")
        return tuple(_port(number, SerialMode.UNUSED, identity) for number in range(1, SERIAL_PORTS + 1))
    return tuple(
        _port(number, _mode(number, interactive, logging), identity) for number in range(1, SERIAL_PORTS + 1)
    )


def _number(image: ImageProperties, name: str) -> int:
    value = image.get(name)
    return 1 if value is None else int(one_of(Rule.SERIAL_PORT, name, value, NUMBERS))


def _mode(number: int, interactive: int, logging: int) -> SerialMode:
    if number == interactive:
        return SerialMode.READ_WRITE
    return SerialMode.READ_ONLY if number == logging else SerialMode.UNUSED


def _port(number: int, mode: SerialMode, identity: UUID) -> SerialPort:
    suffix = _SUFFIXES.get(mode)
    pipe = None if suffix is None else rf"\\.\pipe\{identity}_{suffix}"
    return SerialPort(number, mode, pipe)
