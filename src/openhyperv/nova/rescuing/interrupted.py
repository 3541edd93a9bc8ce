"""Rescues that a nova-compute was stopped in, settled as it starts again: the instance runs as its own."""

from __future__ import annotations

from collections.abc import Iterable

from nova import exception
from nova.compute import task_states, vm_states
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.rescuing.rescuing import unrescue_instance

LOG = log.getLogger(__name__)
_INTERRUPTED = (task_states.RESCUING, task_states.UNRESCUING)


def settle_interrupted_rescues(compute: ComputeHost, instances: Iterable[Instance]) -> None:
    """Undo what was begun, and end what was being undone; Nova leaves both alone."""
    for instance in instances:
        if instance.task_state in _INTERRUPTED:
            _settle(compute, instance)


def _settle(compute: ComputeHost, instance: Instance) -> None:
    """An instance that is not on the host, or a host that is away, is asked for at the next start."""
    try:
        unrescue_instance(compute, instance)
    except (HyperVError, exception.NovaException):
        LOG.exception("The rescue could not be undone.", instance=instance)
        return
    instance.vm_state, instance.task_state = vm_states.ACTIVE, None
    instance.save()
