"""Machines with devices of the host: what becomes of them when the machines are exported and imported."""

from __future__ import annotations

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_providers.conftest import Emulate, Emulated
from tests.emulator_providers.test_disks import DISKS, SERVICE, attach, machine

FOLDER = r"C:\export"


def _only(emulated: Emulated, class_name: str) -> ObjectPath:
    (found,) = emulated.query(f"SELECT * FROM {class_name} WHERE ElementName='vm'")
    assert found.path is not None
    return found.path


def _export(emulated: Emulated) -> Instance:
    system = _only(emulated, "Msvm_ComputerSystem")
    values = {"CreateVmExportSubdirectory": False}
    text = emulated.text("Msvm_VirtualSystemExportSettingData", values)
    result = emulated.call(
        SERVICE,
        "ExportSystemDefinition",
        ComputerSystem=system,
        ExportDirectory=FOLDER,
        ExportSettingData=text,
    )
    return emulated.finished_job(result)


def _validated(emulated: Emulated) -> Instance:
    planned = _only(emulated, "Msvm_PlannedComputerSystem")
    return emulated.finished_job(emulated.call(SERVICE, "ValidatePlannedSystem", PlannedSystem=planned))


def test_a_copy_cannot_have_the_disk_that_the_original_has(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    attach(emulated, machine(emulated), number=2)
    assert _export(emulated)["JobState"] == 7
    guid = _only(emulated, "Msvm_ComputerSystem").key("Name")
    file = rf"{FOLDER}\Virtual Machines\{guid}.vmcx"
    imported = emulated.call(
        SERVICE, "ImportSystemDefinition", SystemDefinitionFile=file, GenerateNewSystemIdentifier=True
    )
    assert emulated.finished_job(imported)["JobState"] == 7
    refused = _validated(emulated)
    assert refused["JobState"] == 10
    original = _only(emulated, "Msvm_ComputerSystem")
    assert emulated.call(SERVICE, "DestroySystem", AffectedSystem=original).return_value == 0
    assert _validated(emulated)["JobState"] == 7


def test_a_running_machine_with_a_disk_of_the_host_cannot_be_frozen(emulate: Emulate) -> None:
    emulated = emulate(disks=DISKS)
    attach(emulated, machine(emulated), number=2)
    assert emulated.finished_job(emulated.on_machine("RequestStateChange", RequestedState=2))["JobState"] == 7
    result = emulated.call(
        SERVICE,
        "ExportSystemDefinition",
        ComputerSystem=_only(emulated, "Msvm_ComputerSystem"),
        ExportDirectory=FOLDER,
    )
    assert result.return_value == 32770
