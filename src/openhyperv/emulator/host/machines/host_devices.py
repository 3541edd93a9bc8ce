"""Disks and PCI devices of the host that virtual machines have: who has what, and who may have it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.hardware import BusType
from openhyperv.emulator.host.hardware.known_disks import KnownDisk
from openhyperv.emulator.host.hardware.pci import PciDevice
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import device_path
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.gpu_partitions import check_partition
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.storage.pass_through import host_disk_path, host_resource, passed_through
from openhyperv.wire.path import ObjectPath

PCI_EXPRESS = "Msvm_PciExpress"
SAVE = 3
"""Msvm_VirtualSystemSettingData.AutomaticShutdownAction: save the VM."""


@frozen(eq=False)
class Assignment:
    """A device of the host in a VM: ``resource`` is the VM's setting, ``target`` the host's device."""

    system: VirtualSystem
    resource: Resource
    target: ObjectPath


def host_pci_path(host_name: str, device: PciDevice) -> ObjectPath:
    """The host's Msvm_PciExpress of a dismounted device."""
    # UNVERIFIED: which GUID stands in DeviceID; that the instance path follows it, clients rely on
    return device_path(PCI_EXPRESS, host_name, f"{resources.PCI_EXPRESS_GUID}\\{device.assignable_path}")


def assignments(host: Host) -> Iterator[Assignment]:
    """Every device of the host that a VM has in its settings, running or not."""
    for system in host.systems:
        for resource in filter(is_of_the_host, system.configuration.resources()):
            if (target := host_resource(resource)) is not None:
                yield Assignment(system, resource, target)


def is_of_the_host(resource: Resource) -> bool:
    """True for a VM's device that is one of the host's."""
    return resource.kind in (resources.PHYSICAL_DISK_DRIVE, resources.PCI_EXPRESS_PORT)


def check_checkpoint(configuration: Configuration) -> None:
    """Refuse to freeze what the host's own devices hold.

    :raises MethodFailure: with 32770
    """
    if any(r.kind is resources.GPU_PARTITION for r in configuration.resources()):
        # UNVERIFIED: that there are no checkpoints with a GPU partition, and the code
        raise MethodFailure(Code.NOT_SUPPORTED, "The VM has a GPU partition, which no checkpoint holds.")
    if any(map(is_of_the_host, configuration.resources())):
        # UNVERIFIED: the code; that there are no checkpoints with pass-through disks or PCI devices is known
        raise MethodFailure(Code.NOT_SUPPORTED, "The VM has devices of the host, which no checkpoint holds.")


def check_save(configuration: Configuration) -> None:
    """Refuse to save a VM with a PCI device or a part of one, whose state Hyper-V cannot read.

    :raises MethodFailure: with 32770
    """
    if any(resource.kind is resources.GPU_PARTITION for resource in configuration.resources()):
        # UNVERIFIED: that such a VM cannot be saved, and the code
        raise MethodFailure(Code.NOT_SUPPORTED, "The VM has a GPU partition and cannot be saved.")
    if any(resource.kind is resources.PCI_EXPRESS_PORT for resource in configuration.resources()):
        # UNVERIFIED: the code; Microsoft documents that such a VM cannot be saved
        raise MethodFailure(Code.NOT_SUPPORTED, "The VM has a PCI device and cannot be saved.")


def check_shutdown_action(configuration: Configuration) -> None:
    """Refuse a VM with a PCI device that would be saved when its host shuts down.

    :raises MethodFailure: with 32775
    """
    has_device = any(resource.kind is resources.PCI_EXPRESS_PORT for resource in configuration.resources())
    if has_device and configuration.value("AutomaticShutdownAction") == SAVE:
        # UNVERIFIED: the code; Microsoft documents that the VM must not be saved with a device
        raise MethodFailure(Code.INVALID_STATE, "The VM would be saved when the host shuts down.")


def is_running_with(host: Host, disk: KnownDisk) -> bool:
    """True while a running VM has a disk."""
    path = host_disk_path(host.name, disk.number)
    return any(a.target == path and a.system.state.is_on for a in assignments(host))


def check_host_devices(host: Host, before: Configuration | None, after: Configuration) -> None:
    """Refuse devices of the host that a VM newly asks for and cannot have; note the full paths of the rest.

    :raises MethodFailure: no such device, one that others have, a disk that is online, a VM that would be
        saved when the host shuts down
    """
    for resource in filter(is_of_the_host, after.resources()):
        old = before.resource(resource.tail) if before else None
        if old is None or old.texts("HostResource") != resource.texts("HostResource"):
            target = _wanted(host, resource, after)
            _check_free(host, target, resource, after)
            resource.update({"HostResource": [str(target.on(host.name))]})
    check_dynamic_memory(after)
    check_partition(host, after)


def check_dynamic_memory(configuration: Configuration) -> None:
    """Refuse a VM with a PCI device and dynamic memory (Microsoft, "Plan for deploying devices").

    :raises MethodFailure: with 32775
    """
    has_device = any(resource.kind is resources.PCI_EXPRESS_PORT for resource in configuration.resources())
    memory = next(configuration.of_class(resources.MEMORY.class_name))
    if has_device and memory.value("DynamicMemoryEnabled") is True:
        # UNVERIFIED: the code; that such a VM has no dynamic memory is documented
        raise MethodFailure(Code.INVALID_STATE, "A VM with a PCI device has no dynamic memory.")


def _wanted(host: Host, resource: Resource, configuration: Configuration) -> ObjectPath:
    if resource.kind is resources.PHYSICAL_DISK_DRIVE:
        return _wanted_disk(host, resource)
    return _wanted_pci_device(host, resource, configuration)


def _wanted_disk(host: Host, drive: Resource) -> ObjectPath:
    disk = passed_through(drive, host.disks)
    if disk is None:
        raise MethodFailure(Code.INVALID_PARAMETER, "HostResource names no physical disk of this host.")
    if disk.hardware.bus is BusType.FILE_BACKED_VIRTUAL:
        # UNVERIFIED: whether a file that the host has attached can go through to a machine
        raise MethodFailure(Code.IN_USE, f"The host has the file of disk {disk.number} open.")
    if not disk.is_offline:
        # UNVERIFIED: the code for a disk that is online; that it must be offline is documented
        raise MethodFailure(Code.INVALID_STATE, f"Disk {disk.number} is online.")
    return host_disk_path(host.name, disk.number)


def _wanted_pci_device(host: Host, port: Resource, configuration: Configuration) -> ObjectPath:
    named = host_resource(port)
    paths = (host_pci_path(host.name, device) for device in host.pci.dismounted())
    path = next((path for path in paths if path == named), None)
    if path is None:
        raise MethodFailure(Code.INVALID_PARAMETER, "HostResource names no dismounted device of this host.")
    check_shutdown_action(configuration)
    return path


def _check_free(host: Host, target: ObjectPath, resource: Resource, configuration: Configuration) -> None:
    others = (a for a in assignments(host) if a.target == target)
    is_taken = any(a.system.guid != configuration.owner for a in others) or any(
        host_resource(own) == target
        for own in filter(is_of_the_host, configuration.resources())
        if own is not resource
    )
    if is_taken:
        # UNVERIFIED: the code for a device of the host that a VM has already
        raise MethodFailure(Code.IN_USE, f"{target.key('DeviceID')} belongs to a virtual machine already.")
