"""What instances do without Nova's doing, told to Nova."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import nova.conf
from nova import context
from nova.compute import power_state, vm_states
from nova.objects.instance import Instance, InstanceList
from nova.virt import event

from openhyperv.hyperv.state_watch import StateChange
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.summary import MachineSummary
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.consoles.offering import keep_console
from openhyperv.nova.power_states import nova_power_state
from openhyperv.nova.presence.host_boot import resume_instance

CONF = nova.conf.CONF
_TRANSITIONS = {
    MachineState.RUNNING: event.EVENT_LIFECYCLE_STARTED,
    MachineState.OFF: event.EVENT_LIFECYCLE_STOPPED,
    MachineState.PAUSED: event.EVENT_LIFECYCLE_PAUSED,
    MachineState.SAVED: event.EVENT_LIFECYCLE_SUSPENDED,
}
_DOWN = (MachineState.OFF, MachineState.SAVED)
"""What a host that goes down does with its machines."""


class Lifecycle:
    """Events of instances; machines that are not Nova's have none."""

    def __init__(self, compute: ComputeHost, emit: Callable[[event.LifecycleEvent], None]) -> None:
        self._compute = compute
        self._emit = emit

    def hear(self, change: StateChange) -> None:
        """Tell Nova of a change, which then looks what the instance does and whether that is its own doing.

        One request where the machine was never seen before. A stop that may be its host's going down is left
        to :meth:`catch_up`, if instances shall run again afterwards.
        """
        self._compute.instances.outdate()
        transition = _transition(change.state, change.before)
        is_kept_back = CONF.resume_guests_state_on_host_boot and change.state in _DOWN
        if transition is None or is_kept_back:
            return
        uuid = self._compute.instances.uuid_of(change.guid)
        if uuid is None:
            return
        if change.state is MachineState.RUNNING:  # started by whom it may be
            keep_console(self._compute, uuid, change.guid)
        self._emit(event.LifecycleEvent(uuid, transition))

    def catch_up(self, *, has_booted: bool) -> None:
        """Tell Nova of every instance that is not as Nova has it noted, in one request.

        Where the host ``has_booted`` meanwhile, instances that shall run are started, if the operator has set
        ``resume_guests_state_on_host_boot``: Nova does that itself only as nova-compute starts.
        """
        for instance, machine in self._changed():
            shall_run = has_booted and instance.power_state == power_state.RUNNING
            if shall_run and resume_instance(self._compute, instance):
                continue
            transition = _transition(machine.state)
            if transition is not None:
                self._emit(event.LifecycleEvent(instance.uuid, transition))

    def _changed(self) -> Iterator[tuple[Instance, MachineSummary]]:
        """Instances at rest, as far as Nova is concerned, whose machine is in another state."""
        machines = self._compute.instances.all()
        known = InstanceList.get_by_host(context.get_admin_context(), self._compute.name, expected_attrs=[])
        for instance in known:
            machine = machines.get(instance.uuid)
            if machine is None or instance.task_state is not None:
                continue
            is_down = instance.vm_state == vm_states.ACTIVE and machine.state in _DOWN
            if is_down or nova_power_state(machine.state) != instance.power_state:
                yield instance, machine


def _transition(state: MachineState, before: MachineState | None = None) -> int | None:
    """Nova's word for getting into a state; None for states between two others."""
    if state is MachineState.RUNNING and before in (MachineState.PAUSED, MachineState.RESUMING):
        return int(event.EVENT_LIFECYCLE_RESUMED)
    return _TRANSITIONS.get(state)
