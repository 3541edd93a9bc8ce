"""Reading properties of instances as the types that the schema promises, with a default for NULL."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import TypeVar

from openhyperv.errors import ProtocolError
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import Output
from openhyperv.wire.types import Value

E = TypeVar("E", bound=IntEnum)


def text(instance: Instance, name: str) -> str:
    """A string; ``""`` for NULL."""
    value = instance.get(name)
    return value if isinstance(value, str) else ""


def number(instance: Instance, name: str) -> int:
    """An integer; 0 for NULL."""
    value = instance.get(name)
    return value if isinstance(value, int) else 0


def member(kind: type[E], instance: Instance, name: str) -> E:
    """One of the values that a number may have; that of 0 for NULL.

    :raises ProtocolError: it is none of them
    """
    try:
        return kind(number(instance, name))
    except ValueError as error:
        found = f"{name} of {instance.class_name} is {number(instance, name)}, which has no meaning."
        raise ProtocolError(found) from error


def moment(instance: Instance, name: str) -> datetime | None:
    """A point in time."""
    value = instance.get(name)
    return value if isinstance(value, datetime) else None


def texts(instance: Instance, name: str) -> tuple[str, ...]:
    """An array of strings; empty for NULL."""
    return tuple(str(entry) for entry in entries(instance.get(name)) if entry is not None)


def entries(value: Value) -> tuple[Value, ...]:
    """The entries of an array value; none for NULL."""
    return tuple(value) if isinstance(value, list | tuple) else ()


def octets(value: Value) -> bytes:
    """An array of bytes; empty for NULL."""
    return bytes(each for each in entries(value) if isinstance(each, int))


def returned_instance(output: Output, name: str) -> Instance:
    """The object in an output parameter.

    :raises ProtocolError: the method answered without one
    """
    value = output[name]
    if not isinstance(value, Instance):
        raise ProtocolError(f"The host's answer lacks {name}.")
    return value
