"""The specification of a machine that has its disks already: that of a new one, with sizes as they are."""

from __future__ import annotations

from nova import exception

from openhyperv.hyperv.moving.baggage import Bag, Baggage
from openhyperv.machine.drives import DiskFormat, FromImage
from openhyperv.machine.request import DiskRequest, DriveRequest, DvdRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.designing import design_instance
from openhyperv.nova.drives import ROOT
from openhyperv.nova.migration.move import Move
from openhyperv.nova.migration.sizes import with_ephemerals


def design_again(compute: ComputeHost, move: Move, baggage: Baggage, *, grows: bool) -> MachineSpec:
    """What the instance's machine shall be on this host by the instance's present flavor.

    :raises BrokenRuleError: flavor, image or devices break a rule, or the root disk would become smaller
    :raises UnsupportedError: this host cannot have such a machine
    :raises InstanceUnacceptable: its machine has no root disk
    """
    instance, flavor = move.instance, move.instance.flavor
    devices = with_ephemerals(move.block_device_info, flavor, baggage, grows=grows)
    return design_instance(compute, instance, _root(compute, move, baggage), move.network_info, devices)


def _root(compute: ComputeHost, move: Move, baggage: Baggage) -> DriveRequest:
    for bag in baggage.bags:
        if bag.is_image:
            return DvdRequest(ROOT, str(compute.host.layout.images / bag.path.name), boot_index=0)
        if bag.name == ROOT and bag.size_bytes is not None:
            return _disk(bag, bag.size_bytes)
    raise exception.InstanceUnacceptable(instance_id=move.instance.uuid, reason="It has no root disk.")


def _disk(bag: Bag, size_bytes: int) -> DiskRequest:
    """A disk that the rules size as one from an image, which is never smaller than what it has grown to."""
    image_format = DiskFormat(bag.path.suffix.removeprefix("."))
    source = FromImage(str(bag.parent or bag.path), image_format, size_bytes)
    return DiskRequest(ROOT, source, boot_index=0)
