"""Checkpoints of a machine: take, list, go back to, delete."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve, frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError, ProtocolError
from openhyperv.hyperv.names import SNAPSHOT_SERVICE, SYSTEM_SERVICE, SYSTEM_SETTINGS, system, system_settings
from openhyperv.hyperv.values import moment, text
from openhyperv.machine.rules.texts import check_name
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import parse_path
from openhyperv.wire.types import Value
from openhyperv.wire.wql import AssociatorsOf

_FULL = 2
"""SnapshotType of CreateSnapshot: everything, as the machine's own checkpoint settings say."""
_OF_SYSTEM = "Msvm_SnapshotOfVirtualSystem"
_REALIZED = "Microsoft:Hyper-V:Snapshot:Realized"


@frozen
class Checkpoint:
    """A checkpoint; ``parent`` is the GUID of the one it grew from."""

    guid: str
    name: str
    created: datetime | None
    parent: str | None


def list_checkpoints(session: Session, guid: str) -> list[Checkpoint]:
    """A machine's checkpoints, oldest first, in one enumeration."""
    # UNVERIFIED: a checkpoint's VirtualSystemIdentifier is its own GUID on some hosts and its machine's on
    # others, so the machine is asked for through the association
    query = AssociatorsOf(system(guid), association_class=_OF_SYSTEM, result_class=SYSTEM_SETTINGS)
    found = [_checkpoint(row) for row in session.query(query) if text(row, "VirtualSystemType") == _REALIZED]
    return sorted(found, key=lambda checkpoint: (str(checkpoint.created), checkpoint.guid))


def _checkpoint(row: Instance) -> Checkpoint:
    parent = text(row, "Parent")
    return Checkpoint(
        guid=_guid(text(row, "InstanceID")),
        name=text(row, "ElementName"),
        created=moment(row, "CreationTime"),
        parent=_guid(str(parse_path(parent).key("InstanceID"))) if parent else None,
    )


def _guid(instance_id: str) -> str:
    return instance_id.removeprefix("Microsoft:").upper()


def take_checkpoint(session: Session, guid: str, name: str | None = None) -> Checkpoint:
    """Take a checkpoint and, with ``name``, call it so.

    :raises BrokenRuleError: no checkpoint can have that name; nothing was sent
    """
    if name is not None:
        check_name(name)
    before = {checkpoint.guid for checkpoint in list_checkpoints(session, guid)}
    arguments: dict[str, Value] = {
        "AffectedSystem": system(guid),
        "SnapshotSettings": "",
        "SnapshotType": _FULL,
    }
    session.run(SNAPSHOT_SERVICE, "CreateSnapshot", arguments, target=guid)
    fresh = [c for c in list_checkpoints(session, guid) if c.guid not in before]
    if not fresh:
        raise ProtocolError("The host took a checkpoint, but does not show it.", target=guid)
    return fresh[-1] if name is None else rename_checkpoint(session, fresh[-1], name)


def rename_checkpoint(session: Session, checkpoint: Checkpoint, name: str) -> Checkpoint:
    """Call a checkpoint something else.

    :raises BrokenRuleError: no checkpoint can have that name; nothing was sent
    """
    values = {"InstanceID": f"Microsoft:{checkpoint.guid}", "ElementName": check_name(name)}
    settings = instance_to_text(Instance(SYSTEM_SETTINGS, values), session.schema)
    arguments: dict[str, Value] = {"SystemSettings": settings}
    session.run(SYSTEM_SERVICE, "ModifySystemSettings", arguments, target=checkpoint.guid)
    return evolve(checkpoint, name=name)


def apply_checkpoint(session: Session, checkpoint: Checkpoint) -> None:
    """Make the machine what it was; it must be off or saved, and is afterwards.

    :raises ConflictError: it is running
    """
    arguments: dict[str, Value] = {"Snapshot": system_settings(checkpoint.guid)}
    session.run(SNAPSHOT_SERVICE, "ApplySnapshot", arguments, target=checkpoint.guid)


def delete_checkpoint(session: Session, checkpoint: Checkpoint) -> None:
    """Delete one checkpoint; those that grew from it stay, and disks are merged by the host."""
    arguments: dict[str, Value] = {"AffectedSnapshot": system_settings(checkpoint.guid)}
    session.run(SNAPSHOT_SERVICE, "DestroySnapshot", arguments, target=checkpoint.guid)


def find_checkpoint(session: Session, guid: str, name: str) -> Checkpoint:
    """A machine's checkpoint by name or GUID.

    :raises NotFoundError: there is none
    :raises ConflictError: the name fits several
    """
    known = list_checkpoints(session, guid)
    found = [c for c in known if name.upper() == c.guid or name == c.name]
    if not found:
        raise NotFoundError("There is no such checkpoint.", host=session.host, target=name)
    if len(found) > 1:
        guids = ", ".join(c.guid for c in found)
        raise ConflictError(f"Several checkpoints have that name: {guids}.", host=session.host, target=name)
    return found[0]
