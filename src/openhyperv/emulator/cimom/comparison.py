"""Comparing property values with literals as WMI does ([MS-WMI] 2.2.1; Microsoft, "WQL Operators").

Strings without case, numbers and booleans also when they are quoted, datetimes by their DMTF text,
references by the object that they name.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from openhyperv.errors import InvalidInputError
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.scalars import from_dmtf
from openhyperv.wire.types import INTEGER_BOUNDS, CimType, Value
from openhyperv.wire.wql import Literal, Operator

Comparable = str | bool | int | float | datetime | timedelta | ObjectPath
"""A value ready to be compared: strings are in lower case."""

_TESTS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.GREATER: operator.gt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER_OR_EQUAL: operator.ge,
}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_KINDS: tuple[tuple[type, CimType], ...] = (
    (bool, CimType.BOOLEAN),
    (int, CimType.SINT64),
    (float, CimType.REAL64),
    (str, CimType.STRING),
    (datetime, CimType.DATETIME),
    (timedelta, CimType.DATETIME),
    (ObjectPath, CimType.REFERENCE),
)


def coerced(literal: Literal, kind: CimType, namespace: str) -> Comparable:
    """The literal as a value of a property's type; ``namespace`` is where a relative path lies.

    :raises InvalidInputError: the literal has no meaning in that type
    """
    if kind in INTEGER_BOUNDS or kind in (CimType.REAL32, CimType.REAL64):
        return _number(literal)
    match kind:
        case CimType.STRING | CimType.CHAR16:
            return str(literal).lower()
        case CimType.BOOLEAN:
            return _boolean(literal)
        case CimType.DATETIME:
            return from_dmtf(str(literal))
        case CimType.REFERENCE:
            return parse_path(str(literal), default_namespace=namespace)
    raise InvalidInputError(f"A property of type {kind} cannot be compared with a literal.")


def _number(literal: Literal) -> int | float:
    if not isinstance(literal, str):
        return literal
    try:
        return float(literal) if "." in literal else int(literal)
    except ValueError:
        raise InvalidInputError(f"{literal[:80]!r} is not a number.") from None


def _boolean(literal: Literal) -> bool:
    value = _BOOLEANS.get(str(literal).lower())
    if value is None:
        raise InvalidInputError(f"{str(literal)[:80]!r} is neither TRUE nor FALSE.")
    return value


def kind_of(value: Value) -> CimType | None:
    """The type of a value whose declaration is not at hand, None for what cannot be compared."""
    return next((kind for python_type, kind in _KINDS if isinstance(value, python_type)), None)


def comparable(value: Value) -> Comparable | None:
    """A value ready to be compared; NULL, arrays and embedded objects are None."""
    if isinstance(value, str):
        return value.lower()
    return None if isinstance(value, Instance | list | tuple) else value  # type: ignore[return-value]


def compare(left: Comparable | None, how: Operator, right: Comparable | None) -> bool:
    """Whether two values compare so. NULL equals only NULL; unlike values are unequal and in no order."""
    # UNVERIFIED: a NULL property is <> every literal in WMI, as it is here
    if left is None or right is None:
        return how is Operator.EQUAL if left is right else how is Operator.NOT_EQUAL
    try:
        return _TESTS[how](left, right)
    except TypeError:
        return how is Operator.NOT_EQUAL
