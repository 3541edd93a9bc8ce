"""Switching metrics on and off, and resetting them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.metrics.definitions import definitions_of
from openhyperv.emulator.host.metrics.metric import Definition
from openhyperv.emulator.host.metrics.parts import Part, parts_of_system
from openhyperv.emulator.providers.metrics.subjects import Subject, Subjects
from openhyperv.emulator.providers.services.services import METRIC
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

SUCCESS, FAILED = 0, 2
"""ReturnValue of Msvm_MetricService's methods."""


class Operation(IntEnum):
    """MetricCollectionEnabled as a parameter."""

    ENABLE = 2
    DISABLE = 3
    RESET = 4


class MetricControlProvider:
    """Msvm_MetricService.ControlMetrics, with the failures that its page lists."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._targets = Targets(host)

    @method(METRIC.class_name, "ControlMetrics")
    def control(self, call: Call) -> Result:
        """For a subject or for all VMs, by one definition or by all."""
        parts = self._parts(call)
        metering = self._host.metering
        operations = {
            Operation.ENABLE: metering.enable,
            Operation.DISABLE: metering.disable,
            Operation.RESET: metering.reset,
        }
        wanted = call["MetricCollectionEnabled"]
        if not isinstance(wanted, int) or wanted not in operations:
            raise MethodFailure(FAILED, f"MetricCollectionEnabled must be 2 to 4, not {wanted}.")
        operations[Operation(wanted)](parts)
        return Result(SUCCESS)

    def _parts(self, call: Call) -> Sequence[Part]:
        subject = self._targets.subject(call["Subject"])
        definition = self._targets.definition(call["Definition"])
        if subject is not None:
            parts = subject.parts if definition is None else subject.parts_of(definition)
        elif definition is not None:
            parts = [p for s in self._host.systems for p in parts_of_system(s, self._host.profile)]
            parts = [part for part in parts if part.metric is definition.metric]
        else:
            raise MethodFailure(FAILED, "Subject or Definition is needed.")
        if not parts:
            raise MethodFailure(FAILED, "There is nothing of that kind to meter.")
        return parts


class Targets:
    """Reads the references that the service's methods take."""

    def __init__(self, host: Host) -> None:
        self._subjects = Subjects(host)
        self._definitions = {definition.path: definition for definition in definitions_of(host.profile)}

    def subject(self, reference: Value) -> Subject | None:
        """What a Subject names; None where there is none given.

        :raises MethodFailure: 2 where it names nothing that can be metered
        """
        if reference is None:
            return None
        found = self._subjects.at(reference) if isinstance(reference, ObjectPath) else None
        if found is None:
            raise MethodFailure(FAILED, f"{reference} cannot be metered.")
        return found

    def definition(self, reference: Value) -> Definition | None:
        """What a Definition names; None where there is none given.

        :raises MethodFailure: 2 where it names none of this host's
        """
        if reference is None:
            return None
        found = self._definitions.get(reference) if isinstance(reference, ObjectPath) else None
        if found is None:
            raise MethodFailure(FAILED, f"{reference} is no definition of a metric.")
        return found
