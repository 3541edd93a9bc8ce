"""os-win on Windows Server 2012 R2, where its newest classes do not apply."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from tests.oswin.proving import proves
from tests.oswin.reading import FOLDER, Machine

pytestmark = pytest.mark.usefixtures("windows_2012r2")

RASD = "Msvm_ResourceAllocationSettingData"
SASD = "Msvm_StorageAllocationSettingData"


@pytest.fixture(scope="module")
def base() -> Any:
    """The class that os-win used on Windows Server 2012."""
    from os_win.utils.compute import vmutils  # noqa: PLC0415  # after the gates

    return vmutils.VMUtils()


@pytest.fixture
def machine(vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Machine:
    vmutils.create_vm(request.node.name, False, 1, FOLDER)
    return Machine(ours, request.node.name)


def test_the_class_for_this_release_is_taken(vmutils: Any) -> None:
    assert type(vmutils).__name__ == "VMUtils6_3"


def test_a_machine_of_this_release_is_defined(machine: Machine) -> None:
    settings = machine.settings
    assert settings["Version"] == "5.0"
    assert "UserSnapshotType" not in settings
    assert "SecureBootTemplateId" not in settings


def test_a_machine_is_updated_and_started(vmutils: Any, machine: Machine) -> None:
    vmutils.update_vm(machine.name, 1024, 0, 2, 0, False, 1, snapshot_type=5)
    vmutils.set_vm_state(machine.name, 2)
    assert machine.state == 2
    assert vmutils.get_vm_summary_info(machine.name)["NumberOfProcessors"] == 2


def test_serial_ports_are_plain_resources(vmutils: Any, machine: Machine) -> None:
    vmutils.set_vm_serial_port_connection(machine.name, 1, r"\\.\pipe\log")
    ports = machine.devices(RASD, "Serial Port")
    assert [port["Connection"] for port in ports] == [[r"\\.\pipe\log"], [""]]
    assert vmutils.get_vm_serial_port_connections(machine.name) == [r"\\.\pipe\log"]


@proves("vmutils.VMUtils6_3.set_disk_qos_specs")
def test_a_disk_gets_its_limits(vmutils: Any, machine: Machine) -> None:
    path = rf"{FOLDER}\qos.vhdx"
    vmutils.attach_ide_drive(machine.name, path, 0, 0)
    vmutils.set_disk_qos_specs(path, max_iops=500, min_iops=50)
    medium = machine.device(SASD)
    assert (medium["IOPSLimit"], medium["IOPSReservation"]) == (500, 50)


def test_a_checkpoint_is_taken_and_named(vmutils: Any, machine: Machine) -> None:
    vmutils.take_vm_snapshot(machine.name, "before")
    assert [snapshot["ElementName"] for snapshot in machine.snapshots] == ["before"]


@proves("vmutils.VMUtils.enable_secure_boot")
def test_secure_boot_is_for_windows_alone(vmutils: Any, ours: Session) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    vmutils.create_vm("secure", True, 2, FOLDER)
    vmutils.enable_secure_boot("secure", False)
    assert Machine(ours, "secure").settings["SecureBootEnabled"] is True
    with pytest.raises(exceptions.HyperVException):
        vmutils.enable_secure_boot("secure", True)


@proves("vmutils.VMUtils.set_nested_virtualization")
def test_nothing_is_nested_before_2016(vmutils: Any, machine: Machine) -> None:
    with pytest.raises(NotImplementedError):
        vmutils.set_nested_virtualization(machine.name, True)


@proves("vmutils.VMUtils.set_disk_qos_specs")
def test_disks_have_no_limits_before_2012_r2(base: Any, machine: Machine, vmutils: Any) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    path = rf"{FOLDER}\unlimited.vhdx"
    vmutils.attach_ide_drive(machine.name, path, 0, 0)
    with pytest.raises(exceptions.UnsupportedOperation):
        base.set_disk_qos_specs(path, max_iops=500)
    assert machine.device(SASD)["IOPSLimit"] == 0
