"""Another name for a checkpoint."""

from __future__ import annotations

from attrs import evolve

from openhyperv.cim.session import Session
from openhyperv.hyperv.checkpoints.checkpoint import Checkpoint
from openhyperv.hyperv.names import SYSTEM_SERVICE, SYSTEM_SETTINGS
from openhyperv.machine.rules.texts import check_name
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value


def rename_checkpoint(session: Session, checkpoint: Checkpoint, name: str) -> Checkpoint:
    """Call a checkpoint something else; it keeps its GUID.

    :raises BrokenRuleError: no checkpoint can have that name; nothing was sent
    """
    values = {"InstanceID": f"Microsoft:{checkpoint.guid}", "ElementName": check_name(name)}
    settings = instance_to_text(Instance(SYSTEM_SETTINGS, values), session.schema)
    arguments: dict[str, Value] = {"SystemSettings": settings}
    session.run(SYSTEM_SERVICE, "ModifySystemSettings", arguments, target=checkpoint.guid)
    return evolve(checkpoint, name=name)
