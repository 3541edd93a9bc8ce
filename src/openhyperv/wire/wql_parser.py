"""Reading WQL ([MS-WMI] 2.2.1, Microsoft "WQL (SQL for WMI)"): text to the values of :mod:`wire.wql`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from openhyperv.errors import InvalidInputError
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.wql import (
    And,
    AssociatorsOf,
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
    Query,
    ReferencesOf,
    Select,
)
from openhyperv.wire.wql_tokens import Kind, TokenStream, WqlSyntaxError

MAX_DEPTH = 64
"""How deep parentheses and negations may nest; a stranger's query must not exhaust the stack."""

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_OPERATORS = {operator.value: operator for operator in Operator} | {"!=": Operator.NOT_EQUAL}
_MIRRORED = {
    Operator.LESS: Operator.GREATER,
    Operator.GREATER: Operator.LESS,
    Operator.LESS_OR_EQUAL: Operator.GREATER_OR_EQUAL,
    Operator.GREATER_OR_EQUAL: Operator.LESS_OR_EQUAL,
}
_REFERENCES_OPTIONS = {
    "RESULTCLASS": "result_class",
    "ROLE": "role",
    "REQUIREDQUALIFIER": "required_qualifier",
}
_ASSOCIATORS_OPTIONS = {
    **_REFERENCES_OPTIONS,
    "ASSOCCLASS": "association_class",
    "RESULTROLE": "result_role",
}
_FLAG_OPTIONS = {"CLASSDEFSONLY": "class_defs_only", "KEYSONLY": "keys_only"}


def parse_wql(text: str, *, namespace: str = "root/virtualization/v2") -> Query:
    """The query that a text stands for; ``namespace`` is where its relative object paths lie.

    :raises WqlSyntaxError: for every text that is no query, and nothing else
    """
    try:
        return _Parser(text, namespace).query()
    except WqlSyntaxError:
        raise
    except InvalidInputError as error:
        raise WqlSyntaxError(error.message, target=text) from error


