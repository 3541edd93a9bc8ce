"""Return values and job error codes of root/virtualization/v2."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """What a method answers, or a job's ErrorCode, when something is wrong."""

    COMPLETED = 0
    JOB_STARTED = 4096
    FAILED = 32768
    ACCESS_DENIED = 32769
    NOT_SUPPORTED = 32770
    INVALID_PARAMETER = 32773
    IN_USE = 32774
    INVALID_STATE = 32775
    INCORRECT_TYPE = 32776
    OUT_OF_MEMORY = 32778
    NOT_FOUND = 32779
