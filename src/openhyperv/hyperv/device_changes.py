"""The calls that add, change and remove a machine's devices; each takes any number of them at once."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.cim.session import Session
from openhyperv.errors import ProtocolError
from openhyperv.hyperv.names import SYSTEM_SERVICE, system_settings
from openhyperv.hyperv.values import entries
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


def add_devices(session: Session, guid: str, wanted: Sequence[Instance]) -> list[ObjectPath]:
    """Add devices to a machine; returns their settings, in the same order.

    :raises ConflictError: the machine's state forbids it
    """
    arguments: dict[str, Value] = {
        "AffectedConfiguration": system_settings(guid),
        "ResourceSettings": _texts(session, wanted),
    }
    output = session.run(SYSTEM_SERVICE, "AddResourceSettings", arguments, target=guid)
    made = [path for path in entries(output["ResultingResourceSettings"]) if isinstance(path, ObjectPath)]
    if len(made) != len(wanted):
        raise ProtocolError(
            f"The host made {len(made)} of {len(wanted)} devices.", host=session.host, target=guid
        )
    return made


def change_devices(session: Session, guid: str, changes: Sequence[Instance]) -> None:
    """Change devices, each named by its InstanceID; what a setting does not name stays.

    :raises ConflictError: the machine's state forbids it
    """
    arguments: dict[str, Value] = {"ResourceSettings": _texts(session, changes)}
    session.run(SYSTEM_SERVICE, "ModifyResourceSettings", arguments, target=guid)


def remove_devices(session: Session, guid: str, devices: Sequence[ObjectPath]) -> None:
    """Remove devices by their settings; media before the drives that hold them.

    :raises ConflictError: the machine's state forbids it
    """
    arguments: dict[str, Value] = {"ResourceSettings": list(devices)}
    session.run(SYSTEM_SERVICE, "RemoveResourceSettings", arguments, target=guid)


def _texts(session: Session, instances: Sequence[Instance]) -> list[str]:
    return [instance_to_text(instance, session.schema) for instance in instances]
