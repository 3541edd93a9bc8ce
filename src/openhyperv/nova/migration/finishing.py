"""The second half of a resize or migration, and what the user makes of it: confirm or revert."""

from __future__ import annotations

from nova.compute import task_states
from nova.compute.manager import ComputeVirtAPI
from nova.utils import temporary_mutation
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.hyperv.moving.baggage import Baggage
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.destroying import destroy_instance
from openhyperv.nova.migration.arriving import arrive
from openhyperv.nova.migration.departing import stay
from openhyperv.nova.migration.in_place import forget, go_back, make_as_flavor_says
from openhyperv.nova.migration.luggage import from_disk_info
from openhyperv.nova.migration.move import Move
from openhyperv.nova.power.switching import power_on
from openhyperv.nova.vif_events import ports_plugged

LOG = log.getLogger(__name__)


def finish(
    compute: ComputeHost, virtapi: ComputeVirtAPI, move: Move, disk_info: str, *, starts: bool
) -> None:
    """Make the instance what its flavor says, here.

    :raises HyperVError: it could not be; it is what it was, where it was, and off
    """
    luggage = from_disk_info(disk_info)
    if move.is_in_place:
        _resize(compute, move, luggage.baggage)
        if starts:
            power_on(compute, move.instance)
    else:
        arrive(compute, virtapi, move, luggage, starts=starts)


def _resize(compute: ComputeHost, move: Move, baggage: Baggage) -> None:
    try:
        make_as_flavor_says(compute, move, baggage, grows=move.is_resize)
    except BaseException:
        try:
            with temporary_mutation(move.instance, flavor=move.instance.old_flavor):
                go_back(compute, move)
        except HyperVError:
            LOG.exception("The instance could not be made what it was.", instance=move.instance)
        raise


def confirm(compute: ComputeHost, move: Move) -> None:
    """Remove what the instance could have gone back to."""
    if move.is_in_place:
        forget(compute, move.instance)
    else:
        destroy_instance(compute, move.instance)


def stays(move: Move) -> bool:
    """True where Nova removes the machine that the instance became, and it is the one that it was, too."""
    return move.is_in_place and move.instance.task_state == task_states.RESIZE_REVERTING


def revert(compute: ComputeHost, virtapi: ComputeVirtAPI, move: Move, *, starts: bool) -> None:
    """Make the instance what it was, where it was: its flavor is the old one again.

    Nova also asks for it where its service was stopped before anything had changed.

    :raises VirtualInterfaceCreateException: its ports were not connected in time
    """
    if stays(move):
        go_back(compute, move)
    elif move.is_in_place:
        stay(compute, move, starts=False)
    else:
        with ports_plugged(virtapi, move.instance, move.network_info):
            stay(compute, move, starts=False)
    if starts:
        power_on(compute, move.instance)
