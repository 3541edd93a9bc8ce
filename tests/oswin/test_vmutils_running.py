"""os-win changes machines that run, and machines with checkpoints, whose disks are real files of the host."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import service
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from tests.oswin.reading import Machine

pytestmark = pytest.mark.usefixtures("windows")

RASD = "Msvm_ResourceAllocationSettingData"
SASD = "Msvm_StorageAllocationSettingData"
IMAGES = service("Msvm_ImageManagementService")
RUNNING, OFF = 2, 3
DYNAMIC, VHDX = 3, 3
MIB = 1 << 20


def make_disk(ours: Session, path: str) -> str:
    """A real disk image on the host."""
    values = {"Path": path, "Type": DYNAMIC, "Format": VHDX, "MaxInternalSize": 64 * MIB}
    text = instance_to_text(Instance("Msvm_VirtualHardDiskSettingData", values), ours.schema)
    ours.run(IMAGES, "CreateVirtualHardDisk", {"VirtualDiskSettingData": text})
    return path


@pytest.fixture
def machine(vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Machine:
    """A running machine with one disk."""
    name = request.node.name
    vmutils.create_vm(name, False, 2, "C:\\")
    vmutils.create_scsi_controller(name)
    vmutils.attach_scsi_drive(name, make_disk(ours, rf"C:\{name}.vhdx"))
    vmutils.set_vm_state(name, RUNNING)
    return Machine(ours, name)


def test_a_disk_comes_and_goes_while_the_machine_runs(vmutils: Any, ours: Session, machine: Machine) -> None:
    more = make_disk(ours, rf"C:\{machine.name}-more.vhdx")
    vmutils.attach_scsi_drive(machine.name, more)
    assert vmutils.get_disk_attachment_info(more, is_physical=False)["controller_slot"] == 1
    mine = [one for one in ours.enumerate("Msvm_DiskDrive") if one["SystemName"] == machine.system["Name"]]
    assert len(mine) == 2

    vmutils.detach_vm_disk(machine.name, more, is_physical=False)
    assert not vmutils.is_disk_attached(more, is_physical=False)
    assert len(machine.devices(RASD, "Synthetic Disk Drive")) == 1
    assert machine.state == RUNNING


def test_an_adapter_comes_and_goes_while_the_machine_runs(vmutils: Any, machine: Machine) -> None:
    vmutils.create_nic(machine.name, "hot", "00:15:5d:00:00:10")
    nic = machine.device("Msvm_SyntheticEthernetPortSettingData")
    assert str(nic["Address"]).upper() == "00155D000010"
    vmutils.destroy_nic(machine.name, "hot")
    assert machine.devices("Msvm_SyntheticEthernetPortSettingData") == []


def test_a_running_machine_gets_other_memory(vmutils: Any, machine: Machine) -> None:
    vmutils.update_vm(machine.name, 2048, 0, 1, 0, False, 1)
    assert machine.device("Msvm_MemorySettingData")["VirtualQuantity"] == 2048
    assert vmutils.get_vm_summary_info(machine.name)["MemoryUsage"] == 2048


def test_a_checkpoint_freezes_the_disk(vmutils: Any, machine: Machine) -> None:
    (before,), _ = vmutils.get_vm_storage_paths(machine.name)
    path = vmutils.take_vm_snapshot(machine.name, "frozen")
    (now,), _ = vmutils.get_vm_storage_paths(machine.name)
    assert now.lower().endswith(".avhdx")
    assert machine.device(SASD)["HostResource"] == [now]

    frozen = f"{machine.snapshots[0]['InstanceID']}\\"
    kept = [one for one in machine.session.enumerate(SASD) if str(one["InstanceID"]).startswith(frozen)]
    assert [one["HostResource"] for one in kept] == [[before]]

    vmutils.set_vm_state(machine.name, OFF)
    vmutils.remove_vm_snapshot(path)
    assert machine.snapshots == []


def test_a_machine_with_checkpoints_is_destroyed_with_them(vmutils: Any, machine: Machine) -> None:
    vmutils.take_vm_snapshot(machine.name, "doomed")
    guid = str(machine.system["Name"])
    vmutils.set_vm_state(machine.name, OFF)
    vmutils.destroy_vm(machine.name)
    left = [str(one["InstanceID"]) for one in machine.session.enumerate("Msvm_VirtualSystemSettingData")]
    assert not [one for one in left if guid in one]
    assert machine.name not in vmutils.list_instances()
