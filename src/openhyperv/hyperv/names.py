"""How Hyper-V names the objects that are addressed here: by key, never by search.

Forms and fixed device GUIDs as printed by real hosts; see Microsoft's Hyper-V WMI provider (V2) reference.
"""

from __future__ import annotations

import re

from openhyperv.wire.path import ObjectPath

COMPUTER_SYSTEM = "Msvm_ComputerSystem"
SYSTEM_SETTINGS = "Msvm_VirtualSystemSettingData"
RESOURCE_SETTINGS = "Msvm_ResourceAllocationSettingData"
STORAGE_SETTINGS = "Msvm_StorageAllocationSettingData"
SERIAL_PORT_SETTINGS = "Msvm_SerialPortSettingData"

_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

PROCESSOR = r"b637f346-6a0e-4dec-af52-bd70cb80a21d\0"
MEMORY = "4764334d-e001-4176-82ee-5594ec9b530e"
IDE_CONTROLLER = "83F8638B-8DCA-4152-9EDA-2CA8B33039B4"
SERIAL_CONTROLLER = "8E3A359F-559A-4B6A-98A9-1690A6100ED7"
SHUTDOWN = "9F8233AC-BE49-4C79-8EE3-E7E1985B2077"


def is_guid(text: str) -> bool:
    """True for a GUID without braces, which is what a VM's Name is; a host's Name is its computer name."""
    return _GUID.fullmatch(text) is not None


def service(class_name: str) -> ObjectPath:
    """A single-instance service; its class alone identifies it."""
    return ObjectPath(class_name, {"CreationClassName": class_name})


SYSTEM_SERVICE = service("Msvm_VirtualSystemManagementService")
SNAPSHOT_SERVICE = service("Msvm_VirtualSystemSnapshotService")
IMAGE_SERVICE = service("Msvm_ImageManagementService")


def system(guid: str) -> ObjectPath:
    """A virtual machine."""
    return ObjectPath(COMPUTER_SYSTEM, {"CreationClassName": COMPUTER_SYSTEM, "Name": guid})


def setting(class_name: str, instance_id: str) -> ObjectPath:
    """A settings object by its InstanceID."""
    return ObjectPath(class_name, {"InstanceID": instance_id})


def system_settings(guid: str) -> ObjectPath:
    """The current settings of a machine, or the settings that are a checkpoint, by their GUID."""
    return setting(SYSTEM_SETTINGS, f"Microsoft:{guid}")


def resource_id(guid: str, tail: str) -> str:
    """The InstanceID of one of a machine's resources."""
    return f"Microsoft:{guid}\\{tail}"


def device(class_name: str, guid: str, tail: str) -> ObjectPath:
    """A device of a running machine."""
    keys = {
        "CreationClassName": class_name,
        "DeviceID": f"Microsoft:{tail}",
        "SystemCreationClassName": COMPUTER_SYSTEM,
        "SystemName": guid,
    }
    return ObjectPath(class_name, keys)


def only_device(class_name: str, guid: str) -> ObjectPath:
    """A device that a machine has one of, whatever it is called: fewer keys do where they fit one object."""
    keys = {
        "CreationClassName": class_name,
        "SystemCreationClassName": COMPUTER_SYSTEM,
        "SystemName": guid,
    }
    return ObjectPath(class_name, keys)


def owner_of(instance_id: str) -> str:
    """The GUID of the machine or checkpoint that an InstanceID belongs to."""
    return instance_id.removeprefix("Microsoft:").partition("\\")[0]
