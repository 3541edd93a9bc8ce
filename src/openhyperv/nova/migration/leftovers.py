"""Files of instances that went wrong on their way, or are made again after their host died."""

from __future__ import annotations

from nova import exception
from nova.compute import task_states
from nova.context import RequestContext
from nova.objects.instance import Instance

from openhyperv.errors import HyperVError
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.destroying import destroy_machine
from openhyperv.nova.instances import identity_of
from openhyperv.nova.migration.finishing import stays
from openhyperv.nova.migration.move import Move, migration_of


def has_files(compute: ComputeHost, instance: Instance) -> bool:
    """True where this host has the folder of the instance; one look."""
    return compute.host.share.exists(compute.host.layout.machine(identity_of(instance)))


def remove_leftovers(compute: ComputeHost, instance: Instance) -> bool:
    """Remove what this host has of an instance that is deleted; False where some of it stays."""
    try:
        destroy_machine(compute, instance)
        compute.ovs.unplug_all(instance)
    except HyperVError:
        return False
    return not has_files(compute, instance)


def is_only_to_stop(context: RequestContext, instance: Instance, *, destroy_disks: bool) -> bool:
    """True where Nova wants a machine removed, whose instance goes back to it, or shall keep its disks."""
    if not destroy_disks:
        return True
    is_reverting = instance.task_state == task_states.RESIZE_REVERTING
    return is_reverting and stays(Move(context, instance, migration_of(context, instance)))


def refuse_files_of_another_host(compute: ComputeHost, instance: Instance) -> None:
    """Nothing is overwritten where a dead host's instance is to be made again of its image.

    Its files are on the dead host's own drive. What is here may be left from an earlier attempt, or the only
    copy, on storage that two hosts share, which this driver does not support.

    :raises InvalidLocalStorage: there are files of it on this host
    """
    if has_files(compute, instance):
        folder = compute.host.layout.machine(identity_of(instance))
        raise exception.InvalidLocalStorage(
            reason=f"{compute.name} has files of the instance already. Look at them, and remove {folder}.",
            path=str(folder),
        )
