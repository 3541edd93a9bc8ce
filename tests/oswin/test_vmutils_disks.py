"""os-win attaches images to controllers and finds them again."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.wire.path import parse_path
from tests.oswin.proving import proves
from tests.oswin.reading import FOLDER, Machine

pytestmark = pytest.mark.usefixtures("windows")

RASD = "Msvm_ResourceAllocationSettingData"
SASD = "Msvm_StorageAllocationSettingData"


@pytest.fixture
def first(vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Machine:
    """A machine of generation 1."""
    vmutils.create_vm(request.node.name, False, 1, FOLDER)
    return Machine(ours, request.node.name)


@pytest.fixture
def second(vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Machine:
    """A machine of generation 2 with a SCSI controller."""
    vmutils.create_vm(request.node.name, False, 2, FOLDER)
    vmutils.create_scsi_controller(request.node.name)
    return Machine(ours, request.node.name)


def image(machine: Machine, name: str = "root.vhdx") -> str:
    return rf"{FOLDER}\{machine.name}\{name}"


def leads_to(path: Any, instance: Any) -> bool:
    """True where a path of os-win's, or one in a property, names what we read."""
    return parse_path(str(path)) == instance.path


@proves("vmutils.VMUtils.create_scsi_controller", "vmutils.VMUtils.get_vm_scsi_controller")
def test_a_scsi_controller_is_added(vmutils: Any, second: Machine) -> None:
    controller = second.device(RASD, "Synthetic SCSI Controller")
    assert leads_to(vmutils.get_vm_scsi_controller(second.name), controller)
    vmutils.create_scsi_controller(second.name)
    assert len(second.devices(RASD, "Synthetic SCSI Controller")) == 2


@proves("vmutils.VMUtils.get_vm_ide_controller")
@pytest.mark.parametrize("address", [0, 1])
def test_the_ide_controllers_are_found(vmutils: Any, first: Machine, address: int) -> None:
    controllers = first.devices(RASD, "Emulated IDE Controller")
    (wanted,) = [one for one in controllers if one["Address"] == str(address)]
    assert leads_to(vmutils.get_vm_ide_controller(first.name, address), wanted)


@proves("vmutils.VMUtils.attach_scsi_drive", "vmutils.VMUtils.attach_drive")
@pytest.mark.parametrize(
    ("kind", "drive", "medium"),
    [
        ("VHD", "Synthetic Disk Drive", "Virtual Hard Disk"),
        ("DVD", "Synthetic DVD Drive", "Virtual CD/DVD Disk"),
    ],
)
def test_images_go_to_scsi_slots(vmutils: Any, second: Machine, kind: str, drive: str, medium: str) -> None:
    for name in ("0.img", "1.img"):
        vmutils.attach_scsi_drive(second.name, image(second, name), kind)

    controller = second.device(RASD, "Synthetic SCSI Controller")
    drives = second.devices(RASD, drive)
    assert sorted(one["AddressOnParent"] for one in drives) == ["0", "1"]
    assert all(leads_to(one["Parent"], controller) for one in drives)
    media = {str(one["HostResource"]): one for one in second.devices(SASD, medium)}
    assert len(media) == 2
    for one in media.values():
        assert any(leads_to(one["Parent"], holder) for holder in drives)


@proves("vmutils.VMUtils.attach_ide_drive", "vmutils.VMUtils.get_vm_dvd_disk_paths")
def test_images_go_to_ide_slots(vmutils: Any, first: Machine) -> None:
    disk, iso = image(first), image(first, "config.iso")
    vmutils.attach_ide_drive(first.name, disk, 0, 0)
    vmutils.attach_ide_drive(first.name, iso, 1, 1, "DVD")

    assert first.device(SASD, "Virtual Hard Disk")["HostResource"] == [disk]
    assert first.device(SASD, "Virtual CD/DVD Disk")["HostResource"] == [iso]
    drive = first.device(RASD, "Synthetic DVD Drive")
    assert str(drive["InstanceID"]).endswith(r"\1\1\D")
    assert vmutils.get_vm_dvd_disk_paths(first.name) == [iso]


def test_a_slot_that_is_taken_is_refused_and_nothing_is_left(vmutils: Any, first: Machine) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    vmutils.attach_ide_drive(first.name, image(first), 0, 0)
    with pytest.raises(exceptions.WMIJobFailed) as refusal:
        vmutils.attach_ide_drive(first.name, image(first, "other.vhdx"), 0, 0)
    assert refusal.value.error_code == 32773
    assert len(first.devices(RASD, "Synthetic Disk Drive")) == 1


