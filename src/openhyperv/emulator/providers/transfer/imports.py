"""Importing virtual machines: what becomes of the files of an export."""

from __future__ import annotations

from pathlib import Path

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import BadHostPath
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import system_settings_path
from openhyperv.emulator.host.machines.summary import TELLERS
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.transfer.definition_file import BadDefinition, read_definition
from openhyperv.emulator.host.transfer.importing import Import, import_checkpoints, import_system
from openhyperv.emulator.providers.machines.define import SERVICE
from openhyperv.emulator.providers.machines.finding import wanted_planned_system
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Scalar, Value

_TOLD = (0, 1, 2, 3)
"""Name, ElementName, CreationTime and Notes by their numbers: all that the page promises of a file."""


class ImportProvider:
    """A file's path is checked before a job starts; what it holds comes out in the job."""

    def __init__(self, host: Host) -> None:
        self._host = host
        base = host.schema.find("root/virtualization/v2", "Msvm_SummaryInformationBase")
        self._summary_class = base.name if base else "Msvm_SummaryInformation"

    @method(SERVICE, "ImportSystemDefinition")
    def import_system(self, call: Call) -> Result:
        """A job that leads to a planned VM; ImportedSystem stays NULL."""
        folder = call["SnapshotFolder"]
        wanted = Import(
            self._path(call["SystemDefinitionFile"]),
            self._path(folder) if folder else None,
            has_new_identity=call["GenerateNewSystemIdentifier"] is True,
        )
        return Result(Code.JOB_STARTED, {"Job": import_system(self._host, wanted).path})

    @method(SERVICE, "ImportSnapshotDefinitions")
    def import_checkpoints(self, call: Call) -> Result:
        """The planned VM's checkpoints in a folder; synchronous."""
        system = wanted_planned_system(self._host, call["PlannedSystem"])
        added = import_checkpoints(self._host, system, self._path(call["SnapshotFolder"]))
        paths: list[Scalar | None] = [system_settings_path(snapshot.guid) for snapshot in added]
        return Result(Code.COMPLETED, {"ImportedSnapshots": paths})

    @method(SERVICE, "GetDefinitionFileSummaryInformation")
    def summaries(self, call: Call) -> Result:
        """What definition files hold, in their order."""
        files = call["DefinitionFiles"]
        if not isinstance(files, list | tuple) or not files:
            raise MethodFailure(Code.INVALID_PARAMETER, "DefinitionFiles is empty.")
        return Result(Code.COMPLETED, {"SummaryInformation": [self._summary(file) for file in files]})

    def _summary(self, windows_path: Value) -> Instance:
        try:
            definition = read_definition(self._path(windows_path), self._host.configuration_reader)
        except BadDefinition as error:
            # UNVERIFIED: one file that cannot be read fails the whole call
            raise MethodFailure(Code.FAILED, str(error)) from error
        configuration = definition.configuration
        place = Place(VirtualSystem(configuration.owner, configuration), configuration, "")
        told = [TELLERS[number] for number in _TOLD]
        return Instance(self._summary_class, {name: tell(self._host, place) for name, tell in told})

    def _path(self, windows_path: Value) -> Path:
        try:
            return self._host.files.local(windows_path if isinstance(windows_path, str) else "")
        except BadHostPath as error:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{windows_path} is no path of this host.") from error
