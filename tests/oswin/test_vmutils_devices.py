"""os-win gives machines disks and PCI devices of the host, and takes them back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import BusType, Hardware, PciDevice, PhysicalDisk, adapters_for
from openhyperv.emulator.host.hardware.hardware import SYSTEM_DISK
from openhyperv.wire.path import parse_path
from openhyperv.wire.wql import equal, select
from tests.emulated import emulated_host
from tests.oswin.gates import factory, leading_to
from tests.oswin.proving import proves
from tests.oswin.reading import FOLDER, Machine

pytestmark = pytest.mark.usefixtures("windows")

RASD = "Msvm_ResourceAllocationSettingData"
PORT = "Msvm_PciExpressSettingData"
DISKS = [SYSTEM_DISK] + [
    PhysicalDisk(number=number, size_mb=1024, serial=f"LUN-{number}", bus=BusType.ISCSI)
    for number in range(1, 9)
]
GPUS = [PciDevice(vendor="10DE", product="13F2", bus=bus, is_dismounted=True) for bus in (3, 4)]


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """os-win runs on Windows Server 2025 with eight logical units and two graphics cards to give away."""
    hardware = Hardware(disks=DISKS, pci=GPUS, adapters=adapters_for("HV1", 1))
    with emulated_host(tmp_path_factory.mktemp("host"), hardware=hardware) as host, leading_to(host):
        yield host


@pytest.fixture
def machine(vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A machine of generation 2 with a SCSI controller; it leaves what it had."""
    vmutils.create_vm(request.node.name, False, 2, FOLDER)
    vmutils.create_scsi_controller(request.node.name)
    yield Machine(ours, request.node.name)
    vmutils.destroy_vm(request.node.name)


def attach(vmutils: Any, machine: Machine, number: int, slot: int = 0, serial: str | None = None) -> str:
    """Pass a disk through; returns what os-win calls it."""
    disk: str = vmutils.get_mounted_disk_by_drive_number(number)
    controller = vmutils.get_vm_scsi_controller(machine.name)
    vmutils.attach_volume_to_controller(machine.name, controller, slot, disk, serial=serial)
    return disk


def pass_through(machine: Machine) -> list[tuple[object, int]]:
    """The slots and disk numbers of a machine's passed-through disks."""
    drives = machine.devices(RASD, "Physical Disk Drive")
    return [(drive["AddressOnParent"], disk_number(drive["HostResource"])) for drive in drives]


def disk_number(host_resource: object) -> int:
    assert isinstance(host_resource, list)
    return int(str(parse_path(str(host_resource[0])).key("DeviceID")).rpartition("\\")[2])


def is_offline(session: Session, number: int) -> object:
    disks = session.query(
        select("MSFT_Disk").where(equal("Number", number)), namespace="root/microsoft/windows/storage"
    )
    return [disk["IsOffline"] for disk in disks]


@proves("vmutils.VMUtils.get_mounted_disk_by_drive_number")
def test_a_disk_is_found_by_its_number(vmutils: Any, ours: Session) -> None:
    path = vmutils.get_mounted_disk_by_drive_number(1)
    assert ours.get(parse_path(path))["DriveNumber"] == 1
    assert vmutils.get_mounted_disk_by_drive_number(77) is None


@proves("vmutils.VMUtils.attach_volume_to_controller", "vmutils.VMUtils.get_vm_physical_disk_mapping")
def test_a_disk_goes_to_a_slot_under_its_volumes_name(vmutils: Any, machine: Machine) -> None:
    disk = attach(vmutils, machine, 1, slot=5, serial="volume-1")
    assert pass_through(machine) == [("5", 1)]
    drive = machine.device(RASD, "Physical Disk Drive")
    assert drive["ElementName"] == "volume-1"
    mapping = vmutils.get_vm_physical_disk_mapping(machine.name)
    assert parse_path(mapping["volume-1"]["resource_path"]) == drive.path
    assert mapping["volume-1"]["mounted_disk_path"] == disk


def test_a_disk_that_windows_uses_is_not_given_away(vmutils: Any, machine: Machine) -> None:
    diskutils = factory().get_diskutils()
    diskutils.set_disk_online(2)
    with pytest.raises(Exception, match="32775"):
        attach(vmutils, machine, 2)
    assert pass_through(machine) == []
    diskutils.set_disk_offline(2)
    attach(vmutils, machine, 2)
    assert pass_through(machine) == [("0", 2)]


def test_a_disk_is_given_to_one_machine(vmutils: Any, machine: Machine) -> None:
    attach(vmutils, machine, 3)
    vmutils.create_vm("second", False, 2, FOLDER)
    vmutils.create_scsi_controller("second")
    with pytest.raises(Exception, match="32774"):
        attach(vmutils, Machine(machine.session, "second"), 3)
    vmutils.destroy_vm("second")


@proves("vmutils.VMUtils.is_disk_attached", "vmutils.VMUtils.detach_vm_disk")
@pytest.mark.parametrize("runs", [False, True])
def test_a_disk_is_taken_back(vmutils: Any, machine: Machine, runs: bool) -> None:
    if runs:
        vmutils.set_vm_state(machine.name, 2)
    disk = attach(vmutils, machine, 4, serial="volume-4")
    assert vmutils.is_disk_attached(disk, is_physical=True)
    assert pass_through(machine) == [("0", 4)]
    vmutils.detach_vm_disk(machine.name, disk, is_physical=True)
    assert not vmutils.is_disk_attached(disk, is_physical=True)
    assert pass_through(machine) == []
    assert is_offline(machine.session, 4) == [True]
    if runs:
        vmutils.set_vm_state(machine.name, 3)


