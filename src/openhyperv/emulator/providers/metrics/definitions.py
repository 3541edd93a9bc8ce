"""What can be metered, of what, and whether it is."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.metrics.definitions import definitions_of
from openhyperv.emulator.host.metrics.metering import Metering
from openhyperv.emulator.host.metrics.metric import Definition, Function
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.metrics.subjects import Subject, Subjects
from openhyperv.emulator.providers.services.services import METRIC
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_BASE = "Msvm_BaseMetricDefinition"
_AGGREGATION = "Msvm_AggregationMetricDefinition"
_OF_ELEMENT = "Msvm_MetricDefForME"
_AFFECTS = "Msvm_ServiceAffectsElement"
_UINT64 = 13
_SUMMABLE, _NOT_SUMMABLE = 2, 3
_COUNTER, _GAUGE = 3, 4
_INTERVAL = 3
_PERIODIC = 3


class Collection(IntEnum):
    """Msvm_MetricDefForME.MetricCollectionEnabled."""

    ENABLED = 2
    DISABLED = 3
    PARTIALLY_ENABLED = 32768


def collection_of(subject: Subject, definition: Definition, metering: Metering) -> Collection:
    """Whether a metric is kept for a subject: for all its parts, for some or for none."""
    are_metered = [metering.meter(part) is not None for part in subject.parts_of(definition)]
    if all(are_metered):
        return Collection.ENABLED
    return Collection.PARTIALLY_ENABLED if any(are_metered) else Collection.DISABLED


class MetricDefinitionProvider:
    """Definitions, what they can be had for, and the service that they belong to."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._subjects = Subjects(host)
        self._definitions = {definition.path: definition for definition in definitions_of(host.profile)}
        self._service = METRIC.path(host)

    @instances_of(_BASE)
    def base(self) -> Iterator[Instance]:
        """Definitions of totals."""
        return self._of_class(_BASE)

    @instances_of(_AGGREGATION)
    def aggregations(self) -> Iterator[Instance]:
        """Definitions of averages, maxima and minima."""
        return self._of_class(_AGGREGATION)

    @lookup(_BASE)
    @lookup(_AGGREGATION)
    def one(self, path: ObjectPath) -> Instance | None:
        """One definition."""
        definition = self._definitions.get(path)
        return _instance(definition) if definition else None

    @instances_of(_OF_ELEMENT)
    def all_of_elements(self) -> Iterator[Instance]:
        """From everything that can be metered to the definitions for it."""
        return (self._link(s, d) for s in self._subjects.all() for d in s.definitions())

    @links(_OF_ELEMENT)
    def of_elements(self, end: ObjectPath) -> Iterator[Instance]:
        """The same for one element or definition."""
        if end in self._definitions:
            return touching(end, self.all_of_elements())
        subject = self._subjects.at(end)
        return (self._link(subject, d) for d in subject.definitions()) if subject else iter(())

    @links(_AFFECTS)
    def affected(self, end: ObjectPath) -> Iterator[Instance]:
        """From the service to every definition, as recorded."""
        ends = ({"AffectedElement": path, "AffectingElement": self._service} for path in self._definitions)
        return touching(end, (link(_AFFECTS, both, {"ElementEffects": [5]}) for both in ends))

    def _of_class(self, class_name: str) -> Iterator[Instance]:
        return (_instance(d) for d in self._definitions.values() if d.class_name == class_name)

    def _link(self, subject: Subject, definition: Definition) -> Instance:
        collection = collection_of(subject, definition, self._host.metering)
        ends = {"Antecedent": subject.path, "Dependent": definition.path}
        return link(_OF_ELEMENT, ends, {"MetricCollectionEnabled": int(collection)})


def _instance(definition: Definition) -> Instance:
    metric = definition.metric
    is_total = metric.function is Function.TOTAL
    values: dict[str, Value] = {
        "Id": definition.id,
        "Caption": definition.name,
        "Description": definition.name,
        "ElementName": definition.name,
        "Name": definition.name,
        "Calculable": _NOT_SUMMABLE if metric.is_mean else _SUMMABLE,
        "ChangeType": _COUNTER if is_total else _GAUGE,
        "DataType": _UINT64,
        "GatheringType": _PERIODIC,
        "IsContinuous": True,
        "ProgrammaticUnits": metric.unit.value,
        "TimeScope": _INTERVAL,
        "Units": metric.unit.value,  # UNVERIFIED: the words for units, and GatheringType, of Windows
    }
    if not is_total:
        values["SimpleFunction"] = metric.function.value
    return Instance(definition.class_name, values, path=definition.path)
