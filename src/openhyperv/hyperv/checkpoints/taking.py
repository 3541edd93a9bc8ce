"""Taking a checkpoint, of the kind that the machine's settings ask for or of one that is."""

from __future__ import annotations

from enum import IntEnum

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import HyperVError, ProtocolError
from openhyperv.hyperv.checkpoints.checkpoint import (
    Checkpoint,
    CheckpointFor,
    is_checkpoint,
    read_checkpoint,
)
from openhyperv.hyperv.checkpoints.renaming import rename_checkpoint
from openhyperv.hyperv.names import SNAPSHOT_SERVICE, SYSTEM_SETTINGS, system
from openhyperv.machine.rules.texts import check_name
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_SETTINGS = "Msvm_VirtualSystemSnapshotSettingData"


class Consistency(IntEnum):
    """What a running guest has to do with its checkpoint: ConsistencyLevel of its settings, since 2016.

    A production checkpoint is of disks whose guest has brought them in order; memory is not part of either.
    """

    PRODUCTION = 1
    CRASH = 2


def take_checkpoint(
    session: Session,
    guid: str,
    name: str | None = None,
    consistency: Consistency | None = None,
    *,
    whose: CheckpointFor = CheckpointFor.USER,
    timeout_s: float,
    on_progress: JobProgress | None = None,
) -> Checkpoint:
    """Take a checkpoint and, with ``name``, call it so. One for a program never has the guest's memory.

    :raises BrokenRuleError: no checkpoint can have that name; nothing was sent
    :raises UnsupportedError: the machine's settings forbid checkpoints
    :raises JobError: it cannot be taken, or not of that kind; there is none then
    """
    if name is not None:
        check_name(name)
    arguments: dict[str, Value] = {
        "AffectedSystem": system(guid),
        "SnapshotSettings": _settings(session, consistency),
        "SnapshotType": whose.value.number,
    }
    output = session.run(
        SNAPSHOT_SERVICE,
        "CreateSnapshot",
        arguments,
        timeout_s=timeout_s,
        on_progress=on_progress,
        target=guid,
    )
    taken = _taken(session, guid, output["ResultingSnapshot"], output["Job"], whose)
    return taken if name is None else _named(session, taken, name)


def _settings(session: Session, consistency: Consistency | None) -> str:
    if consistency is None:
        return ""
    # UNVERIFIED: for one checkpoint, ConsistencyLevel goes before the machine's UserSnapshotType
    settings = Instance(_SETTINGS, {"ConsistencyLevel": consistency.value})
    return instance_to_text(settings, session.schema)


def _taken(session: Session, guid: str, snapshot: Value, job: Value, whose: CheckpointFor) -> Checkpoint:
    """What the host has made: a method that did it at once tells it, a job leads to it."""
    if isinstance(snapshot, ObjectPath):
        return read_checkpoint(session.get(snapshot))
    if isinstance(job, ObjectPath):
        made = session.associators(job, "Msvm_AffectedJobElement", SYSTEM_SETTINGS)
        for settings in made:
            if is_checkpoint(settings, whose):
                return read_checkpoint(settings)
    raise ProtocolError("The host took a checkpoint, but does not show it.", target=guid)


def _named(session: Session, taken: Checkpoint, name: str) -> Checkpoint:
    try:
        return rename_checkpoint(session, taken, name)
    except HyperVError as error:
        error.add_note(f"The checkpoint was taken, and may still be called {taken.name!r}: {taken.guid}")
        raise