class _Parser:
    def __init__(self, text: str, namespace: str) -> None:
        self._stream = TokenStream(text)
        self._namespace = namespace
        self._depth = 0

    def query(self) -> Query:
        query = self._any_query()
        if self._stream.token.kind is not Kind.END:
            raise self._stream.fail("The end of the query")
        return query

    def _any_query(self) -> Query:
        match self._stream.skip_word("SELECT", "ASSOCIATORS", "REFERENCES"):
            case "SELECT":
                return self._select()
            case "ASSOCIATORS":
                return AssociatorsOf(self._source(), **self._options(_ASSOCIATORS_OPTIONS))
            case "REFERENCES":
                return ReferencesOf(self._source(), **self._options(_REFERENCES_OPTIONS))
        raise self._stream.fail("SELECT, ASSOCIATORS OF or REFERENCES OF")

    def _select(self) -> Select:
        columns = () if self._stream.skip_symbol("*") else self._columns()
        self._stream.require_word("FROM")
        class_name = self._stream.take(Kind.NAME, "A class name")
        within_s = self._interval_s() if self._stream.skip_word("WITHIN") else None
        condition = self._disjunction() if self._stream.skip_word("WHERE") else None
        return Select(class_name, columns, condition, within_s)

    def _columns(self) -> tuple[str, ...]:
        columns = [self._stream.take(Kind.NAME, "A property name")]
        while self._stream.skip_symbol(","):
            columns.append(self._stream.take(Kind.NAME, "A property name"))
        return tuple(columns)

    def _interval_s(self) -> float:
        return float(self._stream.take(Kind.NUMBER, "A number of seconds"))

    def _source(self) -> ObjectPath:
        self._stream.require_word("OF")
        text = self._stream.take(Kind.PATH, "An object path in braces")
        return parse_path(text[1:-1], default_namespace=self._namespace)

    def _options(self, named: Mapping[str, str]) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if not self._stream.skip_word("WHERE"):
            return options
        while not options or self._stream.token.kind is not Kind.END:
            word = self._stream.skip_word(*named, *_FLAG_OPTIONS)
            if word is None:
                raise self._stream.fail("An option")
            field = named.get(word) or _FLAG_OPTIONS[word]
            if field in options:
                raise self._stream.fail("Another option")
            options[field] = self._option_value() if word in named else True
        return options

    def _option_value(self) -> str:
        self._stream.require_symbol("=")
        return self._stream.take(Kind.NAME, "A name")

    def _disjunction(self) -> Condition:
        operands = self._joined("OR", self._conjunction)
        return operands[0] if len(operands) == 1 else Or(operands)

    def _conjunction(self) -> Condition:
        operands = self._joined("AND", self._negation)
        return operands[0] if len(operands) == 1 else And(operands)

    def _joined(self, word: str, operand: Callable[[], Condition]) -> tuple[Condition, ...]:
        operands = [operand()]
        while self._stream.skip_word(word):
            operands.append(operand())
        return tuple(operands)

    def _negation(self) -> Condition:
        negations = 0
        while self._stream.skip_word("NOT"):
            negations += 1
        self._descend(negations)
        condition = self._group() if self._stream.skip_symbol("(") else self._predicate()
        self._depth -= negations
        for _ in range(negations):
            condition = Not(condition)
        return condition

    def _group(self) -> Condition:
        self._descend(1)
        condition = self._disjunction()
        self._stream.require_symbol(")")
        self._depth -= 1
        return condition

    def _descend(self, levels: int) -> None:
        self._depth += levels
        if self._depth > MAX_DEPTH:
            raise self._stream.fail("A query that nests less")

    def _predicate(self) -> Condition:
        literal = self._literal()
        if literal is not None:
            return self._mirrored(literal)
        name = self._property("A condition")
        match self._stream.skip_word("LIKE", "ISA", "IS"):
            case "LIKE":
                return Like(name, self._string())
            case "ISA":
                return Isa(name, self._string())
            case "IS":
                return self._null_test(name)
        return self._comparison(name)

    def _mirrored(self, literal: Literal) -> Condition:
        """A literal before its property, as in ``3 = EnabledState``."""
        operator = self._operator()
        return Comparison(self._property("A property name"), _MIRRORED.get(operator, operator), literal)

    def _null_test(self, name: Property) -> Condition:
        negated = self._stream.skip_word("NOT")
        self._stream.require_word("NULL")
        return Not(IsNull(name)) if negated else IsNull(name)

    def _comparison(self, name: Property) -> Condition:
        operator = self._operator()
        if self._stream.skip_word("NULL"):
            return self._null_comparison(name, operator)
        literal = self._literal()
        return Comparison(name, operator, self._property("A value") if literal is None else literal)

    def _null_comparison(self, name: Property, operator: Operator) -> Condition:
        if operator not in (Operator.EQUAL, Operator.NOT_EQUAL):
            raise self._stream.fail("A value to compare with")
        return IsNull(name) if operator is Operator.EQUAL else Not(IsNull(name))

    def _property(self, expected: str) -> Property:
        return Property(self._stream.take(Kind.NAME, expected))

    def _operator(self) -> Operator:
        symbol = self._stream.skip_symbol(*_OPERATORS)
        if symbol is None:
            raise self._stream.fail("A comparison")
        return _OPERATORS[symbol]

    def _literal(self) -> Literal | None:
        """The literal that comes next, or None if something else does."""
        match self._stream.token.kind:
            case Kind.STRING:
                return self._string()
            case Kind.NUMBER:
                return _number(self._stream.take(Kind.NUMBER, "A number"))
        word = self._stream.skip_word("TRUE", "FALSE")
        return None if word is None else word == "TRUE"

    def _string(self) -> str:
        return _ESCAPE.sub(r"\1", self._stream.take(Kind.STRING, "A string")[1:-1])


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("+-").isdigit() else float(text)
