"""What a WQL WHERE clause says, as values that write themselves ([MS-WMI] 2.2.1)."""

from __future__ import annotations

import math
import re
from enum import StrEnum
from typing import Any, TypeAlias

from attrs import Attribute, field, frozen

from openhyperv.errors import InvalidInputError

Literal: TypeAlias = "str | int | float | bool"

RESERVED = frozenset(
    ("select", "from", "where", "and", "or", "not", "like", "isa", "is", "null", "true", "false", "within")
)
"""Words that cannot be names where WQL's grammar expects them itself."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_identifier(name: str) -> bool:
    """True for what can name a class or a property."""
    return _IDENTIFIER.fullmatch(name) is not None


def check_name(_owner: object, attribute: Attribute[Any], name: str | None) -> None:
    """An attrs validator: a name, or None."""
    if name is not None and (not is_identifier(name) or name.lower() in RESERVED):
        raise InvalidInputError(f"The {attribute.name} of a WQL query is not a name.", target=name)


def check_dotted(owner: object, attribute: Attribute[Any], name: str) -> None:
    """An attrs validator: names joined by dots."""
    for part in name.split("."):
        check_name(owner, attribute, part)


def _check_literal(_owner: object, _attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, str | int | float | Property):
        kind = type(value).__name__
        raise InvalidInputError(f"WQL has no text for a value of type {kind}.", target=str(value))
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInputError("WQL has no text for an infinite number or NaN.", target=str(value))


class Operator(StrEnum):
    """How a property is compared with a value."""

    EQUAL = "="
    NOT_EQUAL = "<>"
    LESS = "<"
    GREATER = ">"
    LESS_OR_EQUAL = "<="
    GREATER_OR_EQUAL = ">="


@frozen
class Property:
    """A property's name; dots lead into embedded objects: ``TargetInstance.EnabledState``."""

    name: str = field(validator=check_dotted)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names from the outside in."""
        return tuple(self.name.split("."))


class Condition:
    """What a WHERE clause says; ``&``, ``|`` and ``~`` combine conditions."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """The condition in WQL, every string quoted."""
        raise NotImplementedError

    @property
    def grouped_text(self) -> str:
        """The same, in parentheses where a neighbour could take a part of it."""
        return self.text

    def __and__(self, other: Condition) -> And:
        mine = self.operands if isinstance(self, And) else (self,)
        return And((*mine, other))

    def __or__(self, other: Condition) -> Or:
        mine = self.operands if isinstance(self, Or) else (self,)
        return Or((*mine, other))

    def __invert__(self) -> Not:
        return Not(self)


def _value_text(value: Literal | Property) -> str:
    if isinstance(value, Property):
        return value.name
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return repr(value)


@frozen
class Comparison(Condition):
    """A property against a literal or another property."""

    property_: Property
    operator: Operator
    value: Literal | Property = field(validator=_check_literal)

    @property
    def text(self) -> str:
        """``Name = 'value'``"""
        return f"{self.property_.name} {self.operator} {_value_text(self.value)}"


@frozen
class Like(Condition):
    """A string against a pattern, see :func:`openhyperv.wire.wql_like.like`."""

    property_: Property
    pattern: str

    @property
    def text(self) -> str:
        """``Name LIKE 'pattern'``"""
        return f"{self.property_.name} LIKE {_value_text(self.pattern)}"


@frozen
class Isa(Condition):
    """An embedded object is of a class or below it."""

    property_: Property
    class_name: str = field(validator=check_name)

    @property
    def text(self) -> str:
        """``TargetInstance ISA 'Class'``"""
        return f"{self.property_.name} ISA {_value_text(self.class_name)}"


@frozen
class IsNull(Condition):
    """A property has no value."""

    property_: Property

    @property
    def text(self) -> str:
        """``Name IS NULL``"""
        return f"{self.property_.name} IS NULL"


@frozen
class Not(Condition):
    """The condition does not hold."""

    operand: Condition

    @property
    def text(self) -> str:
        """``NOT condition``, or ``Name IS NOT NULL``"""
        if isinstance(self.operand, IsNull):
            return f"{self.operand.property_.name} IS NOT NULL"
        return f"NOT {self.operand.grouped_text}"


def _check_operands(_owner: object, _attribute: Attribute[Any], operands: tuple[Condition, ...]) -> None:
    if len(operands) < 2:
        raise InvalidInputError("AND and OR join at least two conditions.")


@frozen
class And(Condition):
    """All of two or more conditions hold."""

    operands: tuple[Condition, ...] = field(validator=_check_operands)

    @property
    def text(self) -> str:
        """``a AND b AND c``"""
        return " AND ".join(operand.grouped_text for operand in self.operands)

    @property
    def grouped_text(self) -> str:
        """``(a AND b AND c)``"""
        return f"({self.text})"


@frozen
class Or(Condition):
    """At least one of two or more conditions holds."""

    operands: tuple[Condition, ...] = field(validator=_check_operands)

    @property
    def text(self) -> str:
        """``a OR b OR c``"""
        return " OR ".join(operand.grouped_text for operand in self.operands)

    @property
    def grouped_text(self) -> str:
        """``(a OR b OR c)``"""
        return f"({self.text})"


def compare(name: str, operator: Operator, value: Literal) -> Comparison:
    """A property against a literal."""
    return Comparison(Property(name), operator, value)


def equal(name: str, value: Literal) -> Comparison:
    """``name = value``"""
    return compare(name, Operator.EQUAL, value)


def not_equal(name: str, value: Literal) -> Comparison:
    """``name <> value``"""
    return compare(name, Operator.NOT_EQUAL, value)


def target_is(class_name: str) -> Isa:
    """In an event query: the object concerned is of this class."""
    return Isa(Property("TargetInstance"), class_name)


def changed(name: str) -> Comparison:
    """In an event query: the property differs between ``PreviousInstance`` and ``TargetInstance``."""
    before, now = Property(f"PreviousInstance.{name}"), Property(f"TargetInstance.{name}")
    return Comparison(now, Operator.NOT_EQUAL, before)
