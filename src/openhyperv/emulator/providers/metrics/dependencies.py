"""Which definitions and values are made of which others: those of a VM or pool of those of devices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openhyperv.emulator.cimom.provider import instances_of, links
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.metrics.definitions import definitions_of
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.metrics.readouts import Readouts
from openhyperv.emulator.providers.metrics.subjects import Subject, Subjects
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_DEPENDENCY = "Msvm_MetricCollectionDependency"


class MetricDependencyProvider:
    """Msvm_MetricCollectionDependency: the antecedent is a device's, the dependent is what it goes into."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._subjects = Subjects(host)
        self._readouts = Readouts(host)
        metrics = (d.metric for d in definitions_of(host.profile) if d.is_aggregate)
        self._of_definitions = [
            _dependency(m.definition(is_aggregate=False).path, m.definition(is_aggregate=True).path)
            for m in metrics
        ]

    @instances_of(_DEPENDENCY)
    def all(self) -> Iterator[Instance]:
        """Between definitions, and between values."""
        yield from self._of_definitions
        pools = list(self._subjects.pools())
        for system in self._host.systems:
            yield from self._of_values(system, pools)

    @links(_DEPENDENCY)
    def near(self, end: ObjectPath) -> Iterator[Instance]:
        """The same for one definition or value."""
        if end.class_name.endswith("Definition"):
            yield from touching(end, self._of_definitions)
        elif readout := self._readouts.at(end):
            pools = list(self._subjects.pools())
            for system in {part.system.guid: part.system for part in readout.subject.parts}.values():
                yield from touching(end, self._of_values(system, pools))

    def _of_values(self, system: VirtualSystem, pools: Sequence[Subject]) -> Iterator[Instance]:
        """From the values of a VM's devices to those of the VM and of pools."""
        whole = self._subjects.at(system.path)
        wholes = [r for subject in (whole, *pools) if subject for r in self._readouts.of(subject)]
        for subject in self._subjects.settings_of(system):
            for readout in self._readouts.of(subject):
                metric = readout.definition.metric
                yield from (
                    _dependency(readout.path, w.path) for w in wholes if w.definition.metric is metric
                )


def _dependency(antecedent: ObjectPath, dependent: ObjectPath) -> Instance:
    return link(_DEPENDENCY, {"Antecedent": antecedent, "Dependent": dependent})
