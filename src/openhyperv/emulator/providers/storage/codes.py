"""Return values of the Windows Storage Management API, from the pages of its methods."""

from __future__ import annotations

from enum import IntEnum


class StorageCode(IntEnum):
    """What a method of root/microsoft/windows/storage answers."""

    SUCCESS = 0
    NOT_SUPPORTED = 1
    INVALID_PARAMETER = 5
    IN_USE = 6
    NOT_INITIALIZED = 41000
    NOT_FOR_THIS_PARTITION_STYLE = 41006
    CRITICAL_DISK = 41009
