"""A checkpoint, as its host shows it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import SYSTEM_SETTINGS, system, system_settings
from openhyperv.hyperv.values import moment, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.wql import AssociatorsOf

_OF_SYSTEM = "Msvm_SnapshotOfVirtualSystem"


@frozen
class _Kind:
    """SnapshotType of CreateSnapshot, and VirtualSystemType of what it makes."""

    number: int
    system_type: str


class CheckpointFor(Enum):
    """Whom a checkpoint is for: a user, to go back to, or a program, to read disks that stand still."""

    USER = _Kind(2, "Microsoft:Hyper-V:Snapshot:Realized")
    BACKUP = _Kind(32768, "Microsoft:Hyper-V:Snapshot:Recovery")


@frozen
class Checkpoint:
    """A checkpoint; ``parent`` is the GUID of the one it grew from.

    ``has_memory`` tells a standard checkpoint of a running machine, which goes on where it was, from one of
    the disks alone, after which the machine boots.
    """

    guid: str
    name: str
    created: datetime | None
    parent: str | None
    has_memory: bool = False

    @property
    def path(self) -> ObjectPath:
        """The settings that it is, on its host."""
        return system_settings(self.guid)


def list_checkpoints(
    session: Session, guid: str, whose: CheckpointFor = CheckpointFor.USER
) -> list[Checkpoint]:
    """A machine's checkpoints of users or of programs, oldest first, in one enumeration."""
    # UNVERIFIED: a checkpoint's VirtualSystemIdentifier is its own GUID on some hosts and its machine's on
    # others, so the machine is asked for through the association
    query = AssociatorsOf(system(guid), association_class=_OF_SYSTEM, result_class=SYSTEM_SETTINGS)
    found = [read_checkpoint(row) for row in session.query(query) if is_checkpoint(row, whose)]
    return sorted(found, key=lambda checkpoint: (str(checkpoint.created), checkpoint.guid))


def is_checkpoint(settings: Instance, whose: CheckpointFor = CheckpointFor.USER) -> bool:
    """True for a checkpoint of users, or of programs; neither is shown to the other."""
    return text(settings, "VirtualSystemType") == whose.value.system_type


def read_checkpoint(settings: Instance) -> Checkpoint:
    """The checkpoint that these settings are."""
    parent = text(settings, "Parent")
    return Checkpoint(
        guid=guid_of(text(settings, "InstanceID")),
        name=text(settings, "ElementName"),
        created=moment(settings, "CreationTime"),
        parent=guid_of(str(parse_path(parent).key("InstanceID"))) if parent else None,
        has_memory=settings.get("IsSaved") is True,
    )


def guid_of(instance_id: str) -> str:
    """The GUID in the InstanceID of a machine's or checkpoint's settings."""
    return instance_id.removeprefix("Microsoft:").upper()
