"""A checkpoint, as its host shows it."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import SYSTEM_SETTINGS, system, system_settings
from openhyperv.hyperv.values import moment, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.wql import AssociatorsOf

_OF_SYSTEM = "Msvm_SnapshotOfVirtualSystem"
_REALIZED = "Microsoft:Hyper-V:Snapshot:Realized"


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


def list_checkpoints(session: Session, guid: str) -> list[Checkpoint]:
    """A machine's checkpoints, oldest first, in one enumeration."""
    # UNVERIFIED: a checkpoint's VirtualSystemIdentifier is its own GUID on some hosts and its machine's on
    # others, so the machine is asked for through the association
    query = AssociatorsOf(system(guid), association_class=_OF_SYSTEM, result_class=SYSTEM_SETTINGS)
    found = [read_checkpoint(row) for row in session.query(query) if is_checkpoint(row)]
    return sorted(found, key=lambda checkpoint: (str(checkpoint.created), checkpoint.guid))


def is_checkpoint(settings: Instance) -> bool:
    """True for a user's checkpoint; backup programs take some of their own, and are left alone."""
    return text(settings, "VirtualSystemType") == _REALIZED


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
