"""WQL queries as values, and their text ([MS-WMI] 2.2.1, Microsoft "WQL (SQL for WMI)").

A query is only ever written from these values, so that a name or a string from outside cannot change what
is asked: names are refused unless they are identifiers, strings are quoted by :func:`render`.

    select("Msvm_ComputerSystem").where(equal("Name", guid) & not_equal("EnabledState", 3))
"""

from __future__ import annotations

import math
import re
from typing import Any, TypeAlias

from attrs import Attribute, evolve, field, frozen

from openhyperv.errors import InvalidInputError
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql_conditions import (
    And,
    Comparison,
    Condition,
    Isa,
    IsNull,
    Like,
    Literal,
    Not,
    Operator,
    Or,
    Property,
    changed,
    check_dotted,
    check_name,
    compare,
    equal,
    is_identifier,
    not_equal,
    target_is,
)

__all__ = [
    "And",
    "AssociatorsOf",
    "Comparison",
    "Condition",
    "IsNull",
    "Isa",
    "Like",
    "Literal",
    "Not",
    "Operator",
    "Or",
    "Property",
    "Query",
    "ReferencesOf",
    "Select",
    "changed",
    "compare",
    "equal",
    "not_equal",
    "render",
    "select",
    "target_is",
]


def _check_columns(owner: object, attribute: Attribute[Any], names: tuple[str, ...]) -> None:
    for name in names:
        check_dotted(owner, attribute, name)


def _check_interval(_owner: object, _attribute: Attribute[Any], seconds: float | None) -> None:
    if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
        raise InvalidInputError("WITHIN takes a positive number of seconds.", target=str(seconds))


@frozen
class Select:
    """``SELECT ... FROM``; no columns means all. ``within_s`` makes it a polled event query."""

    class_name: str = field(validator=check_name)
    columns: tuple[str, ...] = field(default=(), validator=_check_columns)
    condition: Condition | None = None
    within_s: float | None = field(default=None, validator=_check_interval)

    def where(self, condition: Condition) -> Select:
        """The same query with one more condition, which must hold too."""
        return evolve(self, condition=condition if self.condition is None else self.condition & condition)

    def within(self, seconds: float) -> Select:
        """The same query as an event query that the host evaluates every so many seconds."""
        return evolve(self, within_s=seconds)


@frozen
class AssociatorsOf:
    """The objects at the other ends of an object's associations.

    ``path`` is relative to the namespace in which the query is run unless it names a server.
    """

    path: ObjectPath
    association_class: str | None = field(default=None, validator=check_name)
    result_class: str | None = field(default=None, validator=check_name)
    role: str | None = field(default=None, validator=check_name)
    result_role: str | None = field(default=None, validator=check_name)
    required_qualifier: str | None = field(default=None, validator=check_name)
    class_defs_only: bool = False
    keys_only: bool = False


@frozen
class ReferencesOf:
    """The association instances that refer to an object; ``path`` as in :class:`AssociatorsOf`."""

    path: ObjectPath
    result_class: str | None = field(default=None, validator=check_name)
    role: str | None = field(default=None, validator=check_name)
    required_qualifier: str | None = field(default=None, validator=check_name)
    class_defs_only: bool = False
    keys_only: bool = False


Query: TypeAlias = "Select | AssociatorsOf | ReferencesOf"


def select(class_name: str, *columns: str) -> Select:
    """``SELECT columns FROM class_name``; all properties if none is named."""
    return Select(class_name, columns)


def render(query: Query) -> str:
    """The query's text.

    :raises InvalidInputError: an object path has a class, key, namespace or server that is no name
    """
    if isinstance(query, Select):
        return _select_text(query)
    kind = "ASSOCIATORS" if isinstance(query, AssociatorsOf) else "REFERENCES"
    options = [*_class_options(query), *_flag_options(query)]
    where = f" WHERE {' '.join(options)}" if options else ""
    return f"{kind} OF {{{_path_text(query.path)}}}{where}"


def _select_text(query: Select) -> str:
    words = ["SELECT", ", ".join(query.columns) or "*", "FROM", query.class_name]
    if query.within_s is not None:
        words += ["WITHIN", repr(query.within_s)]
    if query.condition is not None:
        words += ["WHERE", query.condition.text]
    return " ".join(words)


def _path_text(path: ObjectPath) -> str:
    names = [path.class_name, *path.keys, *path.namespace.split("/")]
    if not all(is_identifier(name) for name in names) or not re.fullmatch(r"[\w.-]+", path.server or "."):
        raise InvalidInputError("The object path of a WQL query is not well-formed.", target=str(path))
    return str(path)


def _class_options(query: AssociatorsOf | ReferencesOf) -> list[str]:
    named = {"ResultClass": query.result_class, "Role": query.role}
    if isinstance(query, AssociatorsOf):
        named |= {"AssocClass": query.association_class, "ResultRole": query.result_role}
    named["RequiredQualifier"] = query.required_qualifier
    return [f"{word} = {name}" for word, name in named.items() if name is not None]


def _flag_options(query: AssociatorsOf | ReferencesOf) -> list[str]:
    flags = {"ClassDefsOnly": query.class_defs_only, "KeysOnly": query.keys_only}
    return [word for word, is_set in flags.items() if is_set]
