"""SELECT: which instances a query is about, by key where its conditions give the keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openhyperv.emulator.cimom.conditions import Conditions
from openhyperv.emulator.cimom.faults import invalid_query
from openhyperv.emulator.cimom.repository import Repository
from openhyperv.emulator.cimom.selectors import key_value
from openhyperv.emulator.cimom.system_properties import SystemProperties
from openhyperv.errors import InvalidInputError
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.types import CimType, ClassDecl, ClassLookup, Value
from openhyperv.wire.wql import And, Comparison, Condition, Like, Operator, Property, Select
from openhyperv.wire.wql_like import literal_prefix


class Selection:
    """A SELECT on one class, checked and ready to run.

    :raises CimFault: it asks for events, or for what the class does not have
    """

    def __init__(self, query: Select, decl: ClassDecl, schema: ClassLookup, system: SystemProperties) -> None:
        if query.within_s is not None or decl.is_indication:
            raise invalid_query("Events are not instances that can be listed; subscribe to them.")
        self._decl = decl
        conditions = Conditions(decl, schema, system)
        self._test = None if query.condition is None else conditions.predicate(query.condition)
        demands = tuple(_demands(query.condition))
        self._given = dict(_given_keys(demands, decl))
        self._prefix = _key_prefix(demands, decl)
        self._columns = [conditions.reader(Property(name)) for name in query.columns]

    def run(self, repository: Repository) -> Iterator[Instance]:
        """The instances that fit, cut down to the columns asked for.

        :raises CimFault: no provider answers for the class
        """
        found = repository.candidates(self._decl, self._given, self._prefix)
        fitting = found if self._test is None else filter(self._test, found)
        return map(self._projected, fitting) if self._columns else iter(fitting)

    def _projected(self, instance: Instance) -> Instance:
        """The columns alone; what belongs to embedded objects comes under its dotted name."""
        values = {column.name: _as_text(column.read(instance), column.name) for column in self._columns}
        return Instance(instance.class_name, values, namespace=instance.namespace, path=instance.path)


def _as_text(value: Value, name: str) -> Value:
    """System properties that are paths are text when they are selected."""
    return str(value) if isinstance(value, ObjectPath) and name.startswith("__") else value


def _demands(condition: Condition | None) -> Iterator[Condition]:
    """What every instance that fits must fulfil."""
    if isinstance(condition, And):
        for operand in condition.operands:
            yield from _demands(operand)
    elif condition is not None:
        yield condition


def _given_keys(demands: Iterable[Condition], decl: ClassDecl) -> Iterator[tuple[str, KeyValue]]:
    """Keys and references that are to equal a literal."""
    for demand in demands:
        if isinstance(demand, Comparison) and demand.operator is Operator.EQUAL:
            yield from _given_key(demand, decl)


def _key_prefix(demands: Iterable[Condition], decl: ClassDecl) -> str:
    """What the only key of the class is to begin with."""
    only_key = [key.lower() for key in decl.keys]
    for demand in demands:
        if isinstance(demand, Like) and only_key == [demand.property_.name.lower()]:
            return literal_prefix(demand.pattern)
    return ""


def _given_key(comparison: Comparison, decl: ClassDecl) -> Iterator[tuple[str, KeyValue]]:
    prop = decl.property(comparison.property_.name)
    value = comparison.value
    if prop is None or isinstance(value, Property | float):
        return
    if prop.is_key or prop.type is CimType.REFERENCE:
        try:
            yield prop.name, key_value(value, prop, decl.namespace)
        except InvalidInputError:
            return  # the comparison itself says what is wrong with it
