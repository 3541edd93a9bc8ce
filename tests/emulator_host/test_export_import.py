"""Out into a folder and back in: what a machine was, it is again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.disks.inspecting import validate_chain
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.devices import disk, make_disk
from tests.emulator_host.transfers import (
    SNAPSHOT_SERVICE,
    destroy,
    disk_file,
    export,
    exported,
    guid_of,
    imported,
    problems,
    realized,
    start_import,
    take_checkpoint,
)

BASE = r"C:\vms\disk.vhdx"
FOLDER = r"C:\export"


@pytest.fixture
def system(emulated: Emulated) -> ObjectPath:
    """A VM with one real disk."""
    make_disk(emulated, BASE)
    return emulated.define("web", resources=disk(emulated, BASE), Notes=["kept"])


def _files(emulated: Emulated, folder: str = FOLDER) -> list[str]:
    root = emulated.host.files.local(folder)
    return sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file())


def _chain(emulated: Emulated, windows_path: str) -> list[str]:
    files = emulated.host.files
    return [files.windows(info.path) for info in validate_chain(files.local(windows_path), files.local)]


def test_an_export_has_the_documented_folders(emulated: Emulated, system: ObjectPath) -> None:
    assert export(emulated, system, FOLDER)["JobState"] == 7
    assert _files(emulated) == [
        "web/Virtual Hard Disks/disk.vhdx",
        f"web/Virtual Machines/{guid_of(system)}.vmcx",
    ]


def test_storage_stays_where_it_is_unless_asked_for(emulated: Emulated, system: ObjectPath) -> None:
    file = exported(emulated, system, FOLDER, CopyVmStorage=False)
    assert _files(emulated) == [f"Virtual Machines/{guid_of(system)}.vmcx"]
    destroy(emulated, system)
    assert disk_file(emulated, imported(emulated, file)) == BASE


def test_what_was_exported_becomes_the_same_machine_again(emulated: Emulated, system: ObjectPath) -> None:
    settings = emulated.settings_of(system)
    file = exported(emulated, system, FOLDER)
    destroy(emulated, system)
    machine = realized(emulated, imported(emulated, file))
    assert machine == system
    again = emulated.settings_of(machine)
    for name in ("ElementName", "Notes", "BIOSGUID", "VirtualSystemSubType", "Version", "VirtualSystemType"):
        assert again[name] == settings[name], name
    assert disk_file(emulated, machine) == rf"{FOLDER}\Virtual Hard Disks\disk.vhdx"
    assert emulated.request(machine, 2)["JobState"] == 7


def test_a_second_export_does_not_overwrite_the_first(emulated: Emulated, system: ObjectPath) -> None:
    exported(emulated, system, FOLDER)
    before = _files(emulated)
    job = export(emulated, system, FOLDER, CreateVmExportSubdirectory=False)
    assert (job["JobState"], job["ErrorCode"]) == (10, 32768)
    assert "0x80070050" in str(job["ErrorDescription"])
    assert _files(emulated) == before


def test_a_failed_export_leaves_no_files(emulated: Emulated, system: ObjectPath) -> None:
    emulated.host.files.local(BASE).unlink()
    job = export(emulated, system, FOLDER)
    assert job["JobState"] == 10
    assert "web" in str(job["ErrorDescription"])
    assert _files(emulated) == []


def test_all_checkpoints_come_along_with_their_disks(emulated: Emulated, system: ObjectPath) -> None:
    checkpoint = take_checkpoint(emulated, system)
    file = exported(emulated, system, FOLDER)
    guid = str(checkpoint["VirtualSystemIdentifier"])
    assert f"Snapshots/{guid}.vmcx" in _files(emulated)
    destroy(emulated, system)
    planned = imported(emulated, file, rf"{FOLDER}\Snapshots")
    (again,) = emulated.associated(planned, "Msvm_VirtualSystemSettingData", "Msvm_SnapshotOfVirtualSystem")
    assert again["VirtualSystemType"] == "Microsoft:Hyper-V:Snapshot:Planned"
    machine = realized(emulated, planned)
    leaf = disk_file(emulated, machine)
    assert _chain(emulated, leaf) == [leaf, rf"{FOLDER}\Virtual Hard Disks\disk.vhdx"]
    assert leaf.startswith(FOLDER)
    assert again.path is not None
    assert emulated.get(again.path)["VirtualSystemType"] == "Microsoft:Hyper-V:Snapshot:Realized"


def test_a_checkpoint_whose_file_is_not_there_is_missing_until_it_is_imported(
    emulated: Emulated, system: ObjectPath
) -> None:
    checkpoint = take_checkpoint(emulated, system)
    file = exported(emulated, system, FOLDER)
    destroy(emulated, system)
    planned = imported(emulated, file)
    (found,) = emulated.associated(planned, "Msvm_VirtualSystemSettingData", "Msvm_SnapshotOfVirtualSystem")
    assert found["VirtualSystemType"] == "Microsoft:Hyper-V:Snapshot:Missing"
    assert found["ElementName"] == checkpoint["ElementName"]
    assert len(problems(emulated, planned)) == 1
    folder = rf"{FOLDER}\Snapshots"
    result = emulated.call("ImportSnapshotDefinitions", PlannedSystem=planned, SnapshotFolder=folder)
    assert result.return_value == 0
    assert result.out["ImportedSnapshots"] == [found.path]
    assert problems(emulated, planned) == []


def test_a_missing_checkpoint_can_be_given_up(emulated: Emulated, system: ObjectPath) -> None:
    take_checkpoint(emulated, system)
    file = exported(emulated, system, FOLDER)
    destroy(emulated, system)
    planned = imported(emulated, file)
    (found,) = emulated.associated(planned, "Msvm_VirtualSystemSettingData", "Msvm_SnapshotOfVirtualSystem")
    job = emulated.finish(emulated.call_of(SNAPSHOT_SERVICE, "DestroySnapshot", AffectedSnapshot=found.path))
    assert job["JobState"] == 7, job["ErrorDescription"]
    assert emulated.request(realized(emulated, planned), 2)["JobState"] == 7


def test_without_checkpoints_the_machine_comes_alone(emulated: Emulated, system: ObjectPath) -> None:
    take_checkpoint(emulated, system)
    file = exported(emulated, system, FOLDER, CopySnapshotConfiguration=1)
    assert not any(name.startswith("Snapshots") for name in _files(emulated))
    destroy(emulated, system)
    planned = imported(emulated, file)
    assert not emulated.associated(planned, "Msvm_VirtualSystemSettingData", "Msvm_SnapshotOfVirtualSystem")
    assert problems(emulated, planned) == []


def test_one_checkpoint_becomes_a_machine_of_its_own(emulated: Emulated, system: ObjectPath) -> None:
    take_checkpoint(emulated, system)
    second = take_checkpoint(emulated, system)
    job = export(
        emulated,
        system,
        FOLDER,
        CreateVmExportSubdirectory=False,
        CopySnapshotConfiguration=2,
        SnapshotVirtualSystem=str(second.path),
    )
    assert job["JobState"] == 7, job["ErrorDescription"]
    guid = str(second["VirtualSystemIdentifier"])
    file = rf"{FOLDER}\Virtual Machines\{guid}.vmcx"
    assert start_import(emulated, file, None, new_identity=False).return_value == 4096
    machine = realized(emulated, imported(emulated, file, new_identity=True))
    merged = disk_file(emulated, machine)
    assert _chain(emulated, merged) == [merged]
    assert merged == rf"{FOLDER}\Virtual Hard Disks\disk.vhdx"


def test_a_copy_gets_an_identity_of_its_own(emulated: Emulated, system: ObjectPath) -> None:
    take_checkpoint(emulated, system)
    file = exported(emulated, system, FOLDER)
    refused = emulated.finish(start_import(emulated, file, None, new_identity=False))
    assert refused["JobState"] == 10
    copy = realized(emulated, imported(emulated, file, rf"{FOLDER}\Snapshots", new_identity=True))
    assert copy != system
    settings = emulated.settings_of(copy)
    assert settings["VirtualSystemIdentifier"] == settings["ConfigurationID"] == guid_of(copy)
    of_copy = emulated.associated(copy, "Msvm_VirtualSystemSettingData", "Msvm_SnapshotOfVirtualSystem")
    of_first = emulated.associated(system, "Msvm_VirtualSystemSettingData", "Msvm_SnapshotOfVirtualSystem")
    assert {s["InstanceID"] for s in of_copy}.isdisjoint({s["InstanceID"] for s in of_first})


def test_a_running_machine_is_exported_with_its_memory(emulated: Emulated, system: ObjectPath) -> None:
    assert emulated.request(system, 2)["JobState"] == 7
    file = exported(emulated, system, FOLDER, CaptureLiveState=1)
    assert emulated.state(system) == 2
    assert not emulated.associated(system, "Msvm_VirtualSystemSettingData", "Msvm_SnapshotOfVirtualSystem")
    copy = imported(emulated, file, new_identity=True)
    assert emulated.get(copy)["EnabledState"] == 6
    assert emulated.request(realized(emulated, copy), 2)["JobType"] == 15


def test_a_running_machine_is_exported_as_after_a_crash(emulated: Emulated, system: ObjectPath) -> None:
    assert emulated.request(system, 2)["JobState"] == 7
    file = exported(emulated, system, FOLDER, CaptureLiveState=0)
    copy = imported(emulated, file, new_identity=True)
    assert emulated.get(copy)["EnabledState"] == 3
    assert problems(emulated, copy) == []
    assert emulated.request(system, 3)["JobState"] == 7
    assert emulated.request(system, 2)["JobState"] == 7


def test_a_saved_machine_stays_saved_only_with_its_memory(emulated: Emulated, system: ObjectPath) -> None:
    emulated.request(system, 2)
    emulated.request(system, 6)
    file = exported(emulated, system, FOLDER)
    assert f"Virtual Machines/{guid_of(system)}.vmrs" in _files(emulated)
    assert emulated.get(imported(emulated, file, new_identity=True))["EnabledState"] == 6
    bare = exported(emulated, system, r"C:\bare", CopyVmRuntimeInformation=False)
    assert emulated.get(imported(emulated, bare, new_identity=True))["EnabledState"] == 3


def test_an_export_that_was_moved_finds_its_disks(emulated: Emulated, system: ObjectPath) -> None:
    exported(emulated, system, FOLDER)
    files = emulated.host.files
    files.local(FOLDER).rename(files.drive_c / "elsewhere")
    planned = imported(emulated, rf"C:\elsewhere\Virtual Machines\{guid_of(system)}.vmcx", new_identity=True)
    assert disk_file(emulated, planned) == r"C:\elsewhere\Virtual Hard Disks\disk.vhdx"


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"CopySnapshotConfiguration": 9}, 32773),
        ({"CopySnapshotConfiguration": 3}, 32770),
        ({"ExcludedVirtualHardDisks": ["x"]}, 32770),
        ({"CopySnapshotConfiguration": 2}, 32773),
    ],
)
def test_choices_that_cannot_be_had_are_refused(
    emulated: Emulated, system: ObjectPath, choices: dict[str, object], code: int
) -> None:
    text = emulated.text("Msvm_VirtualSystemExportSettingData", choices)
    result = emulated.call(
        "ExportSystemDefinition", ComputerSystem=system, ExportDirectory=FOLDER, ExportSettingData=text
    )
    assert result.return_value == code


def test_definition_files_tell_what_they_hold(emulated: Emulated, system: ObjectPath) -> None:
    file = exported(emulated, system, FOLDER)
    result = emulated.call("GetDefinitionFileSummaryInformation", DefinitionFiles=[file])
    (summary,) = result.out["SummaryInformation"]  # type: ignore[misc,union-attr]
    assert (summary["Name"], summary["ElementName"], summary["Notes"]) == (guid_of(system), "web", "kept")
    assert emulated.call("GetDefinitionFileSummaryInformation", DefinitionFiles=[BASE]).return_value == 32768


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[Emulated]:
    """A 2025 host beside which a 2016 one is to be started with the same drive."""
    emulated = emulate(tmp_path / "newer")
    yield emulated
    emulated.host.close()


@pytest.mark.parametrize(("version", "state"), [("8.0", 7), ("12.0", 10)])
def test_an_older_host_takes_only_machines_of_its_versions(
    newer: Emulated, tmp_path: Path, version: str, state: int
) -> None:
    system = newer.define("moving", Version=version)
    exported(newer, system, FOLDER)
    older = emulate(tmp_path / "older", "2016")
    try:
        (newer.host.files.drive_c / "export").rename(older.host.files.drive_c / "export")
        file = rf"{FOLDER}\Virtual Machines\{guid_of(system)}.vmcx"
        job = older.finish(start_import(older, file, None, new_identity=False))
        assert job["JobState"] == state, job["ErrorDescription"]
    finally:
        older.host.close()


def test_before_2016_definitions_are_called_xml(tmp_path: Path) -> None:
    older = emulate(tmp_path, "2012R2")
    try:
        system = older.define("old")
        assert export(older, system, FOLDER)["JobState"] == 7
        assert _files(older) == [f"old/Virtual Machines/{guid_of(system)}.xml"]
        destroy(older, system)
        file = rf"{FOLDER}\old\Virtual Machines\{guid_of(system)}.xml"
        assert realized(older, imported(older, file)) == system
    finally:
        older.host.close()