@proves("vmutils.VMUtils.get_free_controller_slot", "vmutils.VMUtils.get_attached_disks")
def test_the_first_free_slot_is_found(vmutils: Any, second: Machine) -> None:
    controller = vmutils.get_vm_scsi_controller(second.name)
    for slot in (0, 1, 3):
        vmutils.attach_drive(second.name, image(second, f"{slot}.vhdx"), controller, slot)

    assert vmutils.get_free_controller_slot(controller) == 2
    attached = vmutils.get_attached_disks(controller)
    ours = second.devices(RASD, "Synthetic Disk Drive")
    assert {one.InstanceID for one in attached} == {one["InstanceID"] for one in ours}


@proves("vmutils.VMUtils.get_disk_attachment_info")
def test_the_attachment_of_a_scsi_disk_is_told(vmutils: Any, second: Machine) -> None:
    vmutils.attach_scsi_drive(second.name, image(second, "other.vhdx"))
    vmutils.attach_scsi_drive(second.name, image(second))
    told = vmutils.get_disk_attachment_info(image(second), is_physical=False)
    assert (told["controller_slot"], told["controller_type"], told["controller_addr"]) == (1, "SCSI", 0)
    assert leads_to(told["controller_path"], second.device(RASD, "Synthetic SCSI Controller"))


def test_the_attachment_of_an_ide_disk_is_told(vmutils: Any, first: Machine) -> None:
    vmutils.attach_ide_drive(first.name, image(first), 1, 0)
    told = vmutils.get_disk_attachment_info(image(first), is_physical=False)
    assert (told["controller_slot"], told["controller_type"], told["controller_addr"]) == (0, "IDE", "1")


@proves(
    "vmutils.VMUtils.get_vm_storage_paths",
    "vmutils.VMUtils.get_vm_disks",
    "vmutils.VMUtils.is_disk_attached",
)
def test_the_files_of_a_machine_are_told(vmutils: Any, second: Machine) -> None:
    disk, iso = image(second), image(second, "config.iso")
    vmutils.attach_scsi_drive(second.name, disk)
    vmutils.attach_scsi_drive(second.name, iso, "DVD")

    files, volumes = vmutils.get_vm_storage_paths(second.name)
    assert sorted(files) == sorted([disk, iso])
    assert volumes == []
    media, _ = vmutils.get_vm_disks(second.name)
    assert {one.InstanceID for one in media} == {one["InstanceID"] for one in second.devices(SASD)}
    assert vmutils.is_disk_attached(disk.upper(), is_physical=False)
    assert not vmutils.is_disk_attached(image(second, "none.vhdx"), is_physical=False)


@proves("vmutils.VMUtils.detach_vm_disk")
def test_a_detached_disk_takes_its_drive_along(vmutils: Any, second: Machine) -> None:
    vmutils.attach_scsi_drive(second.name, image(second))
    vmutils.attach_scsi_drive(second.name, image(second, "kept.vhdx"))
    vmutils.detach_vm_disk(second.name, image(second), is_physical=False)

    assert second.device(SASD)["HostResource"] == [image(second, "kept.vhdx")]
    assert second.device(RASD, "Synthetic Disk Drive")["AddressOnParent"] == "1"


@proves("vmutils.VMUtils.set_disk_host_res", "vmutils.VMUtils.update_vm_disk_path")
def test_a_disk_gets_another_file(vmutils: Any, second: Machine) -> None:
    vmutils.attach_scsi_drive(second.name, image(second))
    vmutils.update_vm_disk_path(image(second), image(second, "moved.vhdx"), is_physical=False)
    medium = second.device(SASD)
    assert medium["HostResource"] == [image(second, "moved.vhdx")]

    assert medium.path is not None
    vmutils.set_disk_host_res(str(medium.path.on("HV1")), image(second, "again.vhdx"))
    assert second.device(SASD)["HostResource"] == [image(second, "again.vhdx")]


@proves("vmutils.VMUtils6_3.set_disk_qos_specs")
def test_a_disk_gets_its_limits(vmutils: Any, second: Machine) -> None:
    vmutils.attach_scsi_drive(second.name, image(second))
    vmutils.set_disk_qos_specs(image(second), max_iops=500, min_iops=50)
    medium = second.device(SASD)
    assert (medium["IOPSLimit"], medium["IOPSReservation"]) == (500, 50)
