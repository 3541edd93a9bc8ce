"""The calls of Hyper-V's management service that make a machine, each within what is left of the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openhyperv.cim.session import Session
from openhyperv.errors import ProtocolError
from openhyperv.hyperv.names import SYSTEM_SERVICE, system_settings
from openhyperv.hyperv.values import entries
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


class Calls:
    """Changes to one machine; ``target`` is what errors call it."""

    def __init__(self, session: Session, deadline: Deadline, target: str) -> None:
        self._session = session
        self._deadline = deadline
        self.target = target

    def define(self, machine: Instance) -> str | None:
        """Define a machine; returns its GUID, or None where a host that took a job for it does not tell."""
        system = self._run("DefineSystem", {"SystemSettings": self._text(machine)}).get("ResultingSystem")
        if not isinstance(system, ObjectPath):
            return None
        return str(system.key("Name")).upper()

    def add(self, guid: str, wanted: Sequence[Instance]) -> list[ObjectPath]:
        """Add devices; returns their settings in the same order. Nothing is sent where nothing is wanted."""
        if not wanted:
            return []
        arguments: dict[str, Value] = {
            "AffectedConfiguration": system_settings(guid),
            "ResourceSettings": self._texts(wanted),
        }
        output = self._run("AddResourceSettings", arguments)
        made = [p for p in entries(output.get("ResultingResourceSettings")) if isinstance(p, ObjectPath)]
        if len(made) != len(wanted):
            raise ProtocolError(f"The host made {len(made)} of {len(wanted)} devices.", target=guid)
        return made

    def add_features(self, cable: ObjectPath, features: Sequence[Instance]) -> None:
        """Give one port what it shall be; the method takes one port at a time."""
        self._run(
            "AddFeatureSettings", {"AffectedConfiguration": cable, "FeatureSettings": self._texts(features)}
        )

    def remove(self, devices: Sequence[ObjectPath]) -> None:
        """Remove devices."""
        self._run("RemoveResourceSettings", {"ResourceSettings": list(devices)})

    def change_devices(self, changes: Sequence[Instance]) -> None:
        """Change devices, each named by its InstanceID."""
        self._run("ModifyResourceSettings", {"ResourceSettings": self._texts(changes)})

    def change_machine(self, changes: Instance) -> None:
        """Change the machine as a whole."""
        self._run("ModifySystemSettings", {"SystemSettings": self._text(changes)})

    def _run(self, method: str, arguments: Mapping[str, Value]) -> Mapping[str, Value]:
        timeout_s = self._deadline.check(method)
        output = self._session.run(SYSTEM_SERVICE, method, arguments, timeout_s=timeout_s, target=self.target)
        return output.parameters

    def _text(self, instance: Instance) -> str:
        return instance_to_text(instance, self._session.schema)

    def _texts(self, instances: Sequence[Instance]) -> list[str]:
        return [self._text(instance) for instance in instances]
