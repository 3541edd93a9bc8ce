"""Logical devices of running virtual machines as CIM instances."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from openhyperv.cim.schema import Schema
from openhyperv.emulator.guests.machine import GuestError
from openhyperv.emulator.host.machines.components import COMPONENTS
from openhyperv.emulator.host.machines.contact import Contact, contact_of
from openhyperv.emulator.host.machines.devices import (
    KVP_EXCHANGE,
    MEMORY,
    SHUTDOWN,
    VIDEO_HEAD,
    LogicalDevice,
)
from openhyperv.emulator.host.machines.exchange import guest_items
from openhyperv.emulator.host.switches.network import connected_switch
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_MEBIBYTE = 1 << 20
_GIGABIT = 1_000_000_000
_ENABLED = 2
_COMPONENT_NAMES = frozenset(kind.name for kind in COMPONENTS)


def device_instance(device: LogicalDevice, schema: Schema) -> Instance:
    """The device with its keys, its state and what only its class has."""
    values = {**_common(device), **_own(device, schema)}
    return Instance(device.class_name, values, path=device.path)


def _common(device: LogicalDevice) -> dict[str, Value]:
    name = device.resource.text("ElementName") if device.resource else device.class_name[5:]
    status = _status(device)
    return {
        **device.path.keys,
        "Caption": name,
        "Description": f"Microsoft Virtual {name}",
        "ElementName": name,
        "Name": name,
        "EnabledDefault": 2,
        "EnabledState": _enabled_state(device),
        "HealthState": 5,
        "OperationalStatus": [int(status)],
        "RequestedState": 12,
        "Status": "OK",
        "StatusDescriptions": [status.text],
    }


def _is_component(device: LogicalDevice) -> bool:
    return device.resource is not None and device.resource.kind.name in _COMPONENT_NAMES


def _enabled_state(device: LogicalDevice) -> int:
    if device.resource is not None and _is_component(device):
        return device.resource.number("EnabledState")
    return _ENABLED


def _status(device: LogicalDevice) -> Contact:
    """Services inside the guest have contact once the guest has shown a heartbeat.

    The shutdown service always has: it presses the guest's power button, which needs nothing inside.
    """
    is_inside = _is_component(device) and device.class_name != SHUTDOWN
    return contact_of(device.system) if is_inside else Contact.OK


def _own(device: LogicalDevice, schema: Schema) -> Mapping[str, Value]:
    if device.class_name == KVP_EXCHANGE:
        return guest_items(device.system, schema)
    own = _OWN_VALUES.get(device.class_name)
    return own(device) if own else {}


def _memory(device: LogicalDevice) -> Mapping[str, Value]:
    size_mb = device.resource.number("VirtualQuantity") if device.resource else 0
    return {"BlockSize": _MEBIBYTE, "NumberOfBlocks": size_mb, "ConsumableBlocks": size_mb, "Volatile": True}


def _nic(device: LogicalDevice) -> Mapping[str, Value]:
    nic = device.resource
    if nic is None:
        return {}
    connection = next(device.system.configuration.children(nic), None)
    is_connected = connection is not None and connected_switch(connection) is not None
    return {
        "PermanentAddress": nic.text("Address"),
        "NetworkAddresses": [nic.text("Address")],
        "Speed": 10 * _GIGABIT if is_connected else 0,
        "MaxSpeed": 10 * _GIGABIT,
        "FullDuplex": True,
        "LinkTechnology": 2,
    }


def _head(device: LogicalDevice) -> Mapping[str, Value]:
    """The guest's own resolution; NULL where the guest does not tell."""
    guest = device.system.session.guest if device.system.session else None
    if guest is None:
        return {}
    try:
        width, height = guest.resolution()
    except GuestError:
        return {}
    return {"CurrentHorizontalResolution": width, "CurrentVerticalResolution": height}


_OWN_VALUES: Mapping[str, Callable[[LogicalDevice], Mapping[str, Value]]] = {
    MEMORY: _memory,
    VIDEO_HEAD: _head,
    "Msvm_SyntheticEthernetPort": _nic,
    "Msvm_EmulatedEthernetPort": _nic,
}
