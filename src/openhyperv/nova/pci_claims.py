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
    names = _alias_names(instance)
    return tuple(
        PciAlias(names[device.request_id], device.vendor_id, device.product_id)
        for device in _devices(instance)
    )


def _devices(instance: Instance) -> list[PciDevice]:
    """Those of the present flavor; as a resize begins, Nova lists those of the new one beside them."""
    names = _alias_names(instance)
    claimed = instance.pci_devices.objects if instance.pci_devices else []
    return [device for device in claimed if device.request_id in names]


def _alias_names(instance: Instance) -> dict[str, str]:
    """The flavor's aliases by Nova's request; devices for ports are requested, too."""
    requests = instance.pci_requests.requests if instance.pci_requests else []
    of_flavor = [request for request in requests if request.source == InstancePCIRequest.FLAVOR_ALIAS]
    return {request.request_id: request.alias_name for request in of_flavor}
