"""Changing a machine that exists: its name, processors, memory and disks."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.names import SYSTEM_SERVICE, SYSTEM_SETTINGS, owner_of, system_settings
from openhyperv.hyperv.sizing import memory_settings, processor_count
from openhyperv.hyperv.values import text, texts
from openhyperv.hyperv.virtual_disks import VirtualDisks
from openhyperv.machine.memory import Memory
from openhyperv.machine.rules.texts import check_name
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value
from openhyperv.wire.wql import AssociatorsOf


def rename(session: Session, guid: str, name: str) -> None:
    """Give the machine another display name; its GUID stays.

    :raises BrokenRuleError: no machine can have that name; nothing was sent
    """
    values = {"InstanceID": f"Microsoft:{guid}", "ElementName": check_name(name)}
    text_of_settings = instance_to_text(Instance(SYSTEM_SETTINGS, values), session.schema)
    arguments: dict[str, Value] = {"SystemSettings": text_of_settings}
    session.run(SYSTEM_SERVICE, "ModifySystemSettings", arguments, target=guid)


def resize(session: Session, guid: str, *, vcpus: int | None = None, memory_mb: int | None = None) -> None:
    """Change processors and memory in one call; whatever is None stays.

    :raises ConflictError: the machine is in a state in which the host does not change it
    """
    changes: list[Instance] = []
    if vcpus is not None:
        changes.append(processor_count(vcpus, guid))
    if memory_mb is not None:
        changes.append(memory_settings(Memory.static(memory_mb), guid))
    if changes:
        modify_resources(session, guid, changes)


def modify_resources(session: Session, guid: str, changes: Sequence[Instance]) -> None:
    """Send a machine's changed settings, each with its InstanceID, in one call."""
    arguments: dict[str, Value] = {
        "ResourceSettings": [instance_to_text(change, session.schema) for change in changes]
    }
    session.run(SYSTEM_SERVICE, "ModifyResourceSettings", arguments, target=guid)


def disk_files(session: Session, guid: str) -> list[str]:
    """The files of a machine's hard disks and DVDs, in the order of their places."""
    query = AssociatorsOf(
        system_settings(guid),
        association_class="Msvm_VirtualSystemSettingDataComponent",
        result_class="Msvm_StorageAllocationSettingData",
    )
    media = sorted(session.query(query), key=lambda medium: text(medium, "InstanceID").upper())
    owned = [medium for medium in media if owner_of(text(medium, "InstanceID")).upper() == guid.upper()]
    return [file for medium in owned for file in texts(medium, "HostResource")]


def grow_disk(
    session: Session, guid: str, size_bytes: int, *, index: int = 0, on_progress: JobProgress | None = None
) -> str:
    """Give one of the machine's disks another size; ``index`` counts its disks from 0. Returns the file.

    :raises NotFoundError: the machine has no such disk
    :raises ConflictError: it would become smaller
    """
    files = [file for file in disk_files(session, guid) if not file.lower().endswith(".iso")]
    if index >= len(files):
        raise NotFoundError(f"The machine has no disk {index}.", host=session.host, target=guid)
    disks = VirtualDisks(session)
    if disks.inspect(files[index]).size_bytes > size_bytes:
        raise ConflictError("A disk is not made smaller.", host=session.host, target=files[index])
    disks.resize(files[index], size_bytes, on_progress)
    return files[index]
