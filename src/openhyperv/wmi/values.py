"""Values both ways: CIM's as old code reads them, and what it writes as CIM wants it.

Read: integers, char16 too, are ``int``; datetimes are naive, in the time that the host gave; arrays are
tuples.
Written: as PyMI takes it; a datetime cannot be written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

from openhyperv.errors import InvalidInputError
from openhyperv.wire.fault import WbemCode
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.scalars import scalar_from_text
from openhyperv.wire.types import INTEGER_BOUNDS, CimType, ParameterDecl, PropertyDecl, Scalar, Value
from openhyperv.wmi.failures import failure, x_wmi

Object = TypeVar("Object")
Declared: TypeAlias = "PropertyDecl | ParameterDecl"

_TRUE_TEXTS = ("true", "yes", "1")


@runtime_checkable
class Wrapper(Protocol):
    """An object of this module around a CIM instance."""

    def get_wrapped_object(self) -> Instance:
        """The instance itself."""
        ...


# --- reading ---------------------------------------------------------------------------------------------


def read_value(
    value: Value,
    kind: CimType | None,
    wrap: Callable[[Instance], Object],
    follow: Callable[[ObjectPath], Object | str],
) -> object:
    """A CIM value as old code expects it; ``wrap`` is for embedded objects, ``follow`` for references."""

    def single(entry: Scalar | None) -> object:
        if isinstance(entry, Instance):
            return wrap(entry)
        if isinstance(entry, ObjectPath):
            return follow(entry)
        if isinstance(entry, datetime):
            return entry.replace(tzinfo=None)
        return ord(entry) if kind is CimType.CHAR16 and isinstance(entry, str) and entry else entry

    return tuple(map(single, value)) if isinstance(value, list | tuple) else single(value)  # type: ignore[arg-type]


# --- writing ---------------------------------------------------------------------------------------------


def write_value(value: object, decl: Declared, namespace: str) -> Value:
    """A Python value as the CIM value of a property or parameter; None is NULL.

    ``namespace`` is where object paths without one lie.

    :raises x_wmi: the value does not fit the type
    :raises TypeError: a datetime was to be written, or a single value as an array
    """
    if value is None:
        return None
    if not decl.is_array:
        return _scalar(value, decl, namespace)
    if not isinstance(value, list | tuple | bytes | bytearray):
        raise TypeError(f"{decl.name} is an array: a list or tuple is needed, not {type(value).__name__}")
    return [None if entry is None else _scalar(entry, decl, namespace) for entry in value]


def _scalar(value: object, decl: Declared, namespace: str) -> Scalar:
    if isinstance(value, bool) and decl.type is not CimType.BOOLEAN:
        raise _mismatch(value, decl)
    if decl.type is CimType.REFERENCE:
        return _reference(value, decl, namespace)
    try:
        return _WRITERS[decl.type](value, decl)
    except (InvalidInputError, ValueError, OverflowError) as error:
        raise _mismatch(value, decl) from error


def _mismatch(value: object, decl: Declared) -> x_wmi:
    text = f"{decl.name} is a {decl.type}, which {value!r:.80} is not."
    return failure(WbemCode.TYPE_MISMATCH, text)


def _reference(value: object, decl: Declared, namespace: str) -> ObjectPath:
    if isinstance(value, Wrapper) and (path := value.get_wrapped_object().path) is not None:
        return path
    try:
        return parse_path(str(value), default_namespace=namespace)
    except InvalidInputError as error:
        raise _mismatch(value, decl) from error


def _boolean(value: object, _: Declared) -> bool:
    return value.strip().lower() in _TRUE_TEXTS if isinstance(value, str) else bool(value)


def _integer(value: object, decl: Declared) -> Scalar:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return scalar_from_text(text, decl.type)


def _real(value: object, decl: Declared) -> Scalar:
    return scalar_from_text(str(value), decl.type)


def _char16(value: object, _: Declared) -> str:
    return chr(value) if isinstance(value, int) else str(value)


def _datetime(value: object, decl: Declared) -> Scalar:
    raise TypeError(f"{decl.name} is a datetime, which cannot be written: {value!r}")


def _embedded(value: object, decl: Declared) -> Instance:
    if not isinstance(value, Wrapper):
        raise _mismatch(value, decl)
    return value.get_wrapped_object()


_WRITERS: dict[CimType, Callable[[object, Declared], Scalar]] = {
    CimType.BOOLEAN: _boolean,
    CimType.STRING: lambda value, _: str(value),
    CimType.CHAR16: _char16,
    CimType.REAL32: _real,
    CimType.REAL64: _real,
    CimType.DATETIME: _datetime,
    CimType.OBJECT: _embedded,
    **dict.fromkeys(INTEGER_BOUNDS, _integer),
}
