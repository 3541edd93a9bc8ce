"""What a machine is doing, and what can be asked of it (EnabledState of Msvm_ComputerSystem)."""

from __future__ import annotations

from enum import IntEnum


class MachineState(IntEnum):
    """EnabledState of a virtual machine. Critical states and unknown ones read as :attr:`OTHER`."""

    OTHER = 1
    RUNNING = 2
    OFF = 3
    STOPPING = 4
    SAVED = 6
    PAUSED = 9
    STARTING = 10
    SAVING = 32773
    PAUSING = 32776
    RESUMING = 32777

    @classmethod
    def _missing_(cls, _value: object) -> MachineState:
        return cls.OTHER

    @property
    def label(self) -> str:
        """For people: ``running``."""
        return self.name.lower()

    @property
    def heading(self) -> MachineState:
        """The state that one between two others leads to; every other leads to itself."""
        return _HEADING.get(self, self)


_HEADING = {
    MachineState.STARTING: MachineState.RUNNING,
    MachineState.RESUMING: MachineState.RUNNING,
    MachineState.STOPPING: MachineState.OFF,
    MachineState.SAVING: MachineState.SAVED,
    MachineState.PAUSING: MachineState.PAUSED,
}


class RequestedState(IntEnum):
    """RequestedState of RequestStateChange."""

    RUNNING = 2
    OFF = 3
    SAVED = 6
    PAUSED = 9
    RESET = 11
