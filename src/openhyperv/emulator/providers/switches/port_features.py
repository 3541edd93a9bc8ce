"""Features of virtual machines' network connections: VLANs, access rules, security, bandwidth and more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, links, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import text_of
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.switches.feature_editing import add_feature, modify_feature
from openhyperv.emulator.host.switches.guarantees import GuaranteeRefused, check_connection
from openhyperv.emulator.providers.links import link
from openhyperv.emulator.providers.machines.define import SERVICE, read_settings
from openhyperv.emulator.providers.machines.finding import feature_at, resource_at
from openhyperv.emulator.providers.switches.guarantee_jobs import refused_guarantee
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_FEATURE = "Msvm_EthernetSwitchPortFeatureSettingData"
_COMPONENT = "Msvm_EthernetPortSettingDataComponent"


class FeatureProvider:
    """Each method does all that it is asked to or nothing. Ports change their features at any time."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(SERVICE, "AddFeatureSettings")
    def add(self, call: Call) -> Result:
        """New features for one connection."""
        place, connection = self._connection(call["AffectedConfiguration"])
        edited, host = _edited(place), self._host
        port = edited.resource(connection.tail)
        settings = read_settings(host, call["FeatureSettings"], _FEATURE)
        added = [add_feature(edited, port, s, host.profile, host.templates) for s in settings]
        return self._finish({place.system.guid: edited}, [(place.system, feature) for feature in added])

    @method(SERVICE, "ModifyFeatureSettings")
    def modify(self, call: Call) -> Result:
        """Change features, which InstanceIDs tell."""
        settings = read_settings(self._host, call["FeatureSettings"], _FEATURE)
        places = [self._place(text_of(setting, "InstanceID")) for setting in settings]
        edits = {place.system.guid: _edited(place) for place in places}
        changed = []
        for place, setting in zip(places, settings, strict=True):
            configuration = edits[place.system.guid]
            feature = configuration.feature(place.tail)
            if feature is None:
                raise MethodFailure(Code.INVALID_PARAMETER, "InstanceID names no feature.")
            modify_feature(configuration, feature, setting)
            changed.append((place.system, feature))
        return self._finish(edits, changed)

    @method(SERVICE, "RemoveFeatureSettings")
    def remove(self, call: Call) -> Result:
        """Take features away."""
        references = call["FeatureSettings"]
        found = [self._feature(ref) for ref in (references if isinstance(references, list | tuple) else ())]
        edits = {place.system.guid: _edited(place) for place, _ in found}
        for place, feature in {feature.tail: (place, feature) for place, feature in found}.values():
            edits[place.system.guid].remove_feature(feature)
        for system in {place.system.guid: place.system for place, _ in found}.values():
            self._take_over(system, edits[system.guid])
        return Result(Code.COMPLETED)

    @links(_COMPONENT)
    def components(self, end: ObjectPath) -> Iterable[Instance]:
        """Between a connection and its features."""
        found = resource_at(self._host, end)
        if found is not None:
            place, connection = found
            for feature in place.configuration.features_of(connection):
                yield self._component(place.configuration, connection, feature)
        touched = feature_at(self._host, end)
        if touched is not None:
            place, feature = touched
            port = place.configuration.resource(feature.kind.place_of(feature.tail))
            if port is not None:
                yield self._component(place.configuration, port, feature)

    def _component(self, configuration: Configuration, connection: Resource, feature: Feature) -> Instance:
        view = self._host.views
        ends = {
            "GroupComponent": view.path(configuration, connection),
            "PartComponent": view.path(configuration, feature),
        }
        return link(_COMPONENT, ends)

    def _connection(self, reference: Value) -> tuple[Place, Resource]:
        found = resource_at(self._host, reference) if isinstance(reference, ObjectPath) else None
        if found is None or found[0].is_snapshot or found[1].kind is not resources.ETHERNET_CONNECTION:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{reference} is no connection of a VM.")
        return found

    def _place(self, instance_id: str) -> Place:
        place = self._host.systems.locate(instance_id)
        if place is None or place.is_snapshot:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{instance_id!r} names no feature of a VM.")
        return place

    def _feature(self, reference: Value) -> tuple[Place, Feature]:
        found = feature_at(self._host, reference) if isinstance(reference, ObjectPath) else None
        if found is None or found[0].is_snapshot:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{reference} is no feature of a VM.")
        return found

    def _take_over(self, system: VirtualSystem, edited: Configuration) -> None:
        if system.is_being_reconfigured:
            raise MethodFailure(Code.INVALID_STATE, "The VM's devices are being changed.")
        with self._host.changing(system):
            system.configuration = edited
            system.configuration_changed = datetime.now(UTC)

    def _finish(
        self, edits: Mapping[str, Configuration], touched: Sequence[tuple[VirtualSystem, Feature]]
    ) -> Result:
        """Take over edited configurations; a job that fails where a switch cannot keep a promise."""
        # several of one connection are the rule: all of a port's access rules come together
        places = {(system.guid, f.kind.place_of(f.tail)): system for system, f in touched}
        for (guid, place), system in places.items():
            try:
                self._check(edits[guid], place)
            except GuaranteeRefused as refused:
                return refused_guarantee(
                    self._host, system.path, system.name, JobType.MODIFY_RESOURCES, refused
                )
        for system in {system.guid: system for system, _ in touched}.values():
            self._take_over(system, edits[system.guid])
        paths = [self._host.views.path(edits[system.guid], feature) for system, feature in touched]
        return Result(Code.COMPLETED, {"ResultingFeatureSettings": paths})

    def _check(self, configuration: Configuration, place: str) -> None:
        connection = configuration.resource(place)
        if connection is not None:
            check_connection(connection, configuration, self._host.switches)


def _edited(place: Place) -> Configuration:
    return place.configuration.copy(place.configuration.owner)
