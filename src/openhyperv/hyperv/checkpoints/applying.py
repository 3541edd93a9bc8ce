"""Going back to a checkpoint, and what becomes of a machine that runs."""

from __future__ import annotations

from enum import StrEnum

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.hyperv.checkpoints.checkpoint import Checkpoint
from openhyperv.hyperv.names import SNAPSHOT_SERVICE
from openhyperv.hyperv.power import request_state
from openhyperv.hyperv.states import RequestedState
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.types import Value


class WhenRunning(StrEnum):
    """What to do where the machine is not off or saved, as it has to be."""

    REFUSE = "refuse"
    TURN_OFF = "turn-off"


def apply_checkpoint(
    session: Session,
    guid: str,
    checkpoint: Checkpoint,
    when_running: WhenRunning,
    *,
    timeout_s: float,
    on_progress: JobProgress | None = None,
) -> None:
    """Make the machine what it was; its present state is given up.

    It is saved afterwards where the checkpoint has its memory, and off otherwise.

    :raises ConflictError: it is running, and nothing else was asked for
    """
    deadline = Deadline.after(timeout_s)
    if when_running is WhenRunning.TURN_OFF:
        _turn_off(session, guid, deadline)
    arguments: dict[str, Value] = {"Snapshot": checkpoint.path}
    session.run(
        SNAPSHOT_SERVICE,
        "ApplySnapshot",
        arguments,
        timeout_s=deadline.check("apply a checkpoint"),
        on_progress=on_progress,
        target=guid,
    )


def _turn_off(session: Session, guid: str, deadline: Deadline) -> None:
    """One that is off already answers with a conflict; one that is busy will refuse the checkpoint."""
    try:
        request_state(session, guid, RequestedState.OFF, timeout_s=deadline.check("turn off"))
    except ConflictError:
        return
