"""What a metric is: its two definitions, what it is measured on, and how amounts become its value."""

from __future__ import annotations

from enum import Enum, StrEnum, auto

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.emulator.host.metrics.measuring import Measure
from openhyperv.wire.path import ObjectPath


class Source(Enum):
    """What kind of device a metric is about."""

    PROCESSOR = auto()
    MEMORY = auto()
    DISK = auto()
    INCOMING = auto()
    OUTGOING = auto()

    @property
    def is_network(self) -> bool:
        """True for traffic, counted by rules of ports while the VM runs and forgotten afterwards."""
        return self in (Source.INCOMING, Source.OUTGOING)


class Function(Enum):
    """How amounts become a value; averages, maxima and minima are aggregations of CIM's kind."""

    AVERAGE = 4
    MAXIMUM = 3
    MINIMUM = 2
    TOTAL = 0


class Unit(StrEnum):
    """What values are counted in, as CIM writes it (DSP0004, programmatic units)."""

    MEGAHERTZ = "hertz * 10^6"
    MEGABYTES = "byte * 2^20"
    MICROSECONDS = "second * 10^-6"
    OPERATIONS = "count"


@frozen(eq=False)
class Metric:
    """One thing that can be metered. ``is_mean`` tells that several devices' values are not summed."""

    name: str
    guid: str
    aggregated_name: str
    aggregated_guid: str
    source: Source
    function: Function
    unit: Unit
    measure: Measure
    is_mean: bool = False
    since: Release = Release.WS2012R2

    def definition(self, *, is_aggregate: bool) -> Definition:
        """The definition for all of a VM or pool, or that for one device."""
        if is_aggregate:
            return Definition(self.aggregated_guid, self.aggregated_name, self, is_aggregate=True)
        return Definition(self.guid, self.name, self, is_aggregate=False)


@frozen
class Definition:
    """One definition as clients see it."""

    guid: str
    name: str
    metric: Metric
    is_aggregate: bool

    @property
    def id(self) -> str:
        """Its key, and MetricDefinitionId of its values."""
        return f"Microsoft:{self.guid}"

    @property
    def class_name(self) -> str:
        """Totals are base metrics."""
        return f"{self._stem}Definition"

    @property
    def value_class(self) -> str:
        """The class of its values."""
        return f"{self._stem}Value"

    @property
    def _stem(self) -> str:
        kind = "Base" if self.metric.function is Function.TOTAL else "Aggregation"
        return f"Msvm_{kind}Metric"

    @property
    def path(self) -> ObjectPath:
        """The definition itself."""
        return ObjectPath(self.class_name, {"Id": self.id})
