"""PCI devices of the host that servers get for themselves: what Nova knows of each."""

from __future__ import annotations

from typing import Any

from nova.objects import fields

from openhyperv.machine.pci import PciDevice


def pci_device_of(device: PciDevice) -> dict[str, Any]:
    """An entry of ``pci_passthrough_devices``. Windows tells no NUMA node of a device."""
    address = str(device.address)
    return {
        "dev_id": f"pci_{address.replace(':', '_').replace('.', '_')}",
        "address": address,
        "vendor_id": device.vendor_id,
        "product_id": device.product_id,
        "label": f"label_{device.vendor_id}_{device.product_id}",
        "dev_type": fields.PciDeviceType.STANDARD,
        "numa_node": None,
    }
