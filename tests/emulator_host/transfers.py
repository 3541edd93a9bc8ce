"""Exporting and importing as clients do it, for tests of both."""

from __future__ import annotations

from typing import Any

from openhyperv.emulator.cimom.provider import Result
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated

EXPORT_SETTINGS = "Msvm_VirtualSystemExportSettingData"
PLANNED = "Msvm_PlannedComputerSystem"
SETTINGS = "Msvm_VirtualSystemSettingData"
DISK_SETTINGS = "Msvm_StorageAllocationSettingData"
SNAPSHOT_SERVICE = "Msvm_VirtualSystemSnapshotService"


def guid_of(system: ObjectPath) -> str:
    """A machine's GUID."""
    return str(system.key("Name"))


def export(emulated: Emulated, system: ObjectPath, folder: str, **choices: Any) -> Instance:
    """Export with the machine's own settings, some of them changed; returns the finished job."""
    (settings,) = emulated.associated(system, EXPORT_SETTINGS)
    text = emulated.text(EXPORT_SETTINGS, {**settings, **choices})
    return emulated.finish(
        emulated.call(
            "ExportSystemDefinition", ComputerSystem=system, ExportDirectory=folder, ExportSettingData=text
        )
    )


def exported(emulated: Emulated, system: ObjectPath, folder: str, **choices: Any) -> str:
    """Export, which must succeed; returns the definition file's Windows path."""
    job = export(emulated, system, folder, CreateVmExportSubdirectory=False, **choices)
    assert job["JobState"] == 7, job["ErrorDescription"]
    return rf"{folder}\Virtual Machines\{guid_of(system)}.vmcx"


def start_import(emulated: Emulated, file: str, folder: str | None, *, new_identity: bool) -> Result:
    """Call ImportSystemDefinition."""
    return emulated.call(
        "ImportSystemDefinition",
        SystemDefinitionFile=file,
        SnapshotFolder=folder,
        GenerateNewSystemIdentifier=new_identity,
    )


def imported(
    emulated: Emulated, file: str, folder: str | None = None, *, new_identity: bool = False
) -> ObjectPath:
    """Import, which must succeed; returns the planned machine."""
    job = emulated.finish(start_import(emulated, file, folder, new_identity=new_identity))
    assert job["JobState"] == 7, job["ErrorDescription"]
    return _led_to(emulated, job, PLANNED)


def realized(emulated: Emulated, planned: ObjectPath) -> ObjectPath:
    """Realize, which must succeed; returns the machine."""
    job = emulated.finish(emulated.call("RealizePlannedSystem", PlannedSystem=planned))
    assert job["JobState"] == 7, job["ErrorDescription"]
    return _led_to(emulated, job, "Msvm_ComputerSystem")


def _led_to(emulated: Emulated, job: Instance, class_name: str) -> ObjectPath:
    assert job.path is not None
    (found,) = emulated.associated(job.path, class_name, "Msvm_AffectedJobElement")
    assert found.path is not None
    return found.path


def problems(emulated: Emulated, planned: ObjectPath) -> list[str]:
    """The texts of the errors that validation reports."""
    job = emulated.finish(emulated.call("ValidatePlannedSystem", PlannedSystem=planned))
    assert job.path is not None
    errors = emulated.invoke(job.path, "GetErrorEx").out["Errors"]
    assert isinstance(errors, list)
    assert bool(errors) == (job["JobState"] == 10)
    return [str(error) for error in errors]


def disk_file(emulated: Emulated, system: ObjectPath) -> str:
    """The file of a machine's only disk."""
    (setting,) = emulated.devices_of(system, DISK_SETTINGS)
    files = setting["HostResource"]
    assert isinstance(files, list)
    return str(files[0])


def destroy(emulated: Emulated, system: ObjectPath) -> None:
    """Destroy a machine, planned or not."""
    result = emulated.call("DestroySystem", AffectedSystem=system)
    if result.return_value == 4096:
        assert emulated.finish(result)["JobState"] == 7


def take_checkpoint(emulated: Emulated, system: ObjectPath) -> Instance:
    """Take a checkpoint; returns its settings."""
    job = emulated.finish(
        emulated.call_of(SNAPSHOT_SERVICE, "CreateSnapshot", AffectedSystem=system, SnapshotType=2)
    )
    assert job["JobState"] == 7, job["ErrorDescription"]
    assert job.path is not None
    (snapshot,) = emulated.associated(job.path, SETTINGS, "Msvm_AffectedJobElement")
    return snapshot
