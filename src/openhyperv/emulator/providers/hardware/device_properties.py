"""Properties of a device node, as Win32_PnPEntity.GetDeviceProperties tells them.

Keys and types: Microsoft's ``devpkey.h`` and ``devpropdef.h`` as documented with "System-Defined Device
Properties".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.emulator.providers.windows.instances import CIMV2
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_STRING, _STRING_LIST, _UINT32 = 18, 8210, 7
"""DEVPROP_TYPE."""
_CLASSES = {
    _STRING: "Win32_PnPDevicePropertyString",
    _STRING_LIST: "Win32_PnPDevicePropertyStringArray",
    _UINT32: "Win32_PnPDevicePropertyUint32",
}
_NODE = "{A45C254E-DF1C-4EFD-8020-67D146A850E0}"
_INSTANCE = "{78C34FC8-104A-4ACA-9EA4-524D52996E57}"


@frozen(kw_only=True)
class DeviceNode:
    """One device of Plug and Play; ``address`` and ``bus`` are NULL where its bus has none."""

    device_id: str
    name: str
    device_class: str
    location: str = ""
    location_paths: Sequence[str] = ()
    address: int | None = None
    bus: int | None = None
    is_disabled: bool = False


@frozen
class _Property:
    name: str
    key: str
    type: int
    data: Value


def property_instances(node: DeviceNode, wanted: Sequence[str] | None) -> list[Instance]:
    """The properties of a node that have a value, those named or all."""
    named = None if wanted is None else {name.lower() for name in wanted}
    return [
        _instance(node, prop)
        for prop in _properties(node)
        if named is None or prop.name.lower() in named or prop.key.lower() in named
    ]


def _properties(node: DeviceNode) -> Iterator[_Property]:
    yield _Property("DEVPKEY_Device_InstanceId", f"{_INSTANCE} 256", _STRING, node.device_id)
    yield _Property("DEVPKEY_Device_DeviceDesc", f"{_NODE} 2", _STRING, node.name)
    yield _Property("DEVPKEY_Device_HardwareIds", f"{_NODE} 3", _STRING_LIST, _hardware_ids(node))
    yield _Property("DEVPKEY_Device_Class", f"{_NODE} 9", _STRING, node.device_class)
    if node.location:
        yield _Property("DEVPKEY_Device_LocationInfo", f"{_NODE} 15", _STRING, node.location)
    if node.bus is not None:
        yield _Property("DEVPKEY_Device_BusNumber", f"{_NODE} 23", _UINT32, node.bus)
    if node.address is not None:
        yield _Property("DEVPKEY_Device_Address", f"{_NODE} 30", _UINT32, node.address)
    if node.location_paths:
        paths = list(node.location_paths)
        yield _Property("DEVPKEY_Device_LocationPaths", f"{_NODE} 37", _STRING_LIST, paths)


def _hardware_ids(node: DeviceNode) -> Value:
    """The instance path without its last part."""
    return [node.device_id.rpartition("\\")[0]]


def _instance(node: DeviceNode, prop: _Property) -> Instance:
    values: dict[str, Value] = {
        "DeviceID": node.device_id,
        "KeyName": prop.name,
        "Key": prop.key,
        "Type": prop.type,
        "Data": prop.data,
    }
    return Instance(_CLASSES[prop.type], values, namespace=CIMV2)
