"""From virtual machines to their settings, and among settings."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, links
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path, system_settings_path
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.setting_view import (
    BOOT_SOURCE,
    SECURITY,
    SECURITY_TAIL,
    boot_source_id,
    security_id,
)
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.providers.links import link
from openhyperv.emulator.providers.machines.finding import (
    any_system_at,
    place_at,
    resource_at,
    system_settings_at,
)
from openhyperv.emulator.providers.machines.system_settings import boot_device, bootable
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_STATE = "Msvm_SettingsDefineState"
_COMPONENT = "Msvm_VirtualSystemSettingDataComponent"
_ELEMENT_SETTING = "Msvm_ElementSettingData"
_IDENTITY = "Msvm_LogicalIdentity"


class SettingLinkProvider:
    """Associations whose ends are settings of virtual machines and snapshots."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @links(_STATE)
    def state(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a VM and its present settings."""
        system = any_system_at(self._host, end)
        place = system_settings_at(self._host, end)
        if system is None and place is not None and not place.is_snapshot:
            system = place.system
        if system is not None:
            settings = system_settings_path(system.guid)
            yield link(_STATE, {"ManagedElement": system.path, "SettingData": settings})

    @links(_COMPONENT)
    def components(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a configuration and the settings of its devices, its security settings included."""
        whole = system_settings_at(self._host, end)
        if whole is not None:
            for part in self._parts(whole):
                yield _component(whole, part)
            return
        place = self._place_of_part(end)
        if place is not None:
            yield _component(place, end)

    def _parts(self, place: Place) -> Iterator[ObjectPath]:
        configuration = place.configuration
        yield from (self._host.views.path(configuration, r) for r in configuration.resources())
        if self._host.schema.find("root/virtualization/v2", SECURITY) is not None:
            yield setting_path(SECURITY, security_id(configuration.owner))

    def _place_of_part(self, end: ObjectPath) -> Place | None:
        found = resource_at(self._host, end)
        if found is not None:
            return found[0]
        place = place_at(self._host, end) if end.class_name.lower() == SECURITY.lower() else None
        return place if place is not None and place.tail.lower() == SECURITY_TAIL.lower() else None

    @links(_ELEMENT_SETTING)
    def element_settings(self, end: ObjectPath) -> Iterator[Instance]:
        """From settings to themselves, as recorded on real hosts."""
        place = system_settings_at(self._host, end)
        if place is not None:
            path = system_settings_path(place.configuration.owner)
            yield _itself(path, is_current=2)
        elif (found := resource_at(self._host, end)) is not None:
            yield _itself(self._host.views.path(found[0].configuration, found[1]), is_current=1)

    @instances_of(_IDENTITY)
    def boot_identities(self) -> Iterator[Instance]:
        """Those of every VM and snapshot."""
        for configuration in self._host.systems.configurations():
            yield from (self._same(configuration, device) for device in bootable(configuration))

    @links(_IDENTITY)
    def boot_identity(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a device's setting and the boot source that the firmware makes of it."""
        place = place_at(self._host, end)
        if place is None:
            return
        is_source = end.class_name.lower() == BOOT_SOURCE.lower()
        device = boot_device(place) if is_source else place.resource
        if device is not None and device in list(bootable(place.configuration)):
            yield self._same(place.configuration, device)

    def _same(self, configuration: Configuration, device: Resource) -> Instance:
        source = setting_path(BOOT_SOURCE, boot_source_id(configuration.owner, device.tail))
        setting = self._host.views.path(configuration, device)
        return link(_IDENTITY, {"SystemElement": setting, "SameElement": source})


def _component(place: Place, part: ObjectPath) -> Instance:
    group = system_settings_path(place.configuration.owner)
    return link(_COMPONENT, {"GroupComponent": group, "PartComponent": part})


def _itself(path: ObjectPath, *, is_current: int) -> Instance:
    flags = {"IsCurrent": is_current, "IsDefault": 1, "IsNext": 0}
    return link(_ELEMENT_SETTING, {"ManagedElement": path, "SettingData": path}, flags)
