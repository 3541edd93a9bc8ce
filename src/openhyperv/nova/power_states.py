"""What a machine does, in Nova's words."""

from __future__ import annotations

from nova.compute import power_state
from nova.objects.instance import Instance
from nova.virt.hardware import InstanceInfo
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.hyperv.states import MachineState
from openhyperv.nova.compute_host import ComputeHost

LOG = log.getLogger(__name__)

_STATES: dict[MachineState, int] = {
    MachineState.RUNNING: power_state.RUNNING,
    MachineState.STARTING: power_state.RUNNING,
    MachineState.STOPPING: power_state.RUNNING,
    MachineState.PAUSING: power_state.RUNNING,
    MachineState.SAVING: power_state.RUNNING,
    MachineState.RESUMING: power_state.RUNNING,
    MachineState.PAUSED: power_state.PAUSED,
    MachineState.SAVED: power_state.SUSPENDED,
    MachineState.OFF: power_state.SHUTDOWN,
}


def nova_power_state(state: MachineState) -> int:
    """Nova's power state; one that Hyper-V itself calls critical, or that nobody knows, is NOSTATE.

    States between two others are those that they come from: Nova asks again.
    """
    return _STATES.get(state, int(power_state.NOSTATE))


def info_of(compute: ComputeHost, instance: Instance, *, cached: bool) -> InstanceInfo:
    """What the instance does.

    Where it has to be looked at now, right after a change, and the host does not tell, it is NOSTATE:
    Nova then asks again later. It would take an error for one of a build, and forget what was built.

    :raises InstanceNotFound: it is not on this host
    :raises HyperVError: a cached answer would do, and there is none to be had
    """
    try:
        found = compute.instances.summary(instance, cached=cached)
    except HyperVError as error:
        if cached:
            raise
        LOG.warning("The host does not tell what the instance does: %s", error, instance=instance)
        return InstanceInfo(state=power_state.NOSTATE)
    return InstanceInfo(state=nova_power_state(found.state), internal_id=found.guid)
