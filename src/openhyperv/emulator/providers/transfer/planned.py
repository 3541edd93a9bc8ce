"""Planned virtual machines: Msvm_PlannedComputerSystem, and the way to a realized one."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, instances_of, lookup, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import PLANNED_SYSTEM, SYSTEM_SETTINGS
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.machines.definition import define_system
from openhyperv.emulator.host.machines.system_defaults import PLANNED
from openhyperv.emulator.host.machines.system_view import planned_system
from openhyperv.emulator.host.transfer.realizing import realize_system
from openhyperv.emulator.host.transfer.validating import validate_system
from openhyperv.emulator.providers.machines.define import SERVICE, read_settings
from openhyperv.emulator.providers.machines.finding import (
    planned_at,
    wanted_configuration,
    wanted_planned_system,
)
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_RESOURCE = "CIM_ResourceAllocationSettingData"


class PlannedSystemProvider:
    """A planned VM has settings and devices like any other, but nobody can start it."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(PLANNED_SYSTEM, is_announced=True)
    def systems(self) -> Iterator[Instance]:
        """All planned VMs."""
        return (planned_system(system) for system in self._host.systems.planned())

    @lookup(PLANNED_SYSTEM)
    def system(self, path: ObjectPath) -> Instance | None:
        """One planned VM."""
        system = planned_at(self._host, path)
        return planned_system(system) if system else None

    @method(PLANNED_SYSTEM, "RequestStateChange")
    def request_state_change(self, call: Call) -> Result:
        """No state can be asked for; 32775 is what the page says about a state that is not supported."""
        raise MethodFailure(Code.INVALID_STATE, f"A planned VM takes no state {call['RequestedState']}.")

    @method(SERVICE, "DefinePlannedSystem")
    def define(self, call: Call) -> Result:
        """A new planned VM with everything given; synchronous, as DefineSystem is."""
        text = call["SystemSettings"]
        settings = read_setting(text, SYSTEM_SETTINGS, self._host.schema) if text else None
        resources = read_settings(self._host, call["ResourceSettings"], _RESOURCE)
        reference = call["ReferenceConfiguration"]
        model = wanted_configuration(self._host, reference).configuration if reference else None
        system = define_system(self._host, settings, resources, model)
        system.configuration.values["VirtualSystemType"] = PLANNED
        self._host.add(system)
        return Result(Code.COMPLETED, {"ResultingSystem": system.path})

    @method(SERVICE, "ValidatePlannedSystem")
    def validate(self, call: Call) -> Result:
        """A job that fails where something the VM needs is missing here."""
        system = wanted_planned_system(self._host, call["PlannedSystem"])
        return Result(Code.JOB_STARTED, {"Job": validate_system(self._host, system).path})

    @method(SERVICE, "RealizePlannedSystem")
    def realize(self, call: Call) -> Result:
        """A job that leads to the VM; ResultingSystem stays NULL."""
        system = wanted_planned_system(self._host, call["PlannedSystem"])
        return Result(Code.JOB_STARTED, {"Job": realize_system(self._host, system).path})
