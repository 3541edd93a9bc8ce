"""The PCI devices that Nova has claimed on the host for an instance's flavor."""

from __future__ import annotations

from nova.objects.instance import Instance
from nova.objects.instance_pci_requests import InstancePCIRequest
from nova.objects.pci_device import PciDevice

from openhyperv.machine.pci import PciAddress, PciAlias


def pci_claims_of(instance: Instance) -> tuple[PciAddress, ...]:
    """Where the devices are."""
    return tuple(PciAddress.parse(device.address) for device in _devices(instance))


def pci_aliases_of(instance: Instance) -> tuple[PciAlias, ...]:
    """What the flavor's aliases stand for, as Nova understood them: kinds of devices that it claimed."""
    names = {request.request_id: request.alias_name for request in _requests(instance)}
    return tuple(
        PciAlias(names[device.request_id], device.vendor_id, device.product_id)
        for device in _devices(instance)
    )


def _devices(instance: Instance) -> list[PciDevice]:
    return list(instance.get_pci_devices(source=InstancePCIRequest.FLAVOR_ALIAS))


def _requests(instance: Instance) -> list[InstancePCIRequest]:
    return list(instance.pci_requests.requests) if instance.pci_requests else []
