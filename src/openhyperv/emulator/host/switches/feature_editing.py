"""Adding and changing features of switches and ports. Nothing here touches a host or tells anyone."""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.defaults import UnknownFeature, find_feature
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.switches.feature_kind import Applicability, BadFeature
from openhyperv.emulator.host.templates import Templates
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value


def add_feature(
    configuration: Configuration,
    port: Resource | None,
    setting: Instance,
    profile: Profile,
    templates: Templates,
) -> Feature:
    """Add a feature to a port of the configuration, or to the switch itself where ``port`` is None.

    :raises MethodFailure: no such feature, not for such a thing, values not taken, or there already
    """
    try:
        kind = find_feature(setting.class_name, profile)
    except UnknownFeature as error:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{error} is no feature.") from error
    wanted = Applicability.SWITCH if port is None else Applicability.PORT
    if kind.applicability is not wanted:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{kind.caption} do not belong here.")
    tail = kind.new_tail(port.tail if port else "")
    feature = templates.feature(kind, tail, _own_values(setting))
    _check(feature, configuration, port.tail if port else "")
    configuration.add_feature(feature)
    return feature


def modify_feature(configuration: Configuration, feature: Feature, setting: Instance) -> None:
    """Change a feature: only what has a value in ``setting``.

    :raises MethodFailure: another class, or values not taken
    """
    if setting.class_name.lower() != feature.class_name.lower():
        raise MethodFailure(Code.INVALID_PARAMETER, f"This feature is a {feature.class_name}.")
    feature.update(_own_values(setting))
    _check(feature, configuration, feature.kind.place_of(feature.tail))


def _own_values(setting: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in setting.items() if name != "InstanceID" and value is not None}


def _check(feature: Feature, configuration: Configuration, place: str) -> None:
    others = [
        other.merged()
        for other in configuration.features()
        if other.kind is feature.kind and other is not feature and other.kind.place_of(other.tail) == place
    ]
    try:
        feature.kind.check(feature.merged(), others)
    except BadFeature as error:
        raise MethodFailure(Code.INVALID_PARAMETER, str(error)) from error
