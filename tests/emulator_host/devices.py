"""Texts of settings as clients send them, and real disk files for them."""

from __future__ import annotations

from openhyperv.emulator.disks.kinds import MIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import create
from tests.emulator_host.conftest import Emulated

RASD = "Msvm_ResourceAllocationSettingData"
SASD = "Msvm_StorageAllocationSettingData"
SUB = "Microsoft:Hyper-V:"


def path_text(class_name: str, instance_id: str) -> str:
    """An object path as text, as Parent and HostResource hold it."""
    escaped = instance_id.replace("\\", "\\\\")
    return f'\\\\HV1\\root\\virtualization\\v2:{class_name}.InstanceID="{escaped}"'


def controller(emulated: Emulated, name: str = "new-scsi") -> str:
    """A SCSI controller; ``name`` is what others of the same call may call it."""
    values = {"InstanceID": name, "ResourceType": 6, "ResourceSubType": f"{SUB}Synthetic SCSI Controller"}
    return emulated.text(RASD, values)


def drive(emulated: Emulated, parent: str, slot: int, name: str = "new-drive", *, dvd: bool = False) -> str:
    """A disk or DVD drive on a controller."""
    values = {
        "InstanceID": name,
        "ResourceType": 16 if dvd else 17,
        "ResourceSubType": f"{SUB}Synthetic {'DVD' if dvd else 'Disk'} Drive",
        "Parent": path_text(RASD, parent),
        "AddressOnParent": str(slot),
    }
    return emulated.text(RASD, values)


def medium(emulated: Emulated, parent: str, file: str, *, dvd: bool = False) -> str:
    """A disk or ISO image in a drive."""
    values = {
        "ResourceType": 31,
        "ResourceSubType": f"{SUB}Virtual {'CD/DVD' if dvd else 'Hard'} Disk",
        "Parent": path_text(RASD, parent),
        "HostResource": [file],
    }
    return emulated.text(SASD, values)


def disk(emulated: Emulated, file: str, slot: int = 0) -> list[str]:
    """A controller, a drive and a disk that refer to each other, children first."""
    return [
        medium(emulated, "new-drive", file),
        drive(emulated, "new-scsi", slot),
        controller(emulated),
    ]


def make_disk(emulated: Emulated, windows_path: str, size_mib: int = 8) -> None:
    """A real dynamic VHDX file on the host."""
    path = emulated.host.files.local(windows_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    create(path, DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, size_bytes=size_mib * MIB))
