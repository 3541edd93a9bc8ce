"""Shared default values of one host: every setting of a kind refers to the same mapping."""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.cim.schema import Schema
from openhyperv.emulator.host.defaults import default_feature, default_values
from openhyperv.emulator.host.hardware import Hardware
from openhyperv.emulator.host.machines.resource_kind import ResourceKind
from openhyperv.emulator.host.machines.system_defaults import system_defaults
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.switches.feature_kind import FeatureKind
from openhyperv.wire.types import Value


class Templates:
    """Makes settings whose defaults are shared."""

    def __init__(self, profile: Profile, hardware: Hardware, schema: Schema) -> None:
        self._profile = profile
        self._hardware = hardware
        self._schema = schema
        self._resources: dict[str, Mapping[str, Value]] = {}
        self._features: dict[str, Mapping[str, Value]] = {}
        self._systems: dict[int, Mapping[str, Value]] = {}

    def resource(self, kind: ResourceKind, tail: str, values: Mapping[str, Value] | None = None) -> Resource:
        """A new device's setting."""
        shared = self._resources.get(kind.sub_type)
        if shared is None:
            shared = self._resources[kind.sub_type] = default_values(kind, self._profile, self._hardware)
        resource = Resource(kind.class_name, tail, shared, kind=kind)
        resource.update(values or {})
        return resource

    def feature(self, kind: FeatureKind, tail: str, values: Mapping[str, Value] | None = None) -> Feature:
        """A new feature of a connection."""
        shared = self._features.get(kind.guid)
        if shared is None:
            shared = self._features[kind.guid] = default_feature(kind, self._profile)
        feature = Feature(kind.class_name, tail, shared, kind=kind)
        feature.update(values or {})
        return feature

    def system(self, generation: int) -> Mapping[str, Value]:
        """The shared values of all VMs of a generation."""
        if generation not in self._systems:
            self._systems[generation] = system_defaults(generation, self._profile, self._schema)
        return self._systems[generation]
