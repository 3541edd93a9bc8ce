"""os-win exports machines, imports them as planned ones and makes those real."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.disks.kinds import MIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import create
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select
from tests.oswin.gates import factory
from tests.oswin.proving import proves
from tests.oswin.reading import Machine, exists

PLANNED = "Msvm_PlannedComputerSystem"
FOLDER = r"C:\openstack\instances"
EXPORTS = r"C:\exports"
SASD = "Msvm_StorageAllocationSettingData"


@pytest.fixture
def migration(windows: EmulatedHost) -> Any:
    """os-win's class for moving machines, on the module's host."""
    del windows
    return factory().get_migrationutils()


@pytest.fixture
def machine(windows: EmulatedHost, vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Machine:
    """A machine with a disk that exists."""
    name = request.node.name
    vmutils.create_vm(name, False, 2, rf"{FOLDER}\{name}")
    vmutils.create_scsi_controller(name)
    disk = rf"{FOLDER}\{name}\root.vhdx"
    file = windows.host.files.local(disk)
    file.parent.mkdir(parents=True)
    create(file, DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, size_bytes=8 * MIB))
    vmutils.attach_scsi_drive(name, disk)
    return Machine(ours, name)


def planned(session: Session, name: str) -> list[Instance]:
    return list(session.query(select(PLANNED).where(equal("ElementName", name))))


def definition(machine: Machine, folder: str) -> str:
    return rf"{folder}\Virtual Machines\{machine.system['Name']}.vmcx"


def exported_files(windows: EmulatedHost, folder: str) -> list[str]:
    root = windows.host.files.local(folder)
    return sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file())


def planned_disks(session: Session, name: str) -> list[object]:
    (system,) = planned(session, name)
    settings = session.enumerate(SASD)
    return [s["HostResource"] for s in settings if str(system["Name"]) in str(s["InstanceID"])]


@proves("migrationutils.MigrationUtils.export_vm")
def test_a_machine_is_exported_with_its_disk(windows: EmulatedHost, migration: Any, machine: Machine) -> None:
    guid = machine.system["Name"]
    migration.export_vm(machine.name, EXPORTS, copy_vm_storage=True, create_export_subdir=True)
    assert exported_files(windows, rf"{EXPORTS}\{machine.name}") == [
        "Virtual Hard Disks/root.vhdx",
        f"Virtual Machines/{guid}.vmcx",
    ]


@pytest.mark.parametrize(("choice", "count"), [(0, 1), (1, 0)])
def test_checkpoints_come_along_or_not(
    windows: EmulatedHost, vmutils: Any, migration: Any, machine: Machine, choice: int, count: int
) -> None:
    vmutils.take_vm_snapshot(machine.name, "before")
    folder = rf"{EXPORTS}\{machine.name}"
    migration.export_vm(machine.name, folder, copy_snapshots_config=choice)
    files = exported_files(windows, folder)
    assert len([file for file in files if file.startswith("Snapshots/")]) == count
    assert not [file for file in files if file.startswith("Virtual Hard Disks/")]


@proves(
    "migrationutils.MigrationUtils.import_vm_definition",
    "migrationutils.MigrationUtils.planned_vm_exists",
    "migrationutils.MigrationUtils.realize_vm",
)
def test_a_machine_leaves_and_comes_back(
    vmutils: Any, migration: Any, machine: Machine, ours: Session
) -> None:
    name, guid = machine.name, machine.system["Name"]
    folder = rf"{EXPORTS}\{name}"
    file = definition(machine, folder)
    migration.export_vm(name, folder, copy_vm_storage=True)
    vmutils.destroy_vm(name)
    assert not migration.planned_vm_exists(name)
    migration.import_vm_definition(file, rf"{folder}\Snapshots")
    assert migration.planned_vm_exists(name)
    assert not exists(ours, name)
    assert not vmutils.vm_exists(name)
    assert [one["Name"] for one in planned(ours, name)] == [guid]
    migration.realize_vm(name)
    assert planned(ours, name) == []
    assert machine.system["Name"] == guid
    assert machine.device(SASD)["HostResource"] == [rf"{folder}\Virtual Hard Disks\root.vhdx"]
    vmutils.set_vm_state(name, 2)
    assert machine.state == 2


def test_a_copy_with_a_new_identifier_stands_beside_the_original(
    migration: Any, machine: Machine, ours: Session
) -> None:
    folder = rf"{EXPORTS}\{machine.name}"
    migration.export_vm(machine.name, folder, copy_vm_storage=True)
    migration.import_vm_definition(definition(machine, folder), rf"{folder}\Snapshots", new_uuid=True)
    (copy,) = planned(ours, machine.name)
    assert copy["Name"] != machine.system["Name"]


def test_an_identifier_that_is_taken_fails_the_import(migration: Any, machine: Machine) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    folder = rf"{EXPORTS}\{machine.name}"
    migration.export_vm(machine.name, folder)
    with pytest.raises(exceptions.WMIJobFailed):
        migration.import_vm_definition(definition(machine, folder), rf"{folder}\Snapshots")


def test_a_planned_machine_whose_disk_is_gone_is_repaired_by_its_path(
    windows: EmulatedHost, vmutils: Any, migration: Any, machine: Machine, ours: Session
) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    name, folder = machine.name, rf"{EXPORTS}\{machine.name}"
    file = definition(machine, folder)
    migration.export_vm(name, folder)
    vmutils.destroy_vm(name)
    migration.import_vm_definition(file, rf"{folder}\Snapshots")
    files = windows.host.files
    old, new = rf"{FOLDER}\{name}\root.vhdx", rf"{FOLDER}\{name}\moved.vhdx"
    files.local(old).rename(files.local(new))
    with pytest.raises(exceptions.WMIJobFailed):
        migration.realize_vm(name)
    vmutils.update_vm_disk_path(old, new, is_physical=False)
    assert planned_disks(ours, name) == [[new]]
    migration.realize_vm(name)
    assert exists(ours, name)


@proves("migrationutils.MigrationUtils.destroy_existing_planned_vm")
def test_a_planned_machine_is_destroyed(
    windows: EmulatedHost, vmutils: Any, migration: Any, machine: Machine, ours: Session
) -> None:
    name, folder = machine.name, rf"{EXPORTS}\{machine.name}"
    file = definition(machine, folder)
    migration.export_vm(name, folder, copy_vm_storage=True)
    vmutils.destroy_vm(name)
    migration.import_vm_definition(file, rf"{folder}\Snapshots")
    migration.destroy_existing_planned_vm(name)
    assert planned(ours, name) == []
    assert "Virtual Hard Disks/root.vhdx" in exported_files(windows, folder)
    migration.destroy_existing_planned_vm(name)


def test_there_is_nothing_to_realize_without_a_planned_machine(migration: Any) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    with pytest.raises(exceptions.HyperVException):
        migration.realize_vm("nobody")
