"""The first half of a resize or migration, on the host where the instance is.

What cannot be is refused before anything is touched; whatever fails afterwards is undone, so that the user
has the instance that it was.
"""

from __future__ import annotations

import re

from attrs import frozen
from nova import exception
from nova.objects.flavor import Flavor
from nova.objects.instance import Instance
from nova.utils import temporary_mutation

from openhyperv.errors import HyperVError
from openhyperv.hyperv.moving.baggage import Baggage, check_can_leave
from openhyperv.hyperv.states import MachineState
from openhyperv.machine.spec import Generation
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.destroying import give_up_ports
from openhyperv.nova.drives import refuse_volumes
from openhyperv.nova.faults import nova_fault
from openhyperv.nova.migration.design import design_again
from openhyperv.nova.migration.in_place import forget, keep, packed
from openhyperv.nova.migration.luggage import Luggage, to_disk_info
from openhyperv.nova.migration.move import Move
from openhyperv.nova.migration.sizes import check_flavors
from openhyperv.nova.network_adapters import network_adapters_of
from openhyperv.nova.power.switching import power_off, power_on

_KNOWN = re.compile(r"root|eph\d+|swap|config")


@frozen
class Shutdown:
    """How long a guest may take to shut down, and how often it is asked, in seconds."""

    timeout_s: int
    retry_s: int


def depart(compute: ComputeHost, move: Move, flavor: Flavor, shutdown: Shutdown) -> str:
    """Turn the instance off and make it ready to be resized or to leave; returns what the other half needs.

    :raises InstanceFaultRollback: it cannot be, or something failed; the instance is as it was
    """
    try:
        baggage = _looked_at(compute, move, flavor)
        with compute.instances.machine(move.instance) as machine:
            runs = machine.state() is not MachineState.OFF
    except (HyperVError, exception.NovaException) as error:
        raise _rollback(error, move.instance) from error
    try:
        power_off(compute, move.instance, shutdown.timeout_s, shutdown.retry_s)
        _make_ready(compute, move, baggage)
    except (HyperVError, exception.NovaException) as error:
        stay(compute, move, starts=runs)
        raise _rollback(error, move.instance) from error
    settings = compute.host.share.settings
    return to_disk_info(Luggage(settings.server, settings.port, baggage))


def stay(compute: ComputeHost, move: Move, *, starts: bool) -> None:
    """Undo what :func:`depart` has done, as far as it came.

    :raises HyperVError: it cannot be undone; it can be tried again
    """
    if move.is_in_place:
        forget(compute, move.instance)
    else:
        with compute.instances.machine(move.instance) as machine:
            machine.adapters.add_missing(network_adapters_of(move.network_info, compute.ovs))
        compute.ovs.plug(move.instance, move.network_info)
    if starts:
        power_on(compute, move.instance)


def _rollback(error: Exception, instance: Instance) -> exception.InstanceFaultRollback:
    fault = nova_fault(error, instance) if isinstance(error, HyperVError) else error
    return exception.InstanceFaultRollback(inner_exception=fault)


def _looked_at(compute: ComputeHost, move: Move, flavor: Flavor) -> Baggage:
    """What the instance takes along, if it can."""
    refuse_volumes(move.block_device_info)
    check_flavors(move.instance.flavor, flavor)
    with compute.instances.machine(move.instance) as machine:
        baggage = packed(compute, machine)
        _refuse_unknown(move.instance, baggage)
        if move.is_in_place:
            _check_design(compute, move, flavor, baggage)
        elif baggage.generation is Generation.TWO:
            check_can_leave(compute.host.session, machine.guid)
    return baggage


def _check_design(compute: ComputeHost, move: Move, flavor: Flavor, baggage: Baggage) -> None:
    """Let the rules judge the new flavor, with what Nova claimed for it, while nothing has happened yet."""
    with move.instance.mutated_migration_context(), temporary_mutation(move.instance, flavor=flavor):
        design_again(compute, move, baggage, grows=move.is_resize)


def _refuse_unknown(instance: Instance, baggage: Baggage) -> None:
    """
    :raises InstanceUnacceptable: it has a disk that Nova did not give it, and would lose
    """
    for bag in baggage.bags:
        if not bag.is_image and _KNOWN.fullmatch(bag.name) is None:
            reason = f"Its machine has the disk {bag.path}, which is not one of Nova's: detach it first."
            raise exception.InstanceUnacceptable(instance_id=instance.uuid, reason=reason)


def _make_ready(compute: ComputeHost, move: Move, baggage: Baggage) -> None:
    """What is to stay has its disks kept; what leaves gives up its ports, which come with its new machine."""
    if move.is_in_place:
        keep(compute, move.instance, baggage.own_disks)
        return
    with compute.instances.machine(move.instance) as machine:
        machine.adapters.clear()
    give_up_ports(compute, move.instance)
