"""Values of metrics as CIM instances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.metrics.meter import Meter
from openhyperv.emulator.host.metrics.metric import Definition, Function
from openhyperv.emulator.providers.metrics.subjects import Subject, Subjects
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


@frozen(eq=False)
class Readout:
    """The value that a metric has for a subject, from one or more meters."""

    subject: Subject
    definition: Definition
    meters: Sequence[Meter]

    @property
    def path(self) -> ObjectPath:
        """The value itself."""
        # UNVERIFIED: the form of this InstanceID
        return setting_path(self.definition.value_class, f"{self.subject.id}\\{self.definition.guid}")

    @property
    def value(self) -> int:
        """What all meters show together."""
        if self.definition.metric.is_mean:
            weight = sum(meter.weight for meter in self.meters)
            return round(sum(meter.total for meter in self.meters) / weight) if weight else 0
        return int(sum(meter.value for meter in self.meters))

    def instance(self) -> Instance:
        """The value as clients see it."""
        sampled = max(meter.sampled for meter in self.meters)
        duration = max(meter.duration for meter in self.meters)
        values: dict[str, Value] = {
            "InstanceID": self.path.key("InstanceID"),
            "Caption": self.definition.name,
            "Description": self.definition.name,
            "ElementName": self.definition.name,
            "MeasuredElementName": self.subject.name,
            "MetricDefinitionId": self.definition.id,
            "MetricValue": str(self.value),
            "TimeStamp": sampled,
            "Duration": duration,
            "Volatile": True,
        }
        if self.definition.metric.function is not Function.TOTAL:
            values |= {"AggregationTimeStamp": sampled, "AggregationDuration": duration}
        return Instance(self.path.class_name, values, path=self.path)


class Readouts:
    """Finds values."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._subjects = Subjects(host)

    def of(self, subject: Subject) -> Iterator[Readout]:
        """The values that are kept for a subject."""
        for definition in subject.definitions() if subject.has_values else ():
            found = (self._host.metering.meter(part) for part in subject.parts_of(definition))
            meters = [meter for meter in found if meter is not None]
            if meters:  # UNVERIFIED: that a VM has a value as soon as one of its devices has
                yield Readout(subject, definition, meters)

    def all(self) -> Iterator[Readout]:
        """Every value."""
        return (readout for subject in self._subjects.all() for readout in self.of(subject))

    def at(self, path: ObjectPath) -> Readout | None:
        """The value that a path names."""
        subject_id, _, _ = str(path.key("InstanceID")).rpartition("\\")
        subject = self._subjects.named(subject_id) if subject_id else None
        return next((r for r in self.of(subject) if r.path == path), None) if subject else None
