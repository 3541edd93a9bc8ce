"""Queries about events: which changes they are about, and the event each becomes.

Microsoft, "Receiving Event Notifications", "WITHIN Clause".
"""

from __future__ import annotations

import time

from openhyperv.emulator.cimom.conditions import Conditions
from openhyperv.emulator.cimom.events import Change, ChangeKind
from openhyperv.emulator.cimom.faults import (
    NOT_EVENT_CLASS,
    REGISTRATION_TOO_BROAD,
    REGISTRATION_TOO_PRECISE,
    invalid_query,
)
from openhyperv.emulator.cimom.system_properties import SystemProperties
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import ClassDecl, ClassLookup, Value
from openhyperv.wire.wql import And, Condition, Isa, Or, Property, Select

TARGET = "TargetInstance"
PREVIOUS = "PreviousInstance"
_INTRINSIC = "__InstanceOperationEvent"
_FILETIME_EPOCH_S = 11_644_473_600
"""Seconds from 1601, where FILETIME begins, to 1970."""


class EventQuery:
    """A checked event query.

    An intrinsic one (creation, modification, deletion of instances) needs WITHIN, since no class of Hyper-V
    announces its changes: WMI compares what it sees every ``interval_s`` seconds. ``targets`` are the classes
    whose instances it is about. Others have neither.

    Columns that the event class does not have are passed over: os-win asks for one of the object's own beside
    TargetInstance, and real hosts take that.

    :raises CimFault: no event class, no WITHIN, no class for TargetInstance, or an unknown class or property
    """

    def __init__(self, query: Select, decl: ClassDecl, schema: ClassLookup, system: SystemProperties) -> None:
        if not decl.is_indication:
            raise invalid_query(f"{decl.name} is no event class.", NOT_EVENT_CLASS)
        self.is_intrinsic = decl.is_a(_INTRINSIC)
        self.interval_s = query.within_s if self.is_intrinsic else None
        self._decl = decl
        self._schema = schema
        conditions = Conditions(decl, schema, system)
        self._test = None if query.condition is None else conditions.predicate(query.condition)
        self.columns = tuple(name for name in query.columns if _is_of_event(name, decl, system))
        self._columns = [conditions.reader(Property(name)) for name in self.columns]
        self.targets = _target_classes(query.condition) if self.is_intrinsic else None
        if self.is_intrinsic:
            self._check_intrinsic()

    def _check_intrinsic(self) -> None:
        if self.interval_s is None:
            raise invalid_query("An event query on instances needs WITHIN.", REGISTRATION_TOO_PRECISE)
        if self.targets is None:
            # UNVERIFIED: the code for a WITHIN query that does not say which class to poll
            raise invalid_query(f"The query does not say what {TARGET} is.", REGISTRATION_TOO_BROAD)

    def concerns(self, instance: Instance) -> bool:
        """True if changes of the instance can be what the query is about."""
        is_here = instance.namespace.lower() == self._decl.namespace.lower()
        return is_here and self.concerns_class(instance.class_name)

    def concerns_class(self, class_name: str) -> bool:
        """True if changes of some instance of exactly this class can be what the query is about."""
        own_class = self._schema.find(self._decl.namespace, class_name)
        return own_class is not None and any(own_class.is_a(target) for target in self.targets or ())

    def matches(self, change: Change) -> Instance | None:
        """The event that reports a change, None if the query does not ask for it."""
        kind = self._schema.find(self._decl.namespace, change.kind)
        if kind is None or not kind.is_a(self._decl.name) or not self.concerns(change.target):
            return None
        values: dict[str, Value] = {TARGET: change.target, "TIME_CREATED": _now_filetime()}
        if change.kind is ChangeKind.MODIFICATION:
            values[PREVIOUS] = change.before
        return self._fitting(Instance(kind.name, values, namespace=self._decl.namespace))

    def matches_indication(self, event: Instance) -> Instance | None:
        """The event itself, None if the query does not ask for it."""
        kind = self._schema.find(event.namespace, event.class_name)
        is_meant = kind is not None and kind.namespace == self._decl.namespace and kind.is_a(self._decl.name)
        return self._fitting(event) if is_meant else None

    def _fitting(self, event: Instance) -> Instance | None:
        if self._test is not None and not self._test(event):
            return None
        if not self._columns:
            return event
        values = {column.name: column.read(event) for column in self._columns}
        return Instance(event.class_name, values, namespace=event.namespace)


def _is_of_event(column: str, decl: ClassDecl, system: SystemProperties) -> bool:
    first = column.partition(".")[0]
    return decl.property(first) is not None or system.find(first) is not None


def _target_classes(condition: Condition | None) -> frozenset[str] | None:
    """The classes one of which TargetInstance must be of, None if the condition leaves that open."""
    match condition:
        case Isa(Property(name), class_name) if name.lower() == TARGET.lower():
            return frozenset({class_name})
        case And(operands):
            return next((found for o in operands if (found := _target_classes(o)) is not None), None)
        case Or(operands):
            return _union([_target_classes(operand) for operand in operands])
    return None


def _union(alternatives: list[frozenset[str] | None]) -> frozenset[str] | None:
    known = [classes for classes in alternatives if classes is not None]
    return frozenset[str]().union(*known) if len(known) == len(alternatives) else None


def _now_filetime() -> int:
    """Now in units of 100 ns since 1601, as ``__Event.TIME_CREATED`` has it."""
    return time.time_ns() // 100 + _FILETIME_EPOCH_S * 10_000_000
