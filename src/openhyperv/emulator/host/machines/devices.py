"""The logical devices of a running virtual machine; one that is off has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from openhyperv.emulator.host.identities import Device, device_path
from openhyperv.emulator.host.machines import components, resources
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Resource
from openhyperv.wire.path import ObjectPath

PROCESSOR = "Msvm_Processor"
MEMORY = "Msvm_Memory"
VIDEO_HEAD = "Msvm_VideoHead"
TPM = "Msvm_TPM"
TPM_TAIL = "736E6AA9-A3F8-49C0-9550-A963214D259A"
KEYBOARD = "Msvm_Keyboard"
SHUTDOWN = "Msvm_ShutdownComponent"
KVP_EXCHANGE = "Msvm_KvpExchangeComponent"
DISPLAY = "Msvm_SyntheticDisplayController"

_CLASSES: Mapping[str, str] = {
    resources.IDE_CONTROLLER.name: "Msvm_IDEController",
    resources.SCSI_CONTROLLER.name: "Msvm_SCSIProtocolController",
    resources.DISK_DRIVE.name: "Msvm_DiskDrive",
    resources.PHYSICAL_DISK_DRIVE.name: "Msvm_DiskDrive",
    resources.DVD_DRIVE.name: "Msvm_DVDDrive",
    resources.DISKETTE_CONTROLLER.name: "Msvm_DisketteController",
    resources.DISKETTE_DRIVE.name: "Msvm_DisketteDrive",
    resources.HARD_DISK.name: "Msvm_LogicalDisk",
    resources.DVD_DISK.name: "Msvm_LogicalDisk",
    resources.FLOPPY_DISK.name: "Msvm_LogicalDisk",
    resources.SERIAL_CONTROLLER.name: "Msvm_SerialController",
    resources.SERIAL_PORT.name: "Msvm_SerialPort",
    resources.KEYBOARD.name: KEYBOARD,
    # UNVERIFIED: a generation 2 VM's keyboard is a Msvm_Keyboard too; clients type into it as such
    resources.SYNTHETIC_KEYBOARD.name: KEYBOARD,
    resources.PS2_MOUSE.name: "Msvm_Ps2Mouse",
    resources.SYNTHETIC_MOUSE.name: "Msvm_SyntheticMouse",
    resources.S3_DISPLAY.name: "Msvm_S3DisplayController",
    resources.SYNTHETIC_DISPLAY.name: DISPLAY,
    resources.DISPLAY_3D.name: "Msvm_Synthetic3DDisplayController",
    resources.SYNTHETIC_NIC.name: "Msvm_SyntheticEthernetPort",
    resources.EMULATED_NIC.name: "Msvm_EmulatedEthernetPort",
    components.HEARTBEAT.name: "Msvm_HeartbeatComponent",
    components.KVP_EXCHANGE.name: KVP_EXCHANGE,
    components.SHUTDOWN.name: SHUTDOWN,
    components.TIME_SYNC.name: "Msvm_TimeSyncComponent",
    components.VSS.name: "Msvm_VssComponent",
    components.GUEST_SERVICE_INTERFACE.name: "Msvm_GuestServiceInterfaceComponent",
    components.REMOTE_DESKTOP.name: "Msvm_RdvComponent",
}
"""The class of the device that a kind of setting makes."""
CLASSES = frozenset({*_CLASSES.values(), PROCESSOR, MEMORY, VIDEO_HEAD, TPM})


@frozen(eq=False)
class LogicalDevice:
    """One device; ``resource`` is its setting, None where none is its own."""

    system: VirtualSystem
    class_name: str
    tail: str
    resource: Resource | None = None

    @property
    def path(self) -> ObjectPath:
        """Its four keys."""
        return device_path(self.class_name, self.system.guid, self.tail)


def devices_of(system: VirtualSystem) -> Iterator[LogicalDevice]:
    """Every device, while the VM is on."""
    if not system.state.is_on:
        return
    for resource in system.configuration.resources():
        yield from _devices_of(system, resource)
    if system.configuration.security.get("TpmEnabled") is True:
        yield LogicalDevice(system, TPM, TPM_TAIL)


def _devices_of(system: VirtualSystem, resource: Resource) -> Iterator[LogicalDevice]:
    if resource.kind is resources.PROCESSOR:
        stem = resource.tail.rpartition("\\")[0]
        for number in range(resource.number("VirtualQuantity")):
            yield LogicalDevice(system, PROCESSOR, f"{stem}\\{number}", resource)
    elif resource.kind is resources.MEMORY:
        yield LogicalDevice(system, MEMORY, f"{resource.tail}\\0", resource)
    elif (class_name := _CLASSES.get(resource.kind.name)) is not None:
        yield LogicalDevice(system, class_name, _device_tail(resource), resource)
        if resource.tail == Device.SYNTHETIC_DISPLAY:
            yield LogicalDevice(system, VIDEO_HEAD, f"{resource.tail}\\Head\\0")


def _device_tail(resource: Resource) -> str:
    """Recorded keyboards and mice lack the last part of their settings' tails."""
    if resource.tail in (Device.KEYBOARD, Device.PS2_MOUSE):
        return resource.tail.partition("\\")[0]
    return resource.tail


def devices_for(system: VirtualSystem, resource: Resource) -> Iterator[LogicalDevice]:
    """The devices that one setting makes, while the VM is on."""
    return _devices_of(system, resource) if system.state.is_on else iter(())


def find_device(system: VirtualSystem, class_name: str, tail: str) -> LogicalDevice | None:
    """The device of that class and tail, in any case of letters."""
    wanted = (class_name.lower(), tail.lower())
    return next((d for d in devices_of(system) if (d.class_name.lower(), d.tail.lower()) == wanted), None)
