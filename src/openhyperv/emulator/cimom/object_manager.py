"""The CIM object manager: every operation of WMI on the instances that providers answer for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager

from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.associations import Associations
from openhyperv.emulator.cimom.changes import Changes
from openhyperv.emulator.cimom.event_query import EventQuery
from openhyperv.emulator.cimom.events import EventBus
from openhyperv.emulator.cimom.faults import (
    invalid_query,
    invalid_query_class,
    invalid_query_namespace,
)
from openhyperv.emulator.cimom.invocation import Answering, Invocation, at_once
from openhyperv.emulator.cimom.looks import Looks
from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.cimom.repository import Repository
from openhyperv.emulator.cimom.selection import Selection
from openhyperv.emulator.cimom.selectors import equal_selectors
from openhyperv.emulator.cimom.subscription import Subscription
from openhyperv.emulator.cimom.system_properties import SystemProperties
from openhyperv.errors import InvalidInputError
from openhyperv.wire.enumeration import AssociationFilter, Polymorphism
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.types import ClassDecl, Value
from openhyperv.wire.wql import AssociatorsOf, Query, ReferencesOf, Select
from openhyperv.wire.wql_parser import parse_wql
from openhyperv.wire.wql_tokens import WqlSyntaxError


class ObjectManager:
    """Answers for all classes of a host; ``lock`` is held around every call of a provider.

    ``server`` is the host's name in object paths; ``events`` hears of instances that clients create, change
    and delete; ``answering`` calls what implements a method. Thread-safe. What is refused is refused with
    :class:`~openhyperv.emulator.cimom.faults.CimFault`. Instances returned are not to be changed.
    """

    def __init__(
        self,
        schema: Schema,
        registry: Registry,
        lock: AbstractContextManager[object],
        server: str,
        events: EventBus,
        answering: Answering = at_once,
    ) -> None:
        self._schema = schema
        self._lock = lock
        self._system = SystemProperties(schema, server)
        self._repository = Repository(schema, registry)
        self._associations = Associations(schema, registry, self._repository)
        self._invocation = Invocation(registry, self._repository, answering)
        self._changes = Changes(registry, self._repository, events)
        self._registry = registry
        self._events = events

    def get(self, path: ObjectPath) -> Instance:
        """The one instance that has these keys; fewer keys will do if they fit only one."""
        with self._lock:
            return self._repository.find(path)

    def enumerate(
        self,
        namespace: str,
        class_name: str,
        polymorphism: Polymorphism = Polymorphism.INCLUDE_SUBCLASS_PROPERTIES,
    ) -> list[Instance]:
        """The instances of a class and of those below it, each as what it is unless the mode differs."""
        decl = self._repository.declaration(namespace, class_name)
        is_exact = polymorphism is Polymorphism.NONE
        with self._lock:
            found = list(self._repository.instances(decl, exactly=is_exact))
        if polymorphism is Polymorphism.EXCLUDE_SUBCLASS_PROPERTIES:
            return [_as_base(instance, decl) for instance in found]
        return found

    def select(self, namespace: str, class_name: str, selectors: Mapping[str, KeyValue]) -> list[Instance]:
        """The instances whose properties equal the selectors' values (DSP0226, selector filter dialect)."""
        decl = self._repository.declaration(namespace, class_name)
        condition = equal_selectors(selectors, decl)
        selection = Selection(Select(decl.name, condition=condition), decl, self._schema, self._system)
        with self._lock:
            return list(selection.run(self._repository))

    def parse(self, text: str, namespace: str = "root/virtualization/v2") -> Query:
        """The query in a text sent to a namespace."""
        try:
            return parse_wql(text, namespace=namespace)
        except WqlSyntaxError as error:
            raise invalid_query(error.message) from error

    def query(self, namespace: str, query: Query) -> list[Instance]:
        """What a query that is not about events asks for; with columns, cut down to them."""
        self._check_namespace(namespace)
        with self._lock:
            return list(self._run(namespace, query))

    def _run(self, namespace: str, query: Query) -> Iterator[Instance]:
        if isinstance(query, AssociatorsOf):
            return self._associations.associators(query)
        if isinstance(query, ReferencesOf):
            return self._associations.references(query)
        decl = self._queried(namespace, query)
        return Selection(query, decl, self._schema, self._system).run(self._repository)

    def associated(self, wanted: AssociationFilter) -> list[Instance]:
        """What an association filter asks for (DSP0227, association queries)."""
        try:
            query = _association_query(wanted)
        except InvalidInputError as error:
            raise invalid_query(error.message) from error
        return self.query(wanted.object.namespace, query)

    def event_query(self, namespace: str, query: Query) -> EventQuery:
        """A query about events, ready for a subscription."""
        if not isinstance(query, Select):
            raise invalid_query("Only SELECT can ask for events.")
        self._check_namespace(namespace)
        return EventQuery(query, self._queried(namespace, query), self._schema, self._system)

    def subscribe(self, namespace: str, query: Query) -> Subscription:
        """Events that a query asks for, from now on; close it when done."""
        event_query = self.event_query(namespace, query)
        silent = [
            decl for decl in self._targets(namespace, event_query) if not self._registry.is_announced(decl)
        ]
        names = [decl.name for decl in silent]
        looks = Looks(names, lambda: self._listed(silent), event_query.interval_s or math.inf)
        return Subscription(event_query, self._events, looks=looks)

    def _targets(self, namespace: str, query: EventQuery) -> Iterator[ClassDecl]:
        """The classes with instances that the query is about."""
        for name in query.targets or ():
            yield from self._repository.answering(self._repository.declaration(namespace, name))

    def _listed(self, decls: Iterable[ClassDecl]) -> list[Instance]:
        with self._lock:
            return [each for decl in decls for each in self._repository.instances(decl, exactly=True)]

    def _check_namespace(self, namespace: str) -> None:
        if not self._schema.has_namespace(namespace):
            raise invalid_query_namespace(namespace)

    def _queried(self, namespace: str, query: Select) -> ClassDecl:
        decl = self._schema.find(namespace, query.class_name)
        if decl is None:
            raise invalid_query_class(query.class_name)
        return decl

    def invoke(self, path: ObjectPath, method: str, arguments: Mapping[str, Value], user: str) -> Result:
        """Call a method; a nonzero ReturnValue is an answer, not a fault."""
        with self._lock:
            return self._invocation.invoke(path, method, arguments, user)

    def create(self, namespace: str, class_name: str, instance: Instance) -> ObjectPath:
        """Make an instance of a class whose provider takes that; returns its path."""
        decl = self._repository.declaration(namespace, class_name)
        with self._lock:
            return self._changes.create(decl, instance)

    def put(self, path: ObjectPath, instance: Instance) -> Instance:
        """Change an instance of such a class; returns it as it is then."""
        decl = self._repository.declaration(path.namespace, path.class_name)
        with self._lock:
            return self._changes.modify(decl, path, instance)

    def delete(self, path: ObjectPath) -> None:
        """Delete an instance of such a class."""
        decl = self._repository.declaration(path.namespace, path.class_name)
        with self._lock:
            self._changes.delete(decl, path)


def _as_base(instance: Instance, decl: ClassDecl) -> Instance:
    """The instance as one of a base class, without what the subclass adds."""
    values = {prop.name: instance.get(prop.name) for prop in decl.properties.values()}
    return Instance(decl.name, values, namespace=instance.namespace, path=instance.path)


def _association_query(wanted: AssociationFilter) -> AssociatorsOf | ReferencesOf:
    if wanted.is_references:
        return ReferencesOf(wanted.object, result_class=wanted.result_class, role=wanted.role)
    return AssociatorsOf(
        wanted.object,
        association_class=wanted.association_class,
        result_class=wanted.result_class,
        role=wanted.role,
        result_role=wanted.result_role,
    )
