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


class JobType(IntEnum):
    """Msvm_ConcreteJob.JobType, as far as the jobs of machines and switches need it."""

    DEFINE = 1
    MODIFY = 2
    DESTROY = 3
    MODIFY_SERVICE = 4
    START = 12
    POWER_OFF = 13
    SAVE = 14
    RESTORE = 15
    SHUT_DOWN = 16
    PAUSE = 26
    RESUME = 27
    RESET = 28
    REBOOT = 29
    ADD_RESOURCES = 30
    MODIFY_RESOURCES = 31
    REMOVE_RESOURCES = 32
    MERGE_DISKS = 50
    IMPORT = 61
    EXPORT = 62
    SNAPSHOT = 70
    APPLY_SNAPSHOT = 71
    DESTROY_SNAPSHOT = 72
    DEFINE_SWITCH = 130
    MODIFY_SWITCH = 131
    DESTROY_SWITCH = 132
    ADD_SWITCH_RESOURCES = 133
    MODIFY_SWITCH_RESOURCES = 134
    REMOVE_SWITCH_RESOURCES = 135
    VALIDATE_PLANNED = 140
    REALIZE_PLANNED = 141
    CHECK_MIGRATION = 301
