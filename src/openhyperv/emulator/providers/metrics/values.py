"""What was counted, for what and by which definition."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.metrics.readouts import Readout, Readouts
from openhyperv.emulator.providers.metrics.subjects import Subjects
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_BASE = "Msvm_BaseMetricValue"
_AGGREGATION = "Msvm_AggregationMetricValue"
_FOR_ELEMENT = "Msvm_MetricForME"
_INSTANCE = "Msvm_MetricInstance"


class MetricValueProvider:
    """Values exist while something is metered; those of traffic only while the VM runs."""

    def __init__(self, host: Host) -> None:
        self._subjects = Subjects(host)
        self._readouts = Readouts(host)

    @instances_of(_BASE)
    def base(self) -> Iterator[Instance]:
        """Totals."""
        return self._of_class(_BASE)

    @instances_of(_AGGREGATION)
    def aggregations(self) -> Iterator[Instance]:
        """Averages, maxima and minima."""
        return self._of_class(_AGGREGATION)

    @lookup(_BASE)
    @lookup(_AGGREGATION)
    def one(self, path: ObjectPath) -> Instance | None:
        """One value."""
        readout = self._readouts.at(path)
        return readout.instance() if readout else None

    @instances_of(_FOR_ELEMENT)
    def all_for_elements(self) -> Iterator[Instance]:
        """From everything that is metered to its values."""
        return map(_for_element, self._readouts.all())

    @links(_FOR_ELEMENT)
    def for_elements(self, end: ObjectPath) -> Iterator[Instance]:
        """The same for one element or value."""
        return touching(end, map(_for_element, self._near(end)))

    @instances_of(_INSTANCE)
    def all_instances(self) -> Iterator[Instance]:
        """From definitions to the values that they define."""
        return map(_of_definition, self._readouts.all())

    @links(_INSTANCE)
    def instances(self, end: ObjectPath) -> Iterator[Instance]:
        """The same for one definition or value."""
        readouts = self._readouts.all() if end.class_name.endswith("Definition") else self._near(end)
        return touching(end, map(_of_definition, readouts))

    def _of_class(self, class_name: str) -> Iterator[Instance]:
        found = (r for r in self._readouts.all() if r.definition.value_class == class_name)
        return (readout.instance() for readout in found)

    def _near(self, end: ObjectPath) -> Iterator[Readout]:
        """The value that an end is, or those of the subject that it is."""
        if readout := self._readouts.at(end):
            yield readout
        elif subject := self._subjects.at(end):
            yield from self._readouts.of(subject)


def _for_element(readout: Readout) -> Instance:
    return link(_FOR_ELEMENT, {"Antecedent": readout.subject.path, "Dependent": readout.path})


def _of_definition(readout: Readout) -> Instance:
    return link(_INSTANCE, {"Antecedent": readout.definition.path, "Dependent": readout.path})
