"""What of a virtual machine can be metered now: devices and, while it runs, rules that count traffic."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.metrics.definitions import metrics_of
from openhyperv.emulator.host.metrics.metric import Metric, Source
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.switches.features import ACL

METER = 3
"""Msvm_EthernetSwitchPortAclSettingData.Action of a rule that counts."""
_DIRECTIONS = {1: Source.INCOMING, 2: Source.OUTGOING}
_SOURCES = {
    resources.PROCESSOR.name: Source.PROCESSOR,
    resources.MEMORY.name: Source.MEMORY,
    resources.HARD_DISK.name: Source.DISK,
}

Key = tuple[str, str]


@frozen(eq=False)
class Part:
    """One metric of one device's setting, or of one rule of a port."""

    system: VirtualSystem
    setting: Resource | Feature
    metric: Metric

    @property
    def key(self) -> Key:
        """What its meter is kept under."""
        return self.setting.tail.lower(), self.metric.guid


def parts_of_system(system: VirtualSystem, profile: Profile) -> Iterator[Part]:
    """Everything that can be metered of a VM now."""
    configuration = system.configuration
    for resource in configuration.resources():
        if resource.kind.name in _SOURCES:
            yield from parts_of_setting(system, resource, profile)
    for feature in configuration.features():
        yield from parts_of_setting(system, feature, profile)


def parts_of_setting(system: VirtualSystem, setting: Resource | Feature, profile: Profile) -> Iterator[Part]:
    """What can be metered of a device, of a rule, or of all the rules of a connection."""
    if isinstance(setting, Resource) and setting.kind is resources.ETHERNET_CONNECTION:
        for feature in system.configuration.features_of(setting):
            yield from parts_of_setting(system, feature, profile)
        return
    source = _device_source(setting) if isinstance(setting, Resource) else _rule_source(setting)
    # os-win's callers wait until a VM runs before they have its traffic metered
    if source is None or (source.is_network and not system.state.is_on):
        return
    for metric in metrics_of(profile, source):
        yield Part(system, setting, metric)


def _device_source(resource: Resource) -> Source | None:
    return _SOURCES.get(resource.kind.name)


def _rule_source(feature: Feature) -> Source | None:
    if feature.kind is not ACL or feature.value("Action") != METER:
        return None
    return _DIRECTIONS.get(feature.number("Direction"))
