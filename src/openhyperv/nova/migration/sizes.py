"""What becomes of the sizes of an instance's disks when its flavor changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nova import exception
from nova.objects.flavor import Flavor
from nova.virt import driver
from oslo_log import log

from openhyperv.hyperv.moving.baggage import Baggage
from openhyperv.nova.drives import BlockDeviceInfo

LOG = log.getLogger(__name__)
_GIB = 1024**3


def check_flavors(old: Flavor, new: Flavor) -> None:
    """Disks hold what their users want to keep: they grow, and ephemeral ones may go.

    :raises CannotResizeDisk: the root disk or the ephemeral one would become smaller
    """
    if new.root_gb < old.root_gb:
        reason = f"The root disk would shrink from {old.root_gb} to {new.root_gb} GB."
        raise exception.CannotResizeDisk(reason=reason)
    if 0 < new.ephemeral_gb < old.ephemeral_gb:
        reason = f"The ephemeral disk would shrink from {old.ephemeral_gb} to {new.ephemeral_gb} GB."
        raise exception.CannotResizeDisk(reason=reason)


def with_ephemerals(
    block_device_info: BlockDeviceInfo | None, flavor: Flavor, baggage: Baggage, *, grows: bool
) -> BlockDeviceInfo:
    """The block devices with the ephemeral disks as they shall be; Nova knows those of the build alone.

    The flavor's ephemeral disk grows with the flavor. Where a user has divided the flavor's space among
    several, nobody can say which of them is to grow: they stay, unless the flavor has none any more.
    """
    known = driver.block_device_info_get_ephemerals(block_device_info)
    present_gb = {bag.name: -(-bag.size_bytes // _GIB) for bag in baggage.bags if bag.size_bytes is not None}
    if not known and ("eph0" in present_gb or grows):
        known = [{"device_name": "", "size": 0}]
    if grows and len(known) > 1:
        LOG.warning("The instance has several ephemeral disks; their sizes stay.")
    least_gb = flavor.ephemeral_gb if grows and len(known) == 1 else 0
    wanted = [_at_least(each, number, present_gb, least_gb) for number, each in enumerate(known)]
    return {**(block_device_info or {}), "ephemerals": wanted if flavor.ephemeral_gb else []}


def _at_least(
    ephemeral: Mapping[str, Any], number: int, present_gb: Mapping[str, int], least_gb: int
) -> dict[str, Any]:
    size_gb = max(ephemeral["size"], present_gb.get(f"eph{number}", 0), least_gb)
    return {**ephemeral, "size": size_gb}
