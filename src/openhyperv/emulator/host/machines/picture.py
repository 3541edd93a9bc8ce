"""Everything that clients can see of one virtual machine's state and settings, before and after a change."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.looks import Picture
from openhyperv.emulator.host.defaults import feature_kinds, resource_kinds
from openhyperv.emulator.host.identities import COMPUTER_SYSTEM, PLANNED_SYSTEM, SYSTEM_SETTINGS
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.system_view import system_instance
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.setting_view import SettingViews
from openhyperv.wire.instance import Instance


def pictured_classes(profile: Profile) -> frozenset[str]:
    """The classes of all that a picture can show."""
    resources = (kind.class_name for kind in resource_kinds(profile))
    features = (kind.class_name for kind in feature_kinds(profile))
    return frozenset((COMPUTER_SYSTEM, PLANNED_SYSTEM, SYSTEM_SETTINGS, *resources, *features))


def state_picture(system: VirtualSystem, views: SettingViews) -> Picture:
    """What shows the VM's state: its Msvm_ComputerSystem, planned or not, and its own settings."""
    settings = views.system(Place(system, system.configuration, ""))
    return {system.path: system_instance(system), settings.path: settings}


def full_picture(system: VirtualSystem, views: SettingViews) -> Picture:
    """The VM with its settings, its devices', its connections' features', and the same of its snapshots."""
    return {instance.path: instance for instance in _instances(system, views)}


def _instances(system: VirtualSystem, views: SettingViews) -> Iterator[Instance]:
    configuration = system.configuration
    yield system_instance(system)
    yield views.system(Place(system, configuration, ""))
    yield from _parts(configuration, views)
    for snapshot in system.snapshots.values():
        yield views.system(Place(system, snapshot.configuration, ""))
        yield from _parts(snapshot.configuration, views)


def _parts(configuration: Configuration, views: SettingViews) -> Iterator[Instance]:
    """The settings of devices and of their connections' features."""
    yield from (views.resource(configuration, resource) for resource in configuration.resources())
    yield from (views.feature(configuration, feature) for feature in configuration.features())
