"""COM1 and COM2 of a machine."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class SerialMode(StrEnum):
    """What the port is for."""

    READ_WRITE = "read-write"
    READ_ONLY = "read-only"
    UNUSED = "unused"


@frozen
class SerialPort:
    """COM1 or COM2; ``pipe`` is its named pipe as Hyper-V writes it, None where the port is unused."""

    number: int
    mode: SerialMode
    pipe: str | None
