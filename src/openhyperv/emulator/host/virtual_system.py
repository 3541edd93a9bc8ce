"""One virtual machine of the host."""

from __future__ import annotations

from enum import IntEnum

from attrs import define


class SystemState(IntEnum):
    """Msvm_ComputerSystem.EnabledState of a VM, stable states first."""

    RUNNING = 2
    OFF = 3
    SAVED = 6
    PAUSED = 9
    STARTING = 10
    STOPPING = 4
    SAVING = 32773
    PAUSING = 32776
    RESUMING = 32777


@define(eq=False)
class VirtualSystem:
    """A VM: its identity and state."""

    guid: str
    state: SystemState = SystemState.OFF
