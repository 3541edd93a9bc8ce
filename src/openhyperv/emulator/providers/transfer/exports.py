"""Exporting virtual machines: their export settings, and ExportSystemDefinition."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import (
    Call,
    MethodFailure,
    Result,
    instances_of,
    links,
    lookup,
    method,
)
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.transfer.export_settings import (
    EXPORT_SETTINGS,
    default_export_settings,
    export_settings,
)
from openhyperv.emulator.host.transfer.exporting import export_system
from openhyperv.emulator.providers.links import link
from openhyperv.emulator.providers.machines.define import SERVICE
from openhyperv.emulator.providers.machines.finding import place_at, system_at, wanted_configuration
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_OF_SYSTEM = "Msvm_SystemExportSettingData"


class ExportProvider:
    """Each VM has export settings, which are there to be changed by clients and sent back."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(EXPORT_SETTINGS)
    def all_settings(self) -> Iterator[Instance]:
        """Of every VM."""
        return (self._settings(system) for system in self._host.systems)

    @lookup(EXPORT_SETTINGS)
    def settings(self, path: ObjectPath) -> Instance | None:
        """Of one VM."""
        system = self._system_of(path)
        return self._settings(system) if system else None

    @links(_OF_SYSTEM)
    def of_system(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a VM and its export settings."""
        is_setting = end.class_name.lower() == EXPORT_SETTINGS.lower()
        system = self._system_of(end) if is_setting else system_at(self._host, end)
        if system is not None:
            ends = {"ManagedElement": system.path, "SettingData": self._settings(system).path}
            flags = {"IsCurrent": 1, "IsDefault": 1, "IsNext": 0}
            yield link(_OF_SYSTEM, {name: path for name, path in ends.items() if path}, flags)

    def _settings(self, system: VirtualSystem) -> Instance:
        return default_export_settings(system, self._host.profile)

    def _system_of(self, path: ObjectPath) -> VirtualSystem | None:
        place = place_at(self._host, path)
        is_own = place is not None and not (place.tail or place.is_snapshot or place.system.is_planned)
        return place.system if place is not None and is_own else None

    @method(SERVICE, "ExportSystemDefinition")
    def export(self, call: Call) -> Result:
        """A job that writes the VM into a folder; os-win passes the VM's settings instead of the VM."""
        place = wanted_configuration(self._host, call["ComputerSystem"])
        directory, text = call["ExportDirectory"], call["ExportSettingData"]
        if place.is_snapshot or place.system.is_planned or not isinstance(directory, str):
            raise MethodFailure(Code.INVALID_PARAMETER, "A virtual machine and a folder are needed.")
        given = read_setting(text, EXPORT_SETTINGS, self._host.schema) if text else {}
        job = export_system(self._host, place.system, directory, export_settings(given))
        return Result(Code.JOB_STARTED, {"Job": job.path})
