"""A machine's specification as the settings that Hyper-V's methods take. Pure: nothing is sent here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from uuid import uuid4

from openhyperv.hyperv.names import (
    IDE_CONTROLLER,
    RESOURCE_SETTINGS,
    SERIAL_CONTROLLER,
    SERIAL_PORT_SETTINGS,
    resource_id,
)
from openhyperv.machine.drives import Disk, Dvd, Slot
from openhyperv.machine.host_version import WINDOWS_2016, HostVersion
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.serial import SerialPort
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_PREFIX = "Microsoft:Hyper-V:"


class ResourceType(IntEnum):
    """CIM_ResourceAllocationSettingData.ResourceType, as far as it is used here."""

    SCSI_CONTROLLER = 6
    ETHERNET_ADAPTER = 10
    DVD_DRIVE = 16
    DISK_DRIVE = 17
    STORAGE_EXTENT = 31
    ETHERNET_CONNECTION = 33


def _resource(
    class_name: str, resource_type: ResourceType, subtype: str, values: Mapping[str, Value]
) -> Instance:
    kind = {"ResourceType": resource_type.value, "ResourceSubType": _PREFIX + subtype}
    return Instance(class_name, {**kind, **values})


def scsi_controller() -> Instance:
    """A SCSI controller with an identifier of its own."""
    return _resource(
        "Msvm_ResourceAllocationSettingData",
        ResourceType.SCSI_CONTROLLER,
        "Synthetic SCSI Controller",
        {"VirtualSystemIdentifiers": [_new_identifier()]},
    )


def network_adapter(adapter: NetworkAdapter) -> Instance:
    """A synthetic adapter, which is named and, if asked for, has a MAC address of its own."""
    values: dict[str, Value] = {
        "ElementName": adapter.name,
        "VirtualSystemIdentifiers": [_new_identifier()],
    }
    if adapter.mac_address is not None:
        values |= {"Address": adapter.mac_address, "StaticMacAddress": True}
    if adapter.device_naming:
        values["DeviceNamingEnabled"] = True
    subtype = "Synthetic Ethernet Port"
    return _resource("Msvm_SyntheticEthernetPortSettingData", ResourceType.ETHERNET_ADAPTER, subtype, values)


def _new_identifier() -> str:
    return f"{{{uuid4()}}}".upper()


def connection(name: str | None, adapter: ObjectPath, switch: ObjectPath | None) -> Instance:
    """The cable between an adapter and a switch, of the adapter's name; without a switch it hangs loose."""
    values: dict[str, Value] = {
        "ElementName": name,
        "Parent": str(adapter),
        "HostResource": [] if switch is None else [str(switch)],
    }
    subtype = "Ethernet Connection"
    return _resource(
        "Msvm_EthernetPortAllocationSettingData", ResourceType.ETHERNET_CONNECTION, subtype, values
    )


def drive(what: Disk | Dvd, controller: ObjectPath) -> Instance:
    """The drive that a disk or an ISO goes into."""
    is_dvd = isinstance(what, Dvd)
    kind = ResourceType.DVD_DRIVE if is_dvd else ResourceType.DISK_DRIVE
    subtype = "Synthetic DVD Drive" if is_dvd else "Synthetic Disk Drive"
    values: dict[str, Value] = {"Parent": str(controller), "AddressOnParent": str(what.slot.location)}
    return _resource("Msvm_ResourceAllocationSettingData", kind, subtype, values)


def medium(what: Disk | Dvd, drive_path: ObjectPath, file: str) -> Instance:
    """The file in a drive, and how often it may be read and written."""
    subtype = "Virtual CD/DVD Disk" if isinstance(what, Dvd) else "Virtual Hard Disk"
    values: dict[str, Value] = {"Parent": str(drive_path), "HostResource": [file]}
    if isinstance(what, Disk) and (what.maximum_iops or what.minimum_iops):
        values |= {"IOPSLimit": what.maximum_iops, "IOPSReservation": what.minimum_iops}
    return _resource("Msvm_StorageAllocationSettingData", ResourceType.STORAGE_EXTENT, subtype, values)


def serial_port(guid: str, port: SerialPort, host: HostVersion) -> Instance:
    """A serial port's pipe; no pipe disconnects it. Ports have a class of their own since 2016."""
    identifier = resource_id(guid, f"{SERIAL_CONTROLLER}\\{port.number - 1}")
    values: dict[str, Value] = {"InstanceID": identifier, "Connection": [port.pipe or ""]}
    return Instance(SERIAL_PORT_SETTINGS if host >= WINDOWS_2016 else RESOURCE_SETTINGS, values)


def ide_controller(guid: str, number: int) -> str:
    """The InstanceID of an IDE controller, which every generation 1 machine has two of."""
    return resource_id(guid, f"{IDE_CONTROLLER}\\{number}")


def drive_id(controller_id: str, slot: Slot) -> str:
    """The InstanceID that a drive gets: controller and slot, as recorded from real hosts.

    A SCSI controller's own identifier ends in ``\\0``, an IDE controller's in its number.
    """
    return f"{controller_id}\\{slot.location}\\D"


def boot_source_id(device_id: str) -> str:
    """The InstanceID of the firmware's boot entry for a drive or adapter."""
    # UNVERIFIED: Hyper-V names a device's boot source by the device's own identifier with \\B behind it
    return f"{device_id}\\B"


def boot_source_path(boot_source: str) -> str:
    """The path of a boot entry, as a boot order lists it."""
    return str(ObjectPath("Msvm_BootSourceSettingData", {"InstanceID": boot_source}).on("."))
