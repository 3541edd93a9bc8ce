"""PCI devices for instances: which the host may give away, and what Nova knows of each."""

from __future__ import annotations

from typing import Any

from nova.objects import fields
from nova.pci.whitelist import Whitelist
from oslo_config import cfg

from openhyperv.hyperv.devices.allow_list import AllowList
from openhyperv.hyperv.devices.assignable_device import AssignableDevice


def allow_list_of(conf: cfg.ConfigOpts) -> AllowList | None:
    """The kinds of devices that ``[pci]device_spec`` names; None where it names none.

    Nova itself picks by address and by the rest of what a specification may say.
    """
    specs = Whitelist(conf.pci.device_spec).specs
    if not specs:
        return None
    return AllowList.of({"vendor_id": spec.vendor_id, "product_id": spec.product_id} for spec in specs)


def pci_device_of(device: AssignableDevice) -> dict[str, Any]:
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
