"""What becomes of a machine when its host stops, and what its checkpoints are."""

from __future__ import annotations

from enum import IntEnum


class StopAction(IntEnum):
    """What the host does with a running machine when it shuts down; values of AutomaticShutdownAction."""

    TURN_OFF = 2
    SAVE = 3
    SHUT_DOWN = 4


class CheckpointKind(IntEnum):
    """What a checkpoint holds; values of Msvm_VirtualSystemSettingData.UserSnapshotType.

    A production checkpoint asks the guest to write everything down first; ``PRODUCTION`` falls back to a
    standard one, which holds the memory too, where the guest cannot.
    """

    DISABLED = 2
    PRODUCTION = 3
    PRODUCTION_ONLY = 4
    STANDARD = 5
