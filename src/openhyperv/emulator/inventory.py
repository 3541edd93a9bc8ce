"""Virtual machines that a host starts with, made as any client makes them: by DefineSystem."""

from __future__ import annotations

from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.host.host import Host
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassLookup

_SERVICE = "Msvm_VirtualSystemManagementService"
_GENERATION_2 = "Microsoft:Hyper-V:SubType:2"


def add_machines(manager: ObjectManager, host: Host, wanted: int) -> None:
    """Define generation 2 machines named ``vm0001`` and so on until the host has as many as wanted."""
    service = ObjectPath(_SERVICE, {"CreationClassName": _SERVICE})
    for number in range(len(list(host.systems)) + 1, wanted + 1):
        arguments = {
            "SystemSettings": _settings(f"vm{number:04}", host.schema),
            "ResourceSettings": None,
            "ReferenceConfiguration": None,
        }
        result = manager.invoke(service, "DefineSystem", arguments, "inventory")
        if result.return_value != 0:
            raise RuntimeError(f"DefineSystem answered {result.return_value} to the emulator's own request")


def _settings(name: str, schema: ClassLookup) -> str:
    values = {"ElementName": name, "VirtualSystemSubType": _GENERATION_2}
    return instance_to_text(Instance("Msvm_VirtualSystemSettingData", values), schema)
