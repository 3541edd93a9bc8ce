"""Win32_PnPEntity: the devices that Plug and Play knows, as far as the emulated hardware goes."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.faults import not_supported
from openhyperv.emulator.cimom.provider import Call, Result, instances_of, lookup, method
from openhyperv.emulator.host.hardware.pci import PciDevice
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.hardware.device_properties import (
    DeviceNode,
    property_instances,
)
from openhyperv.emulator.providers.windows.instances import cimv2_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_CLASS = "Win32_PnPEntity"
_DISABLED = 22
"""ConfigManagerErrorCode of a device that is disabled (Microsoft, "Win32_PnPEntity class")."""


class PlugAndPlayProvider:
    """PCI devices, disks and network adapters that are present; a dismounted device goes by ``PCIP``."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(_CLASS)
    def entities(self) -> Iterator[Instance]:
        """All of them."""
        return (_entity(self._host.name, node) for node in self._nodes())

    @lookup(_CLASS)
    def entity(self, path: ObjectPath) -> Instance | None:
        """One of them."""
        return next((entity for entity in self.entities() if entity.path == path), None)

    @method(_CLASS, "GetDeviceProperties")
    def get_device_properties(self, call: Call) -> Result:
        """The properties that are asked for, by name or key; all that are known where none is named."""
        wanted = call["devicePropertyKeys"]
        named = [str(name) for name in wanted] if isinstance(wanted, list | tuple) else None
        device_id = str(call.path.key("DeviceID")).lower()
        node = next(node for node in self._nodes() if node.device_id.lower() == device_id)
        return Result(0, {"deviceProperties": property_instances(node, named)})

    @method(_CLASS, "Disable")
    def disable(self, call: Call) -> Result:
        """Take a PCI device from its driver."""
        return self._set_disabled(call, disabled=True)

    @method(_CLASS, "Enable")
    def enable(self, call: Call) -> Result:
        """Give a PCI device back to its driver."""
        return self._set_disabled(call, disabled=False)

    def _set_disabled(self, call: Call, *, disabled: bool) -> Result:
        device = self._host.pci.find(str(call.path.key("DeviceID")), "")
        if device is None or self._host.pci.is_dismounted(device):
            raise not_supported("This host disables and enables only PCI devices that it has itself.")
        self._host.pci.set_disabled(device, disabled)
        return Result(0, {"rebootNeeded": False})

    def _nodes(self) -> Iterator[DeviceNode]:
        for device in self._host.pci:
            yield _pci_node(
                device,
                is_dismounted=self._host.pci.is_dismounted(device),
                is_disabled=self._host.pci.is_disabled(device),
            )
        for disk in self._host.disks:
            name = f"{disk.hardware.vendor} {disk.hardware.model}"
            yield DeviceNode(
                device_id=disk.hardware.pnp_device_id,
                name=name,
                device_class="DiskDrive",
                location=f"Bus Number 0, Target Id 0, LUN {disk.number}",
            )
        for adapter in self._host.hardware.adapters:
            yield DeviceNode(device_id=adapter.pnp_device_id, name=adapter.name, device_class="Net")


def _pci_node(device: PciDevice, *, is_dismounted: bool, is_disabled: bool) -> DeviceNode:
    """Windows says of a dismounted device that it is, and leaves its class open."""
    return DeviceNode(
        device_id=device.assignable_path if is_dismounted else device.host_path,
        name=f"{device.name} - Dismounted" if is_dismounted else device.name,
        device_class="System" if is_dismounted else device.device_class,
        location=device.location_text,
        location_paths=(device.location_path,),
        address=device.address,
        bus=device.bus,
        is_disabled=is_disabled,
    )


def _entity(host_name: str, node: DeviceNode) -> Instance:
    values: dict[str, Value] = {
        "Name": node.name,
        "Caption": node.name,
        "Description": node.name,
        "CreationClassName": _CLASS,
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": host_name,
        "PNPDeviceID": node.device_id,
        "PNPClass": node.device_class,
        "Present": True,
        "Status": "Error" if node.is_disabled else "OK",
        "ConfigManagerErrorCode": _DISABLED if node.is_disabled else 0,
        "ConfigManagerUserConfig": False,
    }
    return cimv2_instance(_CLASS, {"DeviceID": node.device_id}, values)
