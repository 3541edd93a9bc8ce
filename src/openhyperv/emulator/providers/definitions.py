"""Definition settings: the default, the bounds and the step of what each pool gives.

From a pool's capabilities Msvm_SettingsDefineCapabilities leads to its four definitions; ValueRole and
ValueRange tell which is which (Microsoft, Msvm_SettingsDefineCapabilities).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import links
from openhyperv.emulator.host.defaults import default_values, resource_kinds
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.machines.resource_kind import Point, Pool, ResourceKind
from openhyperv.emulator.host.machines.resources import MEMORY, PROCESSOR
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

PRODUCTION = 0
"""Msvm_SettingsDefineCapabilities.SupportStatement of what is no preview."""
_ROLE_AND_RANGE = {
    Point.DEFAULT: (0, 0),
    Point.MINIMUM: (1, 3),
    Point.MAXIMUM: (2, 3),
    Point.INCREMENT: (3, 3),
}
_TERABYTE_IN_MB = 1_048_576


def definition_providers(host: Host) -> Iterator[ClassProvider]:
    """A provider for each setting class that a pool's definitions are of."""
    names = {kind.class_name for kind in resource_kinds(host.profile) if kind.pool is not None}
    return (fixed_provider(name, partial(_definitions, host, name)) for name in sorted(names))


def _definitions(host: Host, class_name: str) -> Iterator[Instance]:
    for kind in resource_kinds(host.profile):
        if kind.pool is not None and kind.class_name == class_name:
            yield from (_definition(host, kind, kind.pool, point) for point in Point)


class DefinitionLinkProvider:
    """From the capabilities of each pool to its four definitions."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @links("Msvm_SettingsDefineCapabilities")
    def defined(self, end: ObjectPath) -> Iterator[Instance]:
        """Touching capabilities or a definition."""
        return touching(end, self._all())

    def _all(self) -> Iterator[Instance]:
        for kind in resource_kinds(self._host.profile):
            if kind.pool is not None:
                yield from (_link(kind, kind.pool, point, self._host.profile) for point in Point)


def _link(kind: ResourceKind, pool: Pool, point: Point, profile: Profile) -> Instance:
    setting = setting_path(kind.class_name, pool.definition_id(point))
    return settings_link(pool.capabilities_path, setting, point, profile)


def settings_link(capabilities: ObjectPath, setting: ObjectPath, point: Point, profile: Profile) -> Instance:
    """Msvm_SettingsDefineCapabilities from capabilities to a setting that stands for a point."""
    role, value_range = _ROLE_AND_RANGE[point]
    values = {"PropertyPolicy": 0, "ValueRole": role, "ValueRange": value_range}
    if profile.has(Release.WS2016):
        values["SupportStatement"] = PRODUCTION
    ends = {"GroupComponent": capabilities, "PartComponent": setting}
    return link("Msvm_SettingsDefineCapabilities", ends, values)


def _definition(host: Host, kind: ResourceKind, pool: Pool, point: Point) -> Instance:
    values = dict(default_values(kind, host.profile, host.hardware))
    values["InstanceID"] = instance_id = pool.definition_id(point)
    # UNVERIFIED: that only VirtualQuantity tells the bounds, and that those of most devices start at 0
    if point is Point.MINIMUM:
        values["VirtualQuantity"] = kind.quantity.minimum
    elif point is Point.MAXIMUM:
        values["VirtualQuantity"] = _maximum(kind, host.profile)
    elif point is Point.INCREMENT:
        values["VirtualQuantity"] = kind.quantity.increment
    return Instance(kind.class_name, values, path=setting_path(kind.class_name, instance_id))


def _maximum(kind: ResourceKind, profile: Profile) -> int:
    """What one VM may have at most (Microsoft, "Plan for Hyper-V scalability")."""
    if kind is PROCESSOR:
        return profile.maximum_processors(generation=2)
    if kind is MEMORY and profile.has(Release.WS2016):
        return (240 if profile.has(Release.WS2025) else 12) * _TERABYTE_IN_MB
    return kind.quantity.maximum
