"""Msvm_PciExpress: PCI devices that the host has given up, and those that virtual machines have."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.hardware.pci import PciDevice
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import device_path, system_path
from openhyperv.emulator.host.machines.host_devices import PCI_EXPRESS, assignments, host_pci_path
from openhyperv.emulator.providers.elements import ENABLED, HEALTHY
from openhyperv.emulator.providers.links import link, touching
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_SYSTEM_DEVICE = "Msvm_SystemDevice"


class PciExpressProvider:
    """A device is there once as the host's, and a second time once it belongs to a virtual machine.

    Both have one location path: clients tell free devices by that.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(PCI_EXPRESS)
    def devices(self) -> Iterator[Instance]:
        """Every dismounted device, then those of virtual machines."""
        return (_instance(path, device) for path, device in self._all())

    @lookup(PCI_EXPRESS)
    def device(self, path: ObjectPath) -> Instance | None:
        """One of them."""
        return next((_instance(own, device) for own, device in self._all() if own == path), None)

    @links(_SYSTEM_DEVICE)
    def of_systems(self, end: ObjectPath) -> Iterator[Instance]:
        """From the host or a virtual machine to its devices."""
        pairs = ((system_path(str(path.key("SystemName"))), path) for path, _ in self._all())
        ends = ({"GroupComponent": system, "PartComponent": path} for system, path in pairs)
        return touching(end, (link(_SYSTEM_DEVICE, both) for both in ends))

    def _all(self) -> Iterator[tuple[ObjectPath, PciDevice]]:
        by_path = {host_pci_path(self._host.name, device): device for device in self._host.pci.dismounted()}
        yield from by_path.items()
        for assigned in assignments(self._host):
            if (device := by_path.get(assigned.target)) is not None:
                yield device_path(PCI_EXPRESS, assigned.system.guid, assigned.resource.tail), device


def _instance(path: ObjectPath, device: PciDevice) -> Instance:
    values: dict[str, Value] = {
        **HEALTHY,
        **ENABLED,
        **path.keys,
        "Caption": "PCI Express Port",
        "Description": "Microsoft Virtual PCI Express Port",
        "ElementName": device.name,
        "Name": device.name,
        "DeviceInstancePath": device.assignable_path,
        "LocationPath": device.location_path,
        "FunctionNumber": device.function,
    }
    return Instance(PCI_EXPRESS, values, path=path)
