"""Changing a machine that exists: its name, processors and memory."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import SYSTEM_SERVICE, SYSTEM_SETTINGS
from openhyperv.hyperv.sizing import memory_settings, processor_count
from openhyperv.machine.memory import Memory
from openhyperv.machine.rules.texts import check_name
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value


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
