"""Making an instance: its image, its machine, its ports, and off it goes."""

from __future__ import annotations

from functools import partial
from time import sleep

from attrs import frozen
from nova.compute.manager import ComputeVirtAPI
from nova.context import RequestContext
from nova.network.model import NetworkInfo
from nova.objects.image_meta import ImageMeta
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.machine.spec import MachineSpec
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.config_drive import Injected, built_config_drive
from openhyperv.nova.consoles.offering import keep_new_console
from openhyperv.nova.designing import design_instance
from openhyperv.nova.destroying import destroy_machine, give_up_ports
from openhyperv.nova.device_metadata import remember_devices
from openhyperv.nova.drives import BlockDeviceInfo, refuse_volumes, root_of
from openhyperv.nova.images.image_cache import CachedImage, wanted_image_of
from openhyperv.nova.power.switching import power_on as start
from openhyperv.nova.shielding_data import shielding_data_of
from openhyperv.nova.vif_events import ports_plugged
from openhyperv.transport.deadline import Deadline

LOG = log.getLogger(__name__)
_UNDOING_S = 60.0
"""How long removing what was made is tried again."""
_PAUSE_S = 1.0


@frozen
class Spawn:
    """One instance to make, in Nova's words."""

    instance: Instance
    image_meta: ImageMeta
    injected: Injected
    network_info: NetworkInfo | None
    block_device_info: BlockDeviceInfo | None


def spawn_instance(
    compute: ComputeHost, virtapi: ComputeVirtAPI, context: RequestContext, wanted: Spawn, *, power_on: bool
) -> None:
    """Make the instance and start it; if anything fails nothing of it stays on the host.

    :raises HyperVError: as of :meth:`openhyperv.hyperv.host.Host.create`
    :raises VirtualInterfaceCreateException: its ports were not connected in time
    """
    refuse_volumes(wanted.block_device_info)
    spec = _designed(compute, context, wanted)
    for remark in spec.remarks:
        LOG.info(remark, instance=wanted.instance)
    remember_devices(context, wanted.instance, spec, wanted.block_device_info)
    try:
        with ports_plugged(virtapi, wanted.instance, wanted.network_info):
            _create(compute, context, wanted, spec)
        if power_on:
            keep_new_console(compute, wanted.instance, spec)
            start(compute, wanted.instance)
    except BaseException:
        _undo(compute, wanted.instance)
        raise


def _designed(compute: ComputeHost, context: RequestContext, wanted: Spawn) -> MachineSpec:
    """The machine to make. What a rule forbids is refused before an image is brought for it, if it can be."""
    wanted_image = wanted_image_of(wanted.instance, wanted.image_meta)
    image = compute.images.find(wanted_image.image_id)
    if image is None:
        design = partial(_designed_on, compute, wanted)
        design(compute.images.expected(wanted_image))
        image = compute.images.get(context, wanted_image, check=design)
    return _designed_on(compute, wanted, image)


def _designed_on(compute: ComputeHost, wanted: Spawn, image: CachedImage) -> MachineSpec:
    return design_instance(
        compute, wanted.instance, root_of(image), wanted.network_info, wanted.block_device_info
    )


def _create(compute: ComputeHost, context: RequestContext, wanted: Spawn, spec: MachineSpec) -> None:
    folder = compute.host.layout.machine(spec.identity)
    with built_config_drive(wanted.instance, folder, wanted.network_info, wanted.injected) as uploads:
        data = shielding_data_of(context, spec)
        machine = compute.host.create(spec, shares_name=True, shielding_data=data, uploads=uploads)
    compute.instances.remember(wanted.instance, machine)
    compute.ovs.plug(wanted.instance, wanted.network_info)


def _undo(compute: ComputeHost, instance: Instance) -> None:
    """Remove what was made; Nova does not ask for that, and may make the instance on another host next.

    What a host that is away keeps all the same is removed by Nova when the instance is deleted
    (``running_deleted_instance_action``).
    """
    patience = Deadline.after(_UNDOING_S)
    while True:
        try:
            destroy_machine(compute, instance)
            break
        except HyperVError:
            if not patience.remaining_s:
                LOG.exception("What was made of the instance could not be removed.", instance=instance)
                break
        sleep(_PAUSE_S)
    give_up_ports(compute, instance)
