"""Resizes and migrations that a nova-compute was stopped in, settled as it starts again.

Nova itself takes care of one that was stopped before anything had changed. It leaves the others alone, in a
state that no request of a user leads out of: what can go back goes back, and the rest becomes an ERROR with
its reason.
"""

from __future__ import annotations

from collections.abc import Iterable

from keystoneauth1.exceptions import ClientException
from nova import exception
from nova.compute import task_states, vm_states
from nova.compute.utils import add_instance_fault_from_exc
from nova.context import RequestContext
from nova.objects.block_device import BlockDeviceMappingList
from nova.objects.flavor import Flavor
from nova.objects.instance import Instance
from nova.objects.migration import MigrationList
from nova.scheduler.client import report
from nova.virt.driver import get_block_device_info
from oslo_log import log

from openhyperv.errors import HyperVError, TransportError
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.destroying import destroy_instance
from openhyperv.nova.migration.departing import stay
from openhyperv.nova.migration.in_place import go_back
from openhyperv.nova.migration.move import Move, migration_of
from openhyperv.nova.power.switching import power_on

LOG = log.getLogger(__name__)
_INTERRUPTED = (task_states.RESIZE_FINISH, task_states.RESIZE_REVERTING)


class InterruptedMove(exception.NovaException):
    """A resize or migration that nova-compute was stopped in."""

    msg_fmt = "nova-compute was stopped while the server was resized or migrated. %(reason)s"


def settle_interrupted(compute: ComputeHost, context: RequestContext, instances: Iterable[Instance]) -> None:
    """Settle every move of these instances, and let those that were being confirmed be confirmed again."""
    for instance in instances:
        if instance.task_state in _INTERRUPTED and (move := _move_of(context, instance)) is not None:
            _settle(compute, move)
    filters = {"source_compute": compute.name, "status": "confirming"}
    for migration in MigrationList.get_by_filters(context, filters):
        migration.status = "finished"
        migration.save()


def _move_of(context: RequestContext, instance: Instance) -> Move | None:
    """What it was in; None where Nova does not know that any more."""
    if instance.migration_context is None:
        return None
    try:
        migration = migration_of(context, instance)
    except exception.MigrationNotFoundForInstance:
        return None
    devices = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
    block_devices = get_block_device_info(instance, devices)
    return Move(context, instance, migration, instance.get_network_info(), block_devices)


def _settle(compute: ComputeHost, move: Move) -> None:
    """Go back where the machine that it was is here; a host that is away is asked at the next start."""
    is_here = move.migration.source_compute == compute.name
    try:
        if is_here:
            _go_back(compute, move)
        else:
            destroy_instance(compute, move.instance)
            _end_in_error(move, f"It is whole, and off, on {move.migration.source_compute}.")
    except TransportError:
        LOG.exception("The host cannot be reached; its instance waits.", instance=move.instance)
    except (HyperVError, exception.NovaException) as error:
        LOG.exception("The instance could not be made what it was.", instance=move.instance)
        _end_in_error(move, str(error))


def _go_back(compute: ComputeHost, move: Move) -> None:
    instance, migration = move.instance, move.migration
    was_off = instance.system_metadata.get("old_vm_state") == vm_states.STOPPED
    _set_flavor(instance, instance.old_flavor)
    instance.revert_migration_context()
    if move.is_in_place:
        go_back(compute, move)
    else:
        stay(compute, move, starts=False)
    if not was_off:
        power_on(compute, instance)
    is_revert = instance.task_state == task_states.RESIZE_REVERTING
    instance.vm_state = vm_states.STOPPED if was_off else vm_states.ACTIVE
    instance.task_state = None
    instance.save()
    instance.drop_migration_context()
    migration.status = "reverted" if is_revert else "error"
    migration.save()
    _give_back_allocation(move)


def _set_flavor(instance: Instance, flavor: Flavor) -> None:
    instance.instance_type_id = flavor.id
    instance.memory_mb, instance.vcpus = flavor.memory_mb, flavor.vcpus
    instance.root_gb, instance.ephemeral_gb = flavor.root_gb, flavor.ephemeral_gb
    instance.flavor = flavor


def _give_back_allocation(move: Move) -> None:
    """What placement had set aside for the way back is the instance's again, instead of the new flavor's."""
    holder, receiver = move.migration.uuid, move.instance.uuid
    try:
        placement = report.report_client_singleton()
        if placement.get_allocations_for_consumer(move.context, holder):
            placement.move_allocations(move.context, holder, receiver)
    except (exception.NovaException, ClientException):
        LOG.exception("Heal it: nova-manage placement heal_allocations", instance=move.instance)


def _end_in_error(move: Move, reason: str) -> None:
    instance, migration = move.instance, move.migration
    add_instance_fault_from_exc(move.context, instance, InterruptedMove(reason=reason))
    instance.vm_state, instance.task_state = vm_states.ERROR, None
    instance.save()
    migration.status = "error"
    migration.save()
