"""Checkpoints: their settings, their disks, their associations, and what happens when they go."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.emulator.cimom.events import Change, Indication
from openhyperv.emulator.disks.inspecting import validate_chain
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated
from tests.emulator_host.devices import disk, make_disk

SERVICE = "Msvm_VirtualSystemSnapshotService"
SETTINGS = "Msvm_VirtualSystemSettingData"
BASE = r"C:\vms\disk.vhdx"


@pytest.fixture
def system(emulated: Emulated) -> ObjectPath:
    """A VM with one real disk."""
    make_disk(emulated, BASE)
    return emulated.define("web", resources=disk(emulated, BASE))


def _take(emulated: Emulated, system: ObjectPath) -> Instance:
    job = emulated.finish(emulated.call_of(SERVICE, "CreateSnapshot", AffectedSystem=system, SnapshotType=2))
    assert job["JobState"] == 7, job
    assert job.path is not None
    (snapshot,) = emulated.associated(job.path, SETTINGS, "Msvm_AffectedJobElement")
    return snapshot


def _destroy(emulated: Emulated, snapshot: Instance) -> Instance:
    return emulated.finish(emulated.call_of(SERVICE, "DestroySnapshot", AffectedSnapshot=snapshot.path))


def _disk_file(emulated: Emulated, system: ObjectPath) -> str:
    (found,) = emulated.devices_of(system, "Msvm_StorageAllocationSettingData")
    host_resource = found["HostResource"]
    assert isinstance(host_resource, list)
    return str(host_resource[0])


def _chain(emulated: Emulated, windows_path: str) -> list[str]:
    files = emulated.host.files
    return [files.windows(info.path) for info in validate_chain(files.local(windows_path), files.local)]


def test_a_checkpoint_freezes_the_disk_and_the_vm_goes_on_with_a_child(
    emulated: Emulated, system: ObjectPath
) -> None:
    snapshot = _take(emulated, system)
    leaf = _disk_file(emulated, system)
    assert leaf.endswith(".avhdx")
    assert _chain(emulated, leaf) == [leaf, BASE]
    frozen = emulated.query(
        f"SELECT * FROM Msvm_StorageAllocationSettingData WHERE InstanceID LIKE '{snapshot['InstanceID']}%'"
    )
    assert [setting["HostResource"] for setting in frozen] == [[BASE]]
    assert str(snapshot["ElementName"]).startswith("web - (")
    assert snapshot["VirtualSystemType"] == "Microsoft:Hyper-V:Snapshot:Realized"


def test_a_machine_like_a_checkpoint_is_a_machine(emulated: Emulated, system: ObjectPath) -> None:
    emulated.request(system, 2)
    snapshot = _take(emulated, system)
    assert snapshot["IsSaved"] is True
    defined = emulated.call("DefineSystem", ReferenceConfiguration=snapshot.path)
    like = defined.out["ResultingSystem"]
    assert isinstance(like, ObjectPath)
    settings = emulated.settings_of(like)
    assert settings["VirtualSystemType"] == "Microsoft:Hyper-V:System:Realized"
    assert (settings["IsSaved"], settings["Parent"]) == (False, None)
    assert settings["VirtualSystemIdentifier"] == like.key("Name") != system.key("Name")
    assert emulated.state(like) == 3
    assert not emulated.devices_of(like, "Msvm_StorageAllocationSettingData")
    assert emulated.request(like, 2)["JobState"] == 7
    assert emulated.associated(like, SETTINGS, "Msvm_SnapshotOfVirtualSystem") == []


def test_associations_tell_the_tree(emulated: Emulated, system: ObjectPath) -> None:
    first, second = _take(emulated, system), _take(emulated, system)
    of_system = emulated.associated(system, SETTINGS, "Msvm_SnapshotOfVirtualSystem")
    assert [s["InstanceID"] for s in of_system] == [first["InstanceID"], second["InstanceID"]]
    (newest,) = emulated.associated(system, SETTINGS, "Msvm_MostCurrentSnapshotInBranch")
    assert newest["InstanceID"] == second["InstanceID"]
    assert str(first["InstanceID"]).rpartition(":")[2] in str(second["Parent"])
    assert first.path is not None
    (child,) = emulated.associated(first.path, SETTINGS, "Msvm_ParentChildSettingData")
    assert child["InstanceID"] == second["InstanceID"]


def test_applying_gives_up_the_present_state(emulated: Emulated, system: ObjectPath) -> None:
    snapshot = _take(emulated, system)
    given_up = _disk_file(emulated, system)
    job = emulated.finish(emulated.call_of(SERVICE, "ApplySnapshot", Snapshot=snapshot.path))
    assert job["JobState"] == 7, job
    leaf = _disk_file(emulated, system)
    assert leaf != given_up
    assert _chain(emulated, leaf) == [leaf, BASE]
    assert not emulated.host.files.local(given_up).exists()
    (applied,) = emulated.associated(system, SETTINGS, "Msvm_LastAppliedSnapshot")
    assert applied["InstanceID"] == snapshot["InstanceID"]
    assert emulated.get(system)["ElementName"] == "web"


def test_the_disk_is_one_file_again_when_all_checkpoints_are_gone(
    emulated: Emulated, system: ObjectPath
) -> None:
    snapshots = [_take(emulated, system) for _ in range(3)]
    for snapshot in (snapshots[1], snapshots[0], snapshots[2]):
        assert _destroy(emulated, snapshot)["JobState"] == 7
        assert _chain(emulated, _disk_file(emulated, system))[-1] == BASE
    assert _disk_file(emulated, system) == BASE
    assert [p.name for p in emulated.host.files.local(BASE).parent.iterdir()] == ["disk.vhdx"]


def test_a_tree_goes_as_a_whole(emulated: Emulated, system: ObjectPath) -> None:
    first = _take(emulated, system)
    _take(emulated, system)
    job = emulated.finish(emulated.call_of(SERVICE, "DestroySnapshotTree", SnapshotSettingData=first.path))
    assert job["JobState"] == 7, job
    assert emulated.associated(system, SETTINGS, "Msvm_SnapshotOfVirtualSystem") == []
    assert _disk_file(emulated, system) == BASE


def test_merging_tells_how_far_it_is(emulated: Emulated, system: ObjectPath) -> None:
    root, *_ = [_take(emulated, system) for _ in range(3)]
    heard: list[object] = []

    def note(happening: Change | Indication) -> None:
        if isinstance(happening, Change) and happening.target.class_name == "Msvm_ConcreteJob":
            heard.append(happening.target["PercentComplete"])

    stop = emulated.host.events.watch(note)
    emulated.finish(emulated.call_of(SERVICE, "DestroySnapshotTree", SnapshotSettingData=root.path))
    stop()
    assert {0, 33, 66, 99, 100} <= set(heard)


def test_a_running_vm_keeps_its_memory_in_the_checkpoint(emulated: Emulated, system: ObjectPath) -> None:
    emulated.request(system, 2)
    snapshot = _take(emulated, system)
    assert snapshot["IsSaved"] is True
    assert emulated.state(system) == 2
    assert emulated.call_of(SERVICE, "ApplySnapshot", Snapshot=snapshot.path).return_value == 32775
    emulated.request(system, 3)
    emulated.finish(emulated.call_of(SERVICE, "ApplySnapshot", Snapshot=snapshot.path))
    assert emulated.state(system) == 6
    assert emulated.request(system, 2)["JobState"] == 7


def test_what_is_deleted_under_a_running_guest_is_merged_at_its_end(
    emulated: Emulated, system: ObjectPath
) -> None:
    snapshot = _take(emulated, system)
    emulated.request(system, 2)
    assert _destroy(emulated, snapshot)["JobState"] == 7
    assert _disk_file(emulated, system) != BASE
    emulated.request(system, 3)
    assert _disk_file(emulated, system) == BASE


def test_a_destroyed_vm_leaves_its_own_disk_only(emulated: Emulated, system: ObjectPath) -> None:
    _take(emulated, system)
    job = emulated.finish(emulated.call("DestroySystem", AffectedSystem=system))
    assert job["JobState"] == 7, job
    assert [p.name for p in emulated.host.files.local(BASE).parent.iterdir()] == ["disk.vhdx"]
    assert len(emulated.all("Msvm_ComputerSystem")) == 1


def test_a_missing_disk_fails_the_checkpoint_and_leaves_nothing(
    emulated: Emulated, system: ObjectPath
) -> None:
    folder: Path = emulated.host.files.local(BASE).parent
    emulated.host.files.local(BASE).unlink()
    job = emulated.finish(emulated.call_of(SERVICE, "CreateSnapshot", AffectedSystem=system, SnapshotType=2))
    assert job["JobState"] == 10
    assert list(folder.iterdir()) == []
    assert emulated.associated(system, SETTINGS, "Msvm_SnapshotOfVirtualSystem") == []


def test_a_checkpoint_can_be_renamed_but_nothing_else(emulated: Emulated, system: ObjectPath) -> None:
    snapshot = _take(emulated, system)
    named = {"InstanceID": snapshot["InstanceID"], "ElementName": "before the update"}
    text = emulated.text(SETTINGS, named)
    assert emulated.call("ModifySystemSettings", SystemSettings=text).return_value == 0
    assert emulated.get(snapshot.path)["ElementName"] == "before the update"
    text = emulated.text(SETTINGS, {"InstanceID": snapshot["InstanceID"], "BIOSNumLock": True})
    assert emulated.call("ModifySystemSettings", SystemSettings=text).return_value == 32773


def test_checkpoints_can_be_forbidden(emulated: Emulated) -> None:
    system = emulated.define(UserSnapshotType=2)
    result = emulated.call_of(SERVICE, "CreateSnapshot", AffectedSystem=system, SnapshotType=2)
    assert result.return_value == 32770


def test_a_disk_that_was_taken_out_stays_whole_when_checkpoints_go(
    emulated: Emulated, system: ObjectPath
) -> None:
    snapshots = [_take(emulated, system), _take(emulated, system)]
    leaf = _disk_file(emulated, system)
    (image,) = emulated.devices_of(system, "Msvm_StorageAllocationSettingData")
    assert emulated.call("RemoveResourceSettings", ResourceSettings=[image.path]).return_value == 0
    for snapshot in snapshots:
        assert _destroy(emulated, snapshot)["JobState"] == 7
    assert _chain(emulated, leaf)[-1] == BASE
