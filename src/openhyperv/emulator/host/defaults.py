"""Default settings: what a resource or feature setting holds when whoever adds it leaves something open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.emulator.host.hardware import Hardware
from openhyperv.emulator.host.machines.components import COMPONENTS
from openhyperv.emulator.host.machines.resource_kind import COMMON_VALUES, ResourceKind
from openhyperv.emulator.host.machines.resources import DEVICES, MEMORY, PROCESSOR
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.switches.feature_kind import FeatureKind
from openhyperv.emulator.host.switches.features import FEATURES
from openhyperv.wire.types import Value

_NAMESPACE = "root/virtualization/v2"


class UnknownResource(LookupError):  # noqa: N818  # read as a noun where it is caught
    """No resource of that type and sub-type exists in this release."""


def resource_kinds(profile: Profile) -> Iterator[ResourceKind]:
    """Every kind of resource that this release knows."""
    return (kind for kind in (*DEVICES, *COMPONENTS) if kind.exists_in(profile.release))


def find_kind(resource_type: int, resource_sub_type: str, profile: Profile) -> ResourceKind:
    """The kind that a setting's ResourceType and ResourceSubType (in any case of letters) name.

    :raises UnknownResource: there is none in this release
    """
    wanted = resource_sub_type.lower()
    for kind in resource_kinds(profile):
        if kind.resource_type == resource_type and kind.sub_type.lower() == wanted:
            return kind
    raise UnknownResource(f"{resource_type} {resource_sub_type}")


def default_setting(
    resource_type: int, resource_sub_type: str, profile: Profile, hardware: Hardware
) -> Mapping[str, Value]:
    """The default values of a new setting: every property but InstanceID that is not NULL.

    :raises UnknownResource: there is no such resource in this release
    """
    return default_values(find_kind(resource_type, resource_sub_type, profile), profile, hardware)


def default_values(kind: ResourceKind, profile: Profile, hardware: Hardware) -> Mapping[str, Value]:
    """The default values of a kind, only those properties that the release's class has."""
    values: dict[str, Value] = {**COMMON_VALUES, **kind.values, **_of_the_host(kind, hardware)}
    for release, changed in kind.changes:
        if profile.has(release):
            values.update(changed)
    values.update(ResourceType=kind.resource_type, ResourceSubType=kind.sub_type)
    known = _properties(kind.class_name, profile.release)
    return {name: value for name, value in values.items() if name.lower() in known}


class UnknownFeature(LookupError):  # noqa: N818  # read as a noun where it is caught
    """No feature has that class in this release."""


def feature_kinds(profile: Profile) -> Iterator[FeatureKind]:
    """Every kind of switch and port feature that this release knows."""
    return (kind for kind in FEATURES if kind.exists_in(profile.release))


def find_feature(class_name: str, profile: Profile) -> FeatureKind:
    """The kind of feature whose settings are of that class, in any case of letters.

    :raises UnknownFeature: there is none in this release
    """
    for kind in feature_kinds(profile):
        if kind.class_name.lower() == class_name.lower():
            return kind
    raise UnknownFeature(class_name)


def default_feature(kind: FeatureKind, profile: Profile) -> Mapping[str, Value]:
    """The default values of a feature: every property but InstanceID that is not NULL."""
    values: dict[str, Value] = {"Caption": kind.caption, "ElementName": kind.caption, **kind.values}
    known = _properties(kind.class_name, profile.release)
    return {name: value for name, value in values.items() if name.lower() in known}


def _of_the_host(kind: ResourceKind, hardware: Hardware) -> Mapping[str, Value]:
    """Values that tell the size of the host's NUMA nodes."""
    if kind is PROCESSOR:
        return {"MaxProcessorsPerNumaNode": hardware.processors_per_node, "MaxNumaNodesPerSocket": 1}
    if kind is MEMORY:
        return {"MaxMemoryBlocksPerNumaNode": hardware.memory_mb_per_node}
    return {}


@cache
def _properties(class_name: str, release: Release) -> frozenset[str]:
    decl = Schema.load(release).find(_NAMESPACE, class_name)
    return frozenset(decl.properties) if decl else frozenset()
