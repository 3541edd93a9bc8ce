"""The settings of virtual machines and snapshots themselves, and generation 2 boot sources."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import SYSTEM_SETTINGS
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.setting_view import BOOT_SOURCE, SECURITY, SECURITY_TAIL
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.providers.machines.finding import place_at, system_settings_at
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath


class SystemSettingsProvider:
    """Msvm_VirtualSystemSettingData, Msvm_SecuritySettingData and Msvm_BootSourceSettingData."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(SYSTEM_SETTINGS, is_announced=True)
    def all_settings(self) -> Iterator[Instance]:
        """Of every VM and every snapshot."""
        return (self._host.views.system(place) for place in self._places())

    @lookup(SYSTEM_SETTINGS)
    def settings(self, path: ObjectPath) -> Instance | None:
        """Of one VM or snapshot."""
        place = system_settings_at(self._host, path)
        return self._host.views.system(place) if place else None

    @instances_of(SECURITY)
    def all_security(self) -> Iterator[Instance]:
        """Of every VM and every snapshot."""
        return (self._host.views.security(configuration) for configuration in self._configurations())

    @lookup(SECURITY)
    def security(self, path: ObjectPath) -> Instance | None:
        """Of one VM or snapshot."""
        place = place_at(self._host, path)
        if place is None or place.tail.lower() != SECURITY_TAIL.lower():
            return None
        return self._host.views.security(place.configuration)

    @instances_of(BOOT_SOURCE)
    def boot_sources(self) -> Iterator[Instance]:
        """Of every generation 2 VM, in boot order."""
        for configuration in self._configurations():
            for resource in bootable(configuration):
                yield self._host.views.boot_source(configuration, resource)

    @lookup(BOOT_SOURCE)
    def boot_source(self, path: ObjectPath) -> Instance | None:
        """One boot source."""
        place = place_at(self._host, path)
        resource = boot_device(place) if place else None
        return self._host.views.boot_source(place.configuration, resource) if place and resource else None

    def _configurations(self) -> Iterator[Configuration]:
        return self._host.systems.configurations()

    def _places(self) -> Iterator[Place]:
        for system in self._host.systems.with_planned():
            yield Place(system, system.configuration, "")
            for snapshot in system.snapshots.values():
                yield Place(system, snapshot.configuration, "")


def bootable(configuration: Configuration) -> Iterator[Resource]:
    """The devices that generation 2 firmware tries, in order."""
    if configuration.generation == 1:
        return
    for tail in configuration.boot_tails:
        resource = configuration.resource(tail)
        if resource is not None:
            yield resource


def boot_device(place: Place) -> Resource | None:
    """The device of the boot source that an InstanceID names."""
    if place.configuration.generation == 1 or not place.tail.upper().endswith("\\B"):
        return None
    tail = place.tail[:-2]
    listed = tail.lower() in (known.lower() for known in place.configuration.boot_tails)
    return place.configuration.resource(tail) if listed else None
