"""From an instance to the specification of its machine; all decisions are the rules' of ``machine``."""

from __future__ import annotations

from nova import version
from nova.network.model import NetworkInfo
from nova.objects.instance import Instance

from openhyperv.machine.design import design_machine
from openhyperv.machine.request import DiskRequest, DriveRequest, DvdRequest, MachineRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.machine.trait import traits_needed
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.config_drive import config_drive_of
from openhyperv.nova.drives import BlockDeviceInfo, blank_disks_of
from openhyperv.nova.instances import MARK, identity_of
from openhyperv.nova.network_adapters import network_adapters_of
from openhyperv.nova.pci_claims import pci_aliases_of, pci_claims_of
from openhyperv.nova.properties import flavor_of, image_properties_of


def design_instance(
    compute: ComputeHost,
    instance: Instance,
    root: DriveRequest,
    network_info: NetworkInfo | None,
    block_device_info: BlockDeviceInfo | None,
) -> MachineSpec:
    """What the instance's machine shall be on this host; requests only for traits that matter.

    :raises BrokenRuleError: image, flavor or devices break a rule
    :raises UnsupportedError: this host cannot have such a machine
    """
    host, version_of_host = compute.host, compute.readings.latest().version
    image, flavor = image_properties_of(instance), flavor_of(instance.flavor)
    identity = identity_of(instance)
    blank = blank_disks_of(block_device_info)
    request = MachineRequest(
        name=instance.name,
        identity=identity,
        flavor=flavor,
        host=version_of_host,
        image=image,
        disks=(root, *blank) if isinstance(root, DiskRequest) else blank,
        dvds=(root,) if isinstance(root, DvdRequest) else (),
        config_drive=config_drive_of(instance, host.layout.machine(identity)),
        network_adapters=network_adapters_of(network_info, compute.ovs),
        notes=MARK,
        metadata=instance.metadata,
        hostname=instance.hostname or "",
        asset_tag=version.product_string(),
        policy=compute.policy,
        pci_aliases=pci_aliases_of(instance),
        pci_claims=pci_claims_of(instance),
        traits=host.traits(traits_needed(image, flavor, version_of_host), identity),
    )
    return design_machine(request)
