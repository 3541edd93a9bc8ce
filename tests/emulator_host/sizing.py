"""Machines whose size is changed over the wire, setting by setting, as any client could."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.emulator.host.identities import Device
from openhyperv.emulator.rules.actions import AnswersByJob
from openhyperv.emulator.rules.matching import Rule, Rules
from openhyperv.hyperv.values import entries
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import AssociatorsOf, equal, select
from tests.emulated import emulated_host, target_of

PROCESSOR, MEMORY = "Msvm_ProcessorSettingData", "Msvm_MemorySettingData"
_SYSTEM, _SETTINGS = "Msvm_ComputerSystem", "Msvm_VirtualSystemSettingData"
_SERVICE = ObjectPath(
    "Msvm_VirtualSystemManagementService", {"CreationClassName": "Msvm_VirtualSystemManagementService"}
)
_TAILS = {PROCESSOR: Device.PROCESSOR.value, MEMORY: Device.MEMORY.value}


@frozen
class Client:
    """One who speaks to the host in settings alone."""

    session: Session

    def call(self, method: str, **arguments: Value) -> None:
        """Call a method of the management service, and wait for its job."""
        self.session.run(_SERVICE, method, arguments)

    def text(self, class_name: str, values: Mapping[str, Value]) -> str:
        """An embedded instance."""
        return instance_to_text(Instance(class_name, values), self.session.schema)

    def define(self, name: str, **values: Value) -> str:
        """A machine that is off; returns its GUID."""
        self.call("DefineSystem", SystemSettings=self.text(_SETTINGS, {"ElementName": name, **values}))
        (found,) = self.session.query(select(_SYSTEM, "Name").where(equal("ElementName", name)))
        return str(found["Name"])

    def change(self, guid: str, *settings: tuple[str, Mapping[str, Value]]) -> None:
        """Change processors and memory in one call."""
        texts = [
            self.text(kind, {"InstanceID": f"Microsoft:{guid}\\{_TAILS[kind]}", **values})
            for kind, values in settings
        ]
        self.call("ModifyResourceSettings", ResourceSettings=texts)

    def change_system(self, guid: str, **values: Value) -> None:
        """Change the machine's own settings."""
        settings = {"InstanceID": f"Microsoft:{guid}", **values}
        self.call("ModifySystemSettings", SystemSettings=self.text(_SETTINGS, settings))

    def start(self, guid: str) -> None:
        """Start the machine."""
        system = ObjectPath(_SYSTEM, {"CreationClassName": _SYSTEM, "Name": guid})
        self.session.run(system, "RequestStateChange", {"RequestedState": 2})

    def shown(self, guid: str, class_name: str) -> Instance:
        """The setting of that class."""
        path = ObjectPath(_SETTINGS, {"InstanceID": f"Microsoft:{guid}"})
        query = AssociatorsOf(
            path,
            association_class="Msvm_VirtualSystemSettingDataComponent",
            result_class=class_name,
        )
        (found,) = self.session.query(query)
        return found

    def spans_nodes(self, guid: str) -> Value:
        """Whether a node of the machine lies on several of the host's."""
        path = ObjectPath(_SETTINGS, {"InstanceID": f"Microsoft:{guid}"})
        asked: dict[str, Value] = {"SettingData": [path], "RequestedInformation": [123]}
        (summary,) = entries(self.session.run(_SERVICE, "GetSummaryInformation", asked)["SummaryInformation"])
        assert isinstance(summary, Instance)
        return summary["MemorySpansPhysicalNumaNodes"]

    def free_mb(self) -> list[int]:
        """What machines can still take of the host's nodes."""
        rows = self.session.query(select("Msvm_NumaNode", "NodeID", "CurrentlyConsumableMemoryBlocks"))
        by_id = {str(row["NodeID"]): int(str(row["CurrentlyConsumableMemoryBlocks"])) for row in rows}
        return [by_id[key] for key in sorted(by_id)]


@contextmanager
def client(folder: Path, version: str = "2025") -> Iterator[Client]:
    """A client of a host with 16 processors and 32 GB of memory in two NUMA nodes.

    The host answers changes by jobs, as Windows may: only jobs say in words why something is refused.
    """
    hardware = Hardware(16, 32_768, 2, adapters_for("HV1", 1))
    with emulated_host(
        folder, Rules([Rule(action=AnswersByJob())]), version=version, hardware=hardware
    ) as host:
        session = Session.open(target_of(host))
        try:
            yield Client(session)
        finally:
            session.close()
