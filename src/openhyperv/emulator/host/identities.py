"""How a Hyper-V host names things: fixed device GUIDs, InstanceIDs, and the keys of object paths.

GUIDs and forms were read from printed instances of real hosts; GUIDs compare without case.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import uuid4

from openhyperv.wire.path import ObjectPath

COMPUTER_SYSTEM = "Msvm_ComputerSystem"
PLANNED_SYSTEM = "Msvm_PlannedComputerSystem"
SYSTEM_SETTINGS = "Msvm_VirtualSystemSettingData"
_AUTHORITY = "Microsoft:"


class Device(StrEnum):
    """Tails of the InstanceIDs of devices that each VM has at most one of (or a fixed number)."""

    PROCESSOR = r"b637f346-6a0e-4dec-af52-bd70cb80a21d\0"
    MEMORY = "4764334d-e001-4176-82ee-5594ec9b530e"
    IDE_0 = r"83F8638B-8DCA-4152-9EDA-2CA8B33039B4\0"
    IDE_1 = r"83F8638B-8DCA-4152-9EDA-2CA8B33039B4\1"
    SERIAL_CONTROLLER = "8E3A359F-559A-4B6A-98A9-1690A6100ED7"
    COM_1 = r"8E3A359F-559A-4B6A-98A9-1690A6100ED7\0"
    COM_2 = r"8E3A359F-559A-4B6A-98A9-1690A6100ED7\1"
    DISKETTE_CONTROLLER = r"8F0D2762-0B00-4E04-AF4F-19010527CB93\0"
    DISKETTE_DRIVE = r"8F0D2762-0B00-4E04-AF4F-19010527CB93\0\0\D"
    KEYBOARD = r"DE6CDC86-E1FB-4940-801B-C3C1A26C4DA4\Keyboard"
    PS2_MOUSE = r"655BC5C5-A784-46B7-81BC-E26328F7EB0E\Mouse"
    SYNTHETIC_MOUSE = "58F75A6D-D949-4320-99E1-A2A2576D581C"
    SYNTHETIC_KEYBOARD = "197F74E3-B84B-46DE-8AE6-82F1CD181CDC"
    S3_DISPLAY = "7D80D3DB-61EE-4879-8879-5609F1100AD0"
    SYNTHETIC_DISPLAY = "F3CF6965-E8D3-44A9-9B7D-A04245EA7525"
    DISPLAY_3D = "06FF76FA-2D58-4BAF-9F8D-455773824F37"  # UNVERIFIED: that the device is called as its pool
    HEARTBEAT = "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47"
    KVP_EXCHANGE = "2A34B1C2-FD73-4043-8A5B-DD2159BC743F"
    SHUTDOWN = "9F8233AC-BE49-4C79-8EE3-E7E1985B2077"
    TIME_SYNC = "2497F4DE-E9FA-4204-80E4-4B75C46419C0"
    VSS = "5CED1297-4598-4915-A5FC-AD21BB4D02A4"
    GUEST_SERVICE_INTERFACE = "6C09BB55-D683-4DA0-8931-C9BF705F6480"
    REMOTE_DESKTOP = "6C5ADDB9-A11A-4E8E-84CB-E6208201DB63"


def new_guid() -> str:
    """A fresh GUID as Hyper-V writes VM and device identifiers: upper case, no braces."""
    return str(uuid4()).upper()


def settings_id(owner: str) -> str:
    """The InstanceID of a VM's or snapshot's Msvm_VirtualSystemSettingData."""
    return f"{_AUTHORITY}{owner}"


def setting_id(owner: str, tail: str) -> str:
    """The InstanceID of a resource setting: ``Microsoft:OWNER\\tail``."""
    return f"{_AUTHORITY}{owner}\\{tail}"


def device_id(tail: str) -> str:
    """The DeviceID of a running VM's device: the tail of its setting, without the VM's GUID."""
    return f"{_AUTHORITY}{tail}"


def split_id(instance_id: str) -> tuple[str, str] | None:
    """Owner and tail of an InstanceID; the tail of a system's own settings is empty. None if not ours."""
    if not instance_id.lower().startswith(_AUTHORITY.lower()):
        return None
    owner, _, tail = instance_id[len(_AUTHORITY) :].partition("\\")
    return owner, tail


def system_path(name: str, class_name: str = COMPUTER_SYSTEM) -> ObjectPath:
    """A computer system: ``name`` is a VM's GUID or the host's own name."""
    return ObjectPath(class_name, {"CreationClassName": class_name, "Name": name})


def setting_path(class_name: str, instance_id: str) -> ObjectPath:
    """Anything whose only key is InstanceID: settings, capabilities, pools, jobs."""
    return ObjectPath(class_name, {"InstanceID": instance_id})


def system_settings_path(owner: str) -> ObjectPath:
    """The Msvm_VirtualSystemSettingData of a VM or snapshot."""
    return setting_path(SYSTEM_SETTINGS, settings_id(owner))


def device_path(class_name: str, system: str, tail: str) -> ObjectPath:
    """A logical device of a running VM."""
    return ObjectPath(
        class_name,
        {
            "CreationClassName": class_name,
            "DeviceID": device_id(tail),
            "SystemCreationClassName": COMPUTER_SYSTEM,
            "SystemName": system,
        },
    )


def service_path(class_name: str, name: str, host_name: str) -> ObjectPath:
    """A service of the host, ``vmms`` for instance."""
    return ObjectPath(
        class_name,
        {
            "CreationClassName": class_name,
            "Name": name,
            "SystemCreationClassName": COMPUTER_SYSTEM,
            "SystemName": host_name,
        },
    )
