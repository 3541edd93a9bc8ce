"""From a virtual machine's settings to what a guest runner needs to boot it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from openhyperv.emulator.guests.machine import Bus, GuestDrive, GuestMachine, GuestNic, GuestNode, Template
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import BadHostPath, HostFiles
from openhyperv.emulator.host.hardware import Hardware
from openhyperv.emulator.host.identities import Device
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.placement import NICS, slot_of
from openhyperv.emulator.host.numa.virtual_nodes import (
    memory_setting,
    processor_setting,
    sockets,
    virtual_nodes,
)
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.storage.pass_through import passed_through
from openhyperv.emulator.host.switches.network import connected_switch

TEMPLATES = {
    "1734c6e8-3154-4dda-ba5f-a874cc483422": Template.MICROSOFT_WINDOWS,
    "272e7447-90a4-4563-a4b9-8e4ab00526ce": Template.MICROSOFT_UEFI_CA,
    "4292ae2b-ee2c-42b5-a969-dd8f8689f6f3": Template.OPEN_SOURCE_SHIELDED_VM,
}
"""Secure Boot templates by SecureBootTemplateId."""
_PIPE = "\\\\.\\pipe\\"
_CONTROLLERS = (resources.IDE_CONTROLLER.name, resources.SCSI_CONTROLLER.name)
_MEDIA = (resources.HARD_DISK.name, resources.DVD_DISK.name)
_FLOPPY, _CD, _HARD_DISK, _NETWORK = 0, 1, 2, 3
"""Msvm_VirtualSystemSettingData.BootOrder."""
FILE_NOT_FOUND = 0x80070002


def guest_machine(
    configuration: Configuration, files: HostFiles, state_dir: Path, hardware: Hardware
) -> GuestMachine:
    """Everything about a VM that its guest depends on.

    :raises JobFailure: a disk's file is missing, or its path is none of this host's
    """
    drives = tuple(guest_drives(configuration, files))
    nics = tuple(guest_nic(nic, configuration) for nic in _nics(configuration))
    return GuestMachine(
        guid=configuration.owner,
        name=configuration.name,
        generation=configuration.generation,
        vcpus=processor_setting(configuration).number("VirtualQuantity"),
        memory_mb=memory_setting(configuration).number("VirtualQuantity"),
        maximum_memory_mb=hardware.memory_mb,
        nodes=[GuestNode(node.processors, node.memory_mb) for node in virtual_nodes(configuration)],
        sockets=sockets(configuration),
        state_dir=state_dir,
        drives=drives,
        nics=nics,
        serial_pipes=_serial_pipes(configuration),
        boot_order=_boot_order(configuration, drives, nics),
        secure_boot=_secure_boot(configuration),
        has_tpm=configuration.security.get("TpmEnabled") is True,
    )


def guest_drives(configuration: Configuration, files: HostFiles) -> Iterator[GuestDrive]:
    """Every disk with a medium and every DVD drive, floppies excepted."""
    counts = dict.fromkeys(_CONTROLLERS, 0)
    for controller in configuration.resources():
        if controller.kind.name not in counts:
            continue
        number = counts[controller.kind.name]
        counts[controller.kind.name] += 1
        for drive in configuration.children(controller):
            medium = next(configuration.children(drive), None)
            if drive.kind is resources.PHYSICAL_DISK_DRIVE:
                yield _pass_through(controller, number, drive, files)
            elif medium is not None or drive.kind is resources.DVD_DRIVE:
                yield _guest_drive(controller, number, drive, medium, files)


def guest_drive(drive: Resource, configuration: Configuration, files: HostFiles) -> GuestDrive | None:
    """One drive as the guest sees it; None for a disk drive without a disk."""
    return next((d for d in guest_drives(configuration, files) if d.device_id == drive.tail), None)


def _guest_drive(
    controller: Resource, number: int, drive: Resource, medium: Resource | None, files: HostFiles
) -> GuestDrive:
    is_dvd = drive.kind is resources.DVD_DRIVE
    return GuestDrive(
        device_id=drive.tail,
        bus=Bus.IDE if controller.kind is resources.IDE_CONTROLLER else Bus.SCSI,
        controller=number,
        slot=slot_of(drive),
        path=medium_file(medium, files) if medium else None,
        is_dvd=is_dvd,
        read_only=is_dvd or (medium is not None and medium.number("Access") == 1),
        maximum_iops=0 if is_dvd or medium is None else medium.number("IOPSLimit"),
    )


def _pass_through(controller: Resource, number: int, drive: Resource, files: HostFiles) -> GuestDrive:
    """A physical disk of the host as the guest's own.

    :raises JobFailure: the host has no such disk any more, or uses it itself
    """
    disk = passed_through(drive, files.disks)
    if disk is None or not disk.is_offline:
        raise _missing(drive, disk.name if disk else "".join(drive.texts("HostResource")))
    return GuestDrive(
        device_id=drive.tail,
        bus=Bus.IDE if controller.kind is resources.IDE_CONTROLLER else Bus.SCSI,
        controller=number,
        slot=slot_of(drive),
        path=files.disks.contents(disk),
    )


def medium_file(medium: Resource, files: HostFiles) -> Path:
    """The local file of a medium.

    :raises JobFailure: there is no such file
    """
    windows_path = (medium.texts("HostResource") or [""])[0]
    try:
        path = files.local(windows_path)
    except BadHostPath as error:
        raise _missing(medium, windows_path) from error
    if not path.is_file():
        raise _missing(medium, windows_path)
    return path


def _missing(medium: Resource, windows_path: str) -> JobFailure:
    return JobFailure(
        Code.FAILED,  # UNVERIFIED: ErrorCode; the text's HRESULT is that of the file system
        f"{medium.kind.name}: Failed to open attachment '{windows_path}'. "
        f"Error: 'The system cannot find the file specified.' (0x{FILE_NOT_FOUND:08X}).",
        FILE_NOT_FOUND,
    )


def _nics(configuration: Configuration) -> Iterator[Resource]:
    return (resource for resource in configuration.resources() if resource.kind.name in NICS)


def guest_nic(nic: Resource, configuration: Configuration) -> GuestNic:
    """A network adapter as the guest sees it."""
    connection = next(configuration.children(nic), None)
    is_connected = connection is not None and connected_switch(connection) is not None
    return GuestNic(nic.tail, nic.text("Address"), connected=is_connected)


def _serial_pipes(configuration: Configuration) -> list[str | None]:
    """Shielded machines have no serial ports (Microsoft, "Guarded fabric and shielded VMs overview")."""
    ports = (Device.COM_1, Device.COM_2)
    return [None if configuration.is_shielded else _pipe_name(configuration, port) for port in ports]


def _pipe_name(configuration: Configuration, port: Device) -> str | None:
    resource = configuration.resource(port)
    connection = (resource.texts("Connection") or [""])[0] if resource else ""
    return connection[len(_PIPE) :] if connection.lower().startswith(_PIPE) else None


def _boot_order(
    configuration: Configuration, drives: Sequence[GuestDrive], nics: Sequence[GuestNic]
) -> list[str]:
    if configuration.generation == 2:
        present = {drive.device_id for drive in drives} | {nic.device_id for nic in nics}
        return [tail for tail in configuration.boot_tails if tail in present]
    by_code = {
        _CD: [d.device_id for d in drives if d.is_dvd],
        _HARD_DISK: [d.device_id for d in drives if not d.is_dvd and d.bus is Bus.IDE],
        _NETWORK: [n.device_id for n in nics],
    }
    order = configuration.value("BootOrder")
    codes = [code for code in order if isinstance(code, int)] if isinstance(order, list) else []
    return [device_id for code in codes for device_id in by_code.get(code, ())]


def _secure_boot(configuration: Configuration) -> Template | None:
    if configuration.generation == 1 or configuration.value("SecureBootEnabled") is not True:
        return None
    return TEMPLATES.get(configuration.text("SecureBootTemplateId").lower(), Template.MICROSOFT_WINDOWS)
