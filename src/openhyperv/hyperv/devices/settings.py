"""Settings of machines with PCI devices. Pure: nothing is sent here."""

from __future__ import annotations

from openhyperv.machine.pci import MmioSpace
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_VIRTUAL_PCI_EXPRESS_PORT = 32769


def pci_express_port(device: ObjectPath) -> Instance:
    """A machine's port for a device of the host, which its Msvm_PciExpress names."""
    values: dict[str, Value] = {
        "ResourceType": _VIRTUAL_PCI_EXPRESS_PORT,
        "ResourceSubType": "Microsoft:Hyper-V:Virtual Pci Express Port",
        "HostResource": [str(device.on("."))],
        "VirtualFunctions": [0],
    }
    return Instance("Msvm_PciExpressSettingData", values)


def mmio_values(space: MmioSpace | None) -> dict[str, Value]:
    """Properties of Msvm_VirtualSystemSettingData that set address space aside for devices.

    A guest with large devices decides itself how their memory is cached, as Microsoft advises for GPUs.
    Without a space of its own a machine is left as it is.
    """
    if space is None:
        return {}
    return {
        "LowMmioGapSize": space.low_mb,
        "HighMmioGapSize": space.high_mb,
        "GuestControlledCacheTypes": True,
    }
