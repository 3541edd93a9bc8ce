"""What a machine should be, with every decision made: the output of the rules, the input of a host."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import TypeAlias
from uuid import UUID

from attrs import field, frozen

from openhyperv.machine.host_version import HostVersion


class Generation(IntEnum):
    """The virtual hardware: 1 has BIOS and IDE, 2 has UEFI and SCSI only."""

    ONE = 1
    TWO = 2


class SecureBootTemplate(StrEnum):
    """Whose signatures the firmware accepts; the value is SecureBootTemplateId.

    Published by ``Get-VMHost``'s SecureBootTemplates on Windows Server 2016 and later.
    """

    MICROSOFT_WINDOWS = "1734c6e8-3154-4dda-ba5f-a874cc483422"
    MICROSOFT_UEFI_CERTIFICATE_AUTHORITY = "272e7447-90a4-4563-a4b9-8e4ab00526ce"


class Bus(StrEnum):
    """What a drive is attached to."""

    IDE = "ide"
    SCSI = "scsi"


class DiskFormat(StrEnum):
    """The formats Hyper-V runs machines from."""

    VHD = "vhd"
    VHDX = "vhdx"


@frozen(order=True)
class Slot:
    """A place for a drive: ``location`` is what Hyper-V calls AddressOnParent."""

    bus: Bus
    controller: int
    location: int


@frozen
class FromImage:
    """A disk that starts as what an image on the host holds; the image itself is never written."""

    path: str
    format: DiskFormat
    virtual_size_bytes: int


@frozen
class ExistingDisk:
    """A disk file on the host that the machine uses and writes as it is."""

    path: str
    format: DiskFormat


@frozen
class BlankDisk:
    """A new, empty disk."""

    format: DiskFormat = DiskFormat.VHDX


DiskSource: TypeAlias = FromImage | ExistingDisk | BlankDisk


@frozen
class Disk:
    """A hard disk. ``size_bytes`` is None where the source's own size stays."""

    name: str
    source: DiskSource
    slot: Slot
    size_bytes: int | None = None
    boot_index: int | None = None


@frozen
class Dvd:
    """A DVD drive with the ISO at ``path`` on the host in it, or empty."""

    name: str
    path: str | None
    slot: Slot
    boot_index: int | None = None


@frozen
class NetworkAdapter:
    """A synthetic network adapter.

    ``mac_address`` is 12 upper-case hex digits, or None for one of the host's own; without ``switch`` the
    adapter is not connected.
    """

    name: str
    mac_address: str | None = None
    switch: str | None = None
    vlan_id: int | None = None


class SerialMode(StrEnum):
    """What the port is for."""

    READ_WRITE = "read-write"
    READ_ONLY = "read-only"
    UNUSED = "unused"


@frozen
class SerialPort:
    """COM1 or COM2; ``pipe`` is its named pipe as Hyper-V writes it, None where the port is unused."""

    number: int
    mode: SerialMode
    pipe: str | None


class BootDevice(IntEnum):
    """A class of boot device of generation 1; values of Msvm_VirtualSystemSettingData.BootOrder."""

    FLOPPY = 0
    CD = 1
    HARD_DISK = 2
    NETWORK = 3


@frozen
class BiosBoot:
    """Boot order of generation 1, by class of device."""

    devices: tuple[BootDevice, ...]


@frozen
class UefiBoot:
    """Boot order of generation 2: drives by slot, then network adapters by name."""

    drives: tuple[Slot, ...]
    network_adapters: tuple[str, ...]


BootOrder: TypeAlias = BiosBoot | UefiBoot


@frozen
class MachineSpec:
    """One machine.

    ``identity`` is unique, chosen by whoever asks (OpenStack: the instance's UUID). The names of the serial
    pipes derive from it; it is not the GUID that Hyper-V gives the machine.
    ``secure_boot`` is None where Secure Boot is off; it must then be switched off, since Hyper-V's own
    default is on. Memory is static. ``host`` is the version that it was designed for.
    """

    name: str
    identity: UUID
    generation: Generation
    vcpus: int
    memory_mb: int
    boot_order: BootOrder
    secure_boot: SecureBootTemplate | None = None
    disks: tuple[Disk, ...] = ()
    dvds: tuple[Dvd, ...] = ()
    network_adapters: tuple[NetworkAdapter, ...] = ()
    serial_ports: tuple[SerialPort, ...] = ()
    scsi_controllers: int = 1
    notes: str = ""
    metadata: Mapping[str, str] = field(factory=dict)
    host: HostVersion = field(kw_only=True)

    @property
    def drives(self) -> tuple[Disk | Dvd, ...]:
        """Disks, then DVD drives."""
        return (*self.disks, *self.dvds)
