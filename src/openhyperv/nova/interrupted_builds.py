"""Instances that a nova-compute was stopped in making, as it starts again.

Nova makes an ERROR of each, without a word; here it gets its reason, and what there is of it goes.
"""

from __future__ import annotations

from collections.abc import Iterable

from nova import exception
from nova.compute import task_states, vm_states
from nova.compute.utils import add_instance_fault_from_exc
from nova.context import RequestContext
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.destroying import destroy_instance

LOG = log.getLogger(__name__)
_SPAWNING = (
    task_states.SCHEDULING,
    task_states.BLOCK_DEVICE_MAPPING,
    task_states.NETWORKING,
    task_states.SPAWNING,
)
_REBUILDING = (
    task_states.REBUILDING,
    task_states.REBUILD_BLOCK_DEVICE_MAPPING,
    task_states.REBUILD_SPAWNING,
)


class InterruptedBuild(exception.NovaException):
    """A server that nova-compute was stopped in making."""

    msg_fmt = "nova-compute was stopped while the server was made. Delete it, or rebuild it."


def settle_interrupted_builds(
    compute: ComputeHost, context: RequestContext, instances: Iterable[Instance]
) -> None:
    """Give those that were not finished their reason, and remove what there is of new ones."""
    for instance in instances:
        if _is_new(instance):
            _remove(compute, instance)
        if _is_new(instance) or instance.task_state in _REBUILDING:
            add_instance_fault_from_exc(context, instance, InterruptedBuild())


def _is_new(instance: Instance) -> bool:
    """True for one that has not run on this host yet, since it was created or shelved."""
    is_unshelved = instance.vm_state == vm_states.SHELVED_OFFLOADED and instance.task_state in _SPAWNING
    return instance.vm_state == vm_states.BUILDING or is_unshelved


def _remove(compute: ComputeHost, instance: Instance) -> None:
    try:
        destroy_instance(compute, instance)
    except HyperVError:
        LOG.exception("What there is of the instance stays until it is deleted.", instance=instance)
