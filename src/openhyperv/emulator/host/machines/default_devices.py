"""The devices that every new virtual machine has without being asked, per generation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openhyperv.emulator.host.identities import Device
from openhyperv.emulator.host.machines import components, resources
from openhyperv.emulator.host.machines.resource_kind import ResourceKind
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.templates import Templates
from openhyperv.wire.types import Value

_BOTH: Mapping[Device, ResourceKind] = {
    Device.PROCESSOR: resources.PROCESSOR,
    Device.MEMORY: resources.MEMORY,
}
_GENERATION_1: Mapping[Device, ResourceKind] = {
    Device.IDE_0: resources.IDE_CONTROLLER,
    Device.IDE_1: resources.IDE_CONTROLLER,
    Device.DISKETTE_CONTROLLER: resources.DISKETTE_CONTROLLER,
    Device.DISKETTE_DRIVE: resources.DISKETTE_DRIVE,
    Device.SERIAL_CONTROLLER: resources.SERIAL_CONTROLLER,
    Device.KEYBOARD: resources.KEYBOARD,
    Device.PS2_MOUSE: resources.PS2_MOUSE,
    Device.S3_DISPLAY: resources.S3_DISPLAY,
}
_GENERATION_2: Mapping[Device, ResourceKind] = {Device.SYNTHETIC_KEYBOARD: resources.SYNTHETIC_KEYBOARD}
_INTEGRATION: Mapping[Device, ResourceKind] = {
    Device.HEARTBEAT: components.HEARTBEAT,
    Device.KVP_EXCHANGE: components.KVP_EXCHANGE,
    Device.SHUTDOWN: components.SHUTDOWN,
    Device.TIME_SYNC: components.TIME_SYNC,
    Device.VSS: components.VSS,
    Device.GUEST_SERVICE_INTERFACE: components.GUEST_SERVICE_INTERFACE,
    Device.REMOTE_DESKTOP: components.REMOTE_DESKTOP,
}
_SYNTHETIC = (
    (Device.COM_1, resources.SERIAL_PORT),
    (Device.COM_2, resources.SERIAL_PORT),
    (Device.COM_1, resources.SERIAL_PORT_BEFORE_2016),
    (Device.COM_2, resources.SERIAL_PORT_BEFORE_2016),
    (Device.SYNTHETIC_MOUSE, resources.SYNTHETIC_MOUSE),
    (Device.SYNTHETIC_DISPLAY, resources.SYNTHETIC_DISPLAY),
    (Device.SYNTHETIC_DISPLAY, resources.SYNTHETIC_DISPLAY_BEFORE_2016),
)
_OWN_VALUES: Mapping[Device, Mapping[str, Value]] = {
    Device.IDE_0: {"ElementName": "IDE 0", "Address": "0"},
    Device.IDE_1: {"ElementName": "IDE 1", "Address": "1"},
    Device.COM_1: {"ElementName": "COM 1"},
    Device.COM_2: {"ElementName": "COM 2"},
}


def default_devices(generation: int, profile: Profile, templates: Templates) -> Iterator[Resource]:
    """The settings of the devices that a new VM of this generation has on this release."""
    by_generation = _GENERATION_1 if generation == 1 else _GENERATION_2
    for device, kind in (*_BOTH.items(), *by_generation.items(), *_SYNTHETIC, *_INTEGRATION.items()):
        if kind.exists_in(profile.release):
            yield templates.resource(kind, device.value, _OWN_VALUES.get(device))
