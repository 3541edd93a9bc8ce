"""The states of a job, and what it can do to the elements it affects."""

from __future__ import annotations

from enum import IntEnum


class JobState(IntEnum):
    """CIM_ConcreteJob.JobState."""

    NEW = 2
    STARTING = 3
    RUNNING = 4
    SUSPENDED = 5
    COMPLETED = 7
    TERMINATED = 8
    KILLED = 9
    EXCEPTION = 10
    COMPLETED_WITH_WARNINGS = 32768

    @property
    def is_final(self) -> bool:
        """True for a state that the job does not leave."""
        return self >= JobState.COMPLETED


class Effect(IntEnum):
    """CIM_AffectedJobElement.ElementEffects."""

    UNKNOWN = 0
    CREATES = 5