@proves("vmutils.VMUtils.detach_vm_disk")
def test_a_disk_is_taken_back_by_its_volumes_name(vmutils: Any, machine: Machine) -> None:
    attach(vmutils, machine, 5, slot=0, serial="keep")
    attach(vmutils, machine, 6, slot=1, serial="give")
    vmutils.detach_vm_disk(machine.name, serial="give")
    assert pass_through(machine) == [("0", 5)]


@proves("vmutils.VMUtils.get_disk_attachment_info", "vmutils.VMUtils.get_free_controller_slot")
def test_where_a_disk_is_attached_is_told(vmutils: Any, machine: Machine) -> None:
    disk = attach(vmutils, machine, 1, slot=0)
    info = vmutils.get_disk_attachment_info(disk, is_physical=True)
    controller = machine.device(RASD, "Synthetic SCSI Controller")
    assert parse_path(info["controller_path"]) == controller.path
    assert (info["controller_slot"], info["controller_type"]) == (0, "SCSI")
    assert vmutils.get_free_controller_slot(info["controller_path"]) == 1


@proves("vmutils.VMUtils.set_disk_host_res")
def test_a_drive_gets_another_disk(vmutils: Any, machine: Machine) -> None:
    attach(vmutils, machine, 1, serial="volume-1")
    drive = vmutils.get_vm_physical_disk_mapping(machine.name)["volume-1"]["resource_path"]
    vmutils.set_disk_host_res(drive, vmutils.get_mounted_disk_by_drive_number(7))
    assert pass_through(machine) == [("0", 7)]


@proves("vmutils.VMUtils.update_vm_disk_path")
def test_a_disk_that_has_moved_is_found_again(vmutils: Any, machine: Machine) -> None:
    disk = attach(vmutils, machine, 1)
    vmutils.update_vm_disk_path(disk, vmutils.get_mounted_disk_by_drive_number(8), is_physical=True)
    assert pass_through(machine) == [("0", 8)]


@proves("vmutils.VMUtils.get_vm_disks", "vmutils.VMUtils.get_vm_storage_paths")
def test_volumes_are_told_from_files(vmutils: Any, machine: Machine) -> None:
    disk = attach(vmutils, machine, 1)
    files, volumes = vmutils.get_vm_storage_paths(machine.name)
    assert (files, volumes) == ([], [disk])
    _, drives = vmutils.get_vm_disks(machine.name)
    assert [parse_path(drive.path_()) for drive in drives] == [
        machine.device(RASD, "Physical Disk Drive").path
    ]


@proves("vmutils.VMUtils.get_controller_volume_paths")
def test_the_volumes_of_a_controller_are_told(vmutils: Any, machine: Machine) -> None:
    disk = attach(vmutils, machine, 1)
    controller = vmutils.get_vm_scsi_controller(machine.name)
    drive = machine.device(RASD, "Physical Disk Drive")
    (told,) = vmutils.get_controller_volume_paths(controller).items()
    assert (parse_path(told[0]), told[1]) == (drive.path, disk)


@proves("vmutils.VMUtils.set_boot_order")
def test_a_machine_boots_from_a_volume(vmutils: Any, machine: Machine) -> None:
    attach(vmutils, machine, 1, slot=0)
    second = attach(vmutils, machine, 2, slot=1)
    vmutils.set_boot_order(machine.name, [second])
    order = machine.settings["BootSourceOrder"]
    assert isinstance(order, list)
    assert r"\\1\\D" in str(order[0]).upper()


def off_with_its_host(vmutils: Any, machine: Machine) -> None:
    """os-win's callers have machines with PCI devices turned off with their host: they cannot be saved."""
    turn_off = 2
    vmutils.update_vm(machine.name, 512, None, 1, None, False, 1, host_shutdown_action=turn_off)


def devices(session: Session) -> list[str]:
    """The host's devices and those in machines, by their places."""
    return sorted(str(device["LocationPath"]) for device in session.enumerate("Msvm_PciExpress"))


@proves("vmutils10.VMUtils10.add_pci_device", "vmutils10.VMUtils10.remove_pci_device")
def test_a_free_device_is_given_and_taken_back(vmutils: Any, machine: Machine, ours: Session) -> None:
    off_with_its_host(vmutils, machine)
    vmutils.add_pci_device(machine.name, "10DE", "13F2")
    port = machine.device(PORT)
    assert isinstance(port["HostResource"], list)
    assert ours.get(parse_path(str(port["HostResource"][0])))["SystemName"] == "HV1"
    assert len(devices(ours)) == 3, "two of the host, one of them in the machine too"
    vmutils.remove_pci_device(machine.name, "10DE", "13F2")
    assert machine.devices(PORT) == []
    assert devices(ours) == [gpu.location_path for gpu in GPUS]


@proves("vmutils10.VMUtils10.add_pci_device", "vmutils10.VMUtils10.remove_all_pci_devices")
def test_devices_are_given_until_there_are_none(vmutils: Any, machine: Machine, ours: Session) -> None:
    off_with_its_host(vmutils, machine)
    for _ in GPUS:
        vmutils.add_pci_device(machine.name, "10DE", "13F2")
    assert len({str(port["HostResource"]) for port in machine.devices(PORT)}) == len(GPUS)
    with pytest.raises(Exception, match="10DE") as caught:
        vmutils.add_pci_device(machine.name, "10DE", "13F2")
    assert type(caught.value).__name__ == "PciDeviceNotFound"
    vmutils.remove_all_pci_devices(machine.name)
    assert machine.devices(PORT) == []
    assert len(devices(ours)) == len(GPUS)
