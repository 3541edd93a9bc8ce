"""Adding, changing and removing devices: methods of Msvm_VirtualSystemManagementService."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import text_of
from openhyperv.emulator.host.jobs.running import Job
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.editing import Editor
from openhyperv.emulator.host.machines.reconfigure import reconfigure
from openhyperv.emulator.host.machines.rules import changed_names, check_changeable_while_running
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.providers.machines.define import SERVICE, read_settings
from openhyperv.emulator.providers.machines.finding import resource_at, wanted_configuration
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_RESOURCE = "CIM_ResourceAllocationSettingData"


class ResourceProvider:
    """Each method does all that it is asked to or nothing."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(SERVICE, "AddResourceSettings")
    def add(self, call: Call) -> Result:
        """New devices for one VM; a job where a running guest gets them."""
        place = wanted_configuration(self._host, call["AffectedConfiguration"])
        settings = read_settings(self._host, call["ResourceSettings"], _RESOURCE)
        self._refuse(place, settings)
        edited = place.configuration.copy(place.configuration.owner)
        added = self._editor(edited).add(settings)
        job = reconfigure(self._host, place.system, edited)
        return self._result(job, edited, added)

    @method(SERVICE, "ModifyResourceSettings")
    def modify(self, call: Call) -> Result:
        """Change devices of one VM, which InstanceIDs tell."""
        settings = read_settings(self._host, call["ResourceSettings"], _RESOURCE)
        places = [self._place(text_of(setting, "InstanceID")) for setting in settings]
        system = _only_system(places)
        edited = system.configuration.copy(system.configuration.owner)
        changed = [self._modify(system, edited, p, s) for p, s in zip(places, settings, strict=True)]
        job = reconfigure(self._host, system, edited) if any(changed) else None
        resources = [edited.resource(place.tail) for place in places]
        return self._result(job, edited, [resource for resource in resources if resource is not None])

    def _modify(self, system: VirtualSystem, edited: Configuration, place: Place, setting: Instance) -> bool:
        resource = edited.resource(place.tail)
        if resource is None or setting.class_name.lower() != resource.class_name.lower():
            raise MethodFailure(Code.INVALID_PARAMETER, f"{setting.get('InstanceID')} names no such device.")
        names = changed_names(resource, setting)
        changes = Instance(setting.class_name, {name: setting[name] for name in names})
        if system.state.is_on:
            check_changeable_while_running(resource, changes, edited, self._host.profile)
        if names:
            self._editor(edited).modify(resource, changes)
        return bool(names)

    @method(SERVICE, "RemoveResourceSettings")
    def remove(self, call: Call) -> Result:
        """Take devices from one VM; a network adapter takes its connection and features along."""
        references = call["ResourceSettings"]
        found = [self._resource(ref) for ref in (references if isinstance(references, list | tuple) else ())]
        system = _only_system([place for place, _ in found])
        edited = system.configuration.copy(system.configuration.owner)
        doomed = [resource for _, old in found if (resource := edited.resource(old.tail)) is not None]
        self._editor(edited).remove(doomed)
        job = reconfigure(self._host, system, edited)
        return self._result(job, edited, None)

    def _editor(self, configuration: Configuration) -> Editor:
        host = self._host
        return Editor(configuration, host.profile, host.templates, host.switches)

    def _place(self, instance_id: str) -> Place:
        place = self._host.systems.locate(instance_id)
        if place is None or place.is_snapshot:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{instance_id!r} names no device of a VM.")
        return place

    def _resource(self, reference: object) -> tuple[Place, Resource]:
        found = resource_at(self._host, reference) if isinstance(reference, ObjectPath) else None
        if found is None or found[0].is_snapshot:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{reference} is no device of a VM.")
        return found

    @staticmethod
    def _refuse(place: Place, settings: Sequence[Instance]) -> None:
        if place.is_snapshot or not settings:
            raise MethodFailure(Code.INVALID_PARAMETER, "A VM and at least one setting are needed.")

    def _result(
        self, job: Job | None, configuration: Configuration, resources: Iterable[Resource] | None
    ) -> Result:
        out: dict[str, object] = {}
        if resources is not None:
            out["ResultingResourceSettings"] = [self._host.views.path(configuration, r) for r in resources]
        if job is not None:
            out["Job"] = job.path
        return Result(Code.JOB_STARTED if job else Code.COMPLETED, out)  # type: ignore[arg-type]


def _only_system(places: Sequence[Place]) -> VirtualSystem:
    """The one VM that all places belong to.

    :raises MethodFailure: none, or several
    """
    systems = {place.system.guid: place.system for place in places}
    if len(systems) != 1:
        raise MethodFailure(Code.INVALID_PARAMETER, "The settings must be those of one VM.")
    return next(iter(systems.values()))
