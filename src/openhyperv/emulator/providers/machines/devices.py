"""Logical devices of running virtual machines, and what they hang on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from openhyperv.emulator.cimom.provider import instances_of, links
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import Device, split_id
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import parent_tail
from openhyperv.emulator.host.machines.device_view import device_instance
from openhyperv.emulator.host.machines.devices import (
    CLASSES,
    VIDEO_HEAD,
    LogicalDevice,
    devices_for,
    devices_of,
    find_device,
)
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.machines.finding import resource_at, system_at, text_key
from openhyperv.emulator.providers.per_class import ClassProvider, class_provider
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_SYSTEM_DEVICE = "Msvm_SystemDevice"
_STATE = "Msvm_SettingsDefineState"
_ELEMENT_SETTING = "Msvm_ElementSettingData"
_MEDIA = "Msvm_MediaPresent"
_CONTROLLED = "Msvm_ControlledBy"
_UNIT = "Msvm_ProtocolControllerForUnit"
_SERIAL = "Msvm_SerialPortOnSerialController"
_HEAD = "Msvm_VideoHeadOnController"


def device_providers(host: Host) -> Iterator[ClassProvider]:
    """A provider for each class of device."""
    for class_name in sorted(CLASSES):
        yield class_provider(class_name, partial(_all, host, class_name), partial(_one, host))


def _all(host: Host, class_name: str) -> Iterator[Instance]:
    for system in host.systems:
        yield from (device_instance(d, host.schema) for d in devices_of(system) if d.class_name == class_name)


def _one(host: Host, path: ObjectPath) -> Instance | None:
    device = device_at(host, path)
    return device_instance(device, host.schema) if device else None


def device_at(host: Host, path: ObjectPath) -> LogicalDevice | None:
    """The device that a path names."""
    system = host.systems.find(text_key(path, "SystemName"))
    owner, rest = split_id(text_key(path, "DeviceID")) or ("", "")
    tail = f"{owner}\\{rest}" if rest else owner
    return find_device(system, path.class_name, tail) if system else None


class DeviceLinkProvider:
    """Associations whose ends are devices of running virtual machines."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @links(_SYSTEM_DEVICE)
    def of_system(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a VM and its devices."""
        system = system_at(self._host, end)
        device = device_at(self._host, end)
        for part in devices_of(system) if system else ([device] if device else []):
            yield link(_SYSTEM_DEVICE, {"GroupComponent": part.system.path, "PartComponent": part.path})

    @instances_of(_STATE)
    def states(self) -> Iterator[Instance]:
        """From every device to its setting; the schema's own declaration knows of VMs alone."""
        for system in self._host.systems:
            for device in devices_of(system):
                if device.resource is not None:
                    yield self._state(device, device.resource)

    @links(_STATE)
    def state(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a device and its setting."""
        device = device_at(self._host, end)
        if device is not None and device.resource is not None:
            yield self._state(device, device.resource)
        found = resource_at(self._host, end)
        if found is not None and not found[0].is_snapshot:
            for made in devices_for(found[0].system, found[1]):
                yield self._state(made, found[1])

    @links(_ELEMENT_SETTING)
    def component_settings(self, end: ObjectPath) -> Iterator[Instance]:
        """Between an integration component and its setting."""
        for state in self.state(end):
            ends = {name: path for name, path in state.items() if isinstance(path, ObjectPath)}
            if ends["SettingData"].class_name.endswith("ComponentSettingData"):
                yield link(_ELEMENT_SETTING, ends, {"IsCurrent": 1, "IsDefault": 1, "IsNext": 0})

    def _state(self, device: LogicalDevice, resource: Resource) -> Instance:
        setting = self._host.views.path(device.system.configuration, resource)
        return link(_STATE, {"ManagedElement": device.path, "SettingData": setting})

    @links(_MEDIA)
    def media(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a drive and what is in it."""
        return self._pairs(end, _MEDIA, "L")

    @links(_UNIT)
    def units(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a SCSI controller and its drives."""
        return self._pairs(end, _UNIT, "D", resources.SCSI_CONTROLLER.name)

    @links(_CONTROLLED)
    def controlled(self, end: ObjectPath) -> Iterator[Instance]:
        """Between an IDE or diskette controller and its drives."""
        names = (resources.IDE_CONTROLLER.name, resources.DISKETTE_CONTROLLER.name)
        return self._pairs(end, _CONTROLLED, "D", *names)

    @links(_SERIAL)
    def serial(self, end: ObjectPath) -> Iterator[Instance]:
        """Between the serial controller and its ports."""
        return self._fixed(end, _SERIAL, Device.SERIAL_CONTROLLER, (Device.COM_1, Device.COM_2))

    @links(_HEAD)
    def head(self, end: ObjectPath) -> Iterator[Instance]:
        """Between the display controller and its head."""
        system = self._system(end)
        display = system.configuration.resource(Device.SYNTHETIC_DISPLAY) if system else None
        made = list(devices_for(system, display)) if system and display else []
        heads = [device for device in made if device.class_name == VIDEO_HEAD]
        return touching(end, (_dependency(_HEAD, made[0], head) for head in heads))

    def _system(self, end: ObjectPath) -> VirtualSystem | None:
        return self._host.systems.find(text_key(end, "SystemName"))

    def _pairs(self, end: ObjectPath, association: str, last: str, *parents: str) -> Iterator[Instance]:
        """Parents and children whose tail ends so, where the parent is one of these kinds, or any."""
        system = self._system(end)
        found = list(_children(system, last)) if system else []
        pairs = (pair for pair in found if not parents or _kind_name(pair[0]) in parents)
        return touching(end, (_dependency(association, *pair) for pair in pairs))

    def _fixed(
        self, end: ObjectPath, association: str, parent: Device, children: tuple[Device, ...]
    ) -> Iterator[Instance]:
        system = self._system(end)
        if system is None:
            return iter(())
        above = _made(system, parent)
        below = [device for child in children for device in _made(system, child)]
        return touching(end, (_dependency(association, a, b) for a in above for b in below))


def _made(system: VirtualSystem, tail: str) -> list[LogicalDevice]:
    resource = system.configuration.resource(tail)
    return list(devices_for(system, resource)) if resource else []


def _children(system: VirtualSystem, last: str) -> Iterator[tuple[LogicalDevice, LogicalDevice]]:
    for resource in system.configuration.resources():
        if resource.tail.upper().endswith(f"\\{last}"):
            for above in _made(system, parent_tail(resource)):
                yield from ((above, device) for device in devices_for(system, resource))


def _kind_name(device: LogicalDevice) -> str:
    return device.resource.kind.name if device.resource else ""


def _dependency(association: str, antecedent: LogicalDevice, dependent: LogicalDevice) -> Instance:
    return link(association, {"Antecedent": antecedent.path, "Dependent": dependent.path})
