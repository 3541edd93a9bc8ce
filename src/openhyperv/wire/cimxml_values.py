"""The text of one value in CIM-XML (DSP0201 5.2.3): booleans in capitals, datetimes in DMTF form."""

from __future__ import annotations

from datetime import datetime, timedelta

from openhyperv.errors import InvalidInputError
from openhyperv.wire.scalars import ScalarText, from_dmtf, scalar_from_text, scalar_to_text, to_dmtf
from openhyperv.wire.types import INTEGER_BOUNDS, CimType, PropertyDecl, Scalar


class CimXmlError(InvalidInputError):
    """The text is no instance in CIM-XML, or not one that its class allows; ``target`` is the property."""


class CimXmlShapeError(CimXmlError):
    """A scalar stands where an array belongs, or the reverse."""


class CimXmlDatetimeError(CimXmlError):
    """A time that is not in DMTF's form (DSP0004 5.2.4)."""


_PYTHON_TYPES: dict[CimType, type | tuple[type, ...]] = {
    CimType.BOOLEAN: bool,
    CimType.STRING: str,
    CimType.CHAR16: str,
    CimType.DATETIME: (datetime, timedelta),
    CimType.REAL32: (int, float),
    CimType.REAL64: (int, float),
    **dict.fromkeys(INTEGER_BOUNDS, int),
}


def value_to_text(value: Scalar, prop: PropertyDecl) -> str:
    """The text of a simple value.

    :raises CimXmlError: the value does not fit the property's type, or XML cannot carry it
    """
    expected = _PYTHON_TYPES.get(prop.type, ())
    is_stray_bool = isinstance(value, bool) and prop.type is not CimType.BOOLEAN
    if not isinstance(value, expected) or is_stray_bool:
        raise CimXmlError(f"A {type(value).__name__} was given for a {prop.type}.", target=prop.name)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return _integer_text(value, prop)
    if prop.type is CimType.DATETIME:
        return to_dmtf(value)  # type: ignore[arg-type]
    try:
        return scalar_to_text(value)  # type: ignore[arg-type]
    except InvalidInputError as error:
        raise CimXmlError(error.message, target=prop.name) from error


def _integer_text(value: int, prop: PropertyDecl) -> str:
    low, high = INTEGER_BOUNDS.get(prop.type, (value, value))  # reals take any
    if not low <= value <= high:
        raise CimXmlError(f"{value} is no {prop.type}, which is {low} to {high}.", target=prop.name)
    return str(value)


def value_from_text(text: str, prop: PropertyDecl) -> ScalarText:
    """The value that a text stands for.

    :raises CimXmlError: the text does not fit the property's type
    """
    is_time = prop.type is CimType.DATETIME
    try:
        return from_dmtf(text.strip()) if is_time else scalar_from_text(text, prop.type)
    except InvalidInputError as error:
        kind = CimXmlDatetimeError if is_time else CimXmlError
        raise kind(error.message, target=prop.name) from error
