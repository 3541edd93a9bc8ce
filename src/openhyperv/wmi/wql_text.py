r"""Queries as callers write them: backslashes that are not escaped, and columns without keys.

PyMI doubles every backslash of a query's text, so its callers leave them single. Older modules did not, and
their callers escaped them. Both kinds of text work here:

- a text that is WQL as it stands, each backslash before another or before a quote, means what it says;
- otherwise each quoted string is judged by itself: one with a backslash that escapes nothing has all of its
  backslashes doubled, as in ``'\\.\PHYSICALDRIVE0'`` or ``'C:\'``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import reduce

from attrs import evolve, frozen

from openhyperv.errors import InvalidInputError
from openhyperv.wire.scalars import scalar_from_text
from openhyperv.wire.types import INTEGER_BOUNDS, CimType, ClassDecl, ClassLookup
from openhyperv.wire.wql import Condition, IsNull, Literal, Property, Query, Select, equal, render, select
from openhyperv.wire.wql_parser import parse_wql
from openhyperv.wire.wql_tokens import WqlSyntaxError

_LITERAL = re.compile(r"""'[^']*'|"[^"]*\"""")
_ESCAPE = re.compile(r"""\\[\\'"]""")
_TYPED_LITERALS = frozenset((*INTEGER_BOUNDS, CimType.BOOLEAN))


@frozen
class Selection:
    """A query's text, and which properties it selects, in lower case; None means all."""

    text: str
    columns: frozenset[str] | None = None


def read_query(text: str, namespace: str, lookup: ClassLookup) -> Selection:
    """The query that a caller's text stands for; with columns, the class's keys are among them."""
    text = prepare(text, namespace)
    query = _parsed(text, namespace)
    if not isinstance(query, Select) or not query.columns:
        return Selection(text)
    decl = lookup.find(namespace, query.class_name)
    return Selection(text, _lowered(query.columns)) if decl is None else _keyed(query, decl)


def class_query(decl: ClassDecl, columns: Iterable[str], where: Mapping[str, object]) -> Selection:
    """The query of a class call: the columns and keys of the objects whose properties have those values.

    :raises InvalidInputError: a column or property is not a name
    """
    query = reduce(Select.where, conditions(decl, where), select(decl.name, *columns))
    return _keyed(query, decl) if query.columns else Selection(render(query))


def _keyed(query: Select, decl: ClassDecl) -> Selection:
    """The query with the keys among its columns: without them nothing can be done with what it finds."""
    known = {column.lower() for column in query.columns}
    columns = (*query.columns, *(key for key in decl.keys if key.lower() not in known))
    return Selection(render(evolve(query, columns=columns)), _lowered(columns))


def _lowered(columns: Iterable[str]) -> frozenset[str]:
    return frozenset(column.lower() for column in columns)


def conditions(decl: ClassDecl, where: Mapping[str, object]) -> list[Condition]:
    """Properties and the values they shall have, each literal as the property is declared."""
    return [_condition(decl, name, value) for name, value in where.items()]


def _condition(decl: ClassDecl, name: str, value: object) -> Condition:
    return IsNull(Property(name)) if value is None else equal(name, _literal(decl, name, value))


def _literal(decl: ClassDecl, name: str, value: object) -> Literal:
    """The value as its property's type, or as the text it is: then the host judges whether it fits."""
    prop, text = decl.property(name), str(value)
    if prop is None or prop.type not in _TYPED_LITERALS:
        return text
    try:
        return scalar_from_text(text, prop.type)  # type: ignore[return-value]  # an integer or a boolean
    except InvalidInputError:
        return text


# --- backslashes -----------------------------------------------------------------------------------------


def prepare(text: str, namespace: str) -> str:
    """The text with its backslashes as WQL wants them."""
    if "\\" not in text or (not _has_strays(text) and _parsed(text, namespace) is not None):
        return text
    return _escape_literals(text)


def escape_strays(text: str) -> str:
    """An object path with its backslashes escaped, where one of them escapes nothing."""
    return _escape_literals(text) if _has_strays(text) else text


def _has_strays(text: str) -> bool:
    return "\\" in _ESCAPE.sub("", text)


def _escape_literals(text: str) -> str:
    """The text with the backslashes doubled in each quoted string that was not escaped yet."""
    return _LITERAL.sub(_escaped, text)


def _escaped(literal: re.Match[str]) -> str:
    quote, body = literal[0][0], literal[0][1:-1]
    if "\\" in body.replace("\\\\", ""):
        body = body.replace("\\", "\\\\")
    return f"{quote}{body}{quote}"


def _parsed(text: str, namespace: str) -> Query | None:
    try:
        return parse_wql(text, namespace=namespace)
    except WqlSyntaxError:
        return None
