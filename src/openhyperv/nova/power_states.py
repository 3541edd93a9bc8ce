"""What a machine does, in Nova's words."""

from __future__ import annotations

from nova.compute import power_state

from openhyperv.hyperv.states import MachineState

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
