"""Telling what is metered, without walking associations."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.metrics.metric import Definition
from openhyperv.emulator.providers.metrics.control import FAILED, SUCCESS, Targets
from openhyperv.emulator.providers.metrics.definitions import collection_of
from openhyperv.emulator.providers.metrics.readouts import Readouts
from openhyperv.emulator.providers.metrics.subjects import Subject, Subjects
from openhyperv.emulator.providers.services.services import METRIC

_MINIMUM, _MAXIMUM = 2, 3
"""Range of GetMetricValues: the smallest values, or the largest."""
_Pair = tuple[Subject, Definition]


class MetricShowProvider:
    """ShowMetrics and GetMetricValues, as Microsoft's pages describe them."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._targets = Targets(host)
        self._subjects = Subjects(host)
        self._readouts = Readouts(host)

    @method(METRIC.class_name, "ShowMetrics")
    def show(self, call: Call) -> Result:
        """Each array has an entry for each pair of a subject and a definition that fits what was asked."""
        pairs = self._pairs(call)
        collections = [collection_of(s, d, self._host.metering) for s, d in pairs]
        return Result(
            SUCCESS,
            {
                "ManagedElements": [subject.path for subject, _ in pairs],
                "DefinitionList": [definition.path for _, definition in pairs],
                "MetricNames": [definition.name for _, definition in pairs],
                "MetricCollectionEnabled": [int(collection) for collection in collections],
            },
        )

    @method(METRIC.class_name, "GetMetricValues")
    def values(self, call: Call) -> Result:
        """The smallest or the largest values of a metric."""
        definition = self._targets.definition(call["Definition"])
        wanted, count = call["Range"], call["Count"]
        if definition is None or wanted not in (_MINIMUM, _MAXIMUM) or not isinstance(count, int):
            raise MethodFailure(FAILED, "Definition, Range 2 or 3, and Count are needed.")
        found = [readout for readout in self._readouts.all() if readout.definition == definition]
        found.sort(key=lambda readout: readout.value, reverse=wanted == _MAXIMUM)
        return Result(SUCCESS, {"Values": [readout.path for readout in found[:count]]})

    def _pairs(self, call: Call) -> Sequence[_Pair]:
        subject = self._targets.subject(call["Subject"])
        definition = self._targets.definition(call["Definition"])
        if subject is None and definition is None:
            raise MethodFailure(FAILED, "Subject or Definition is needed.")
        subjects = self._subjects.all() if subject is None else [subject]
        pairs = [(s, d) for s in subjects for d in s.definitions()]
        return pairs if definition is None else [(s, d) for s, d in pairs if d == definition]
