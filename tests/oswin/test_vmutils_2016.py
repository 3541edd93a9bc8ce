"""os-win on Windows Server 2016, the first that its newest classes are for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oswin.reading import Machine

pytestmark = pytest.mark.usefixtures("windows_2016")


def test_the_class_for_this_release_is_taken(vmutils: Any, machine: Machine) -> None:
    assert type(vmutils).__name__ == "VMUtils10"
    assert machine.settings["Version"] == "8.0"


def test_what_2016_brought_can_be_set(vmutils: Any, machine: Machine) -> None:
    vmutils.enable_secure_boot(machine.name, True)
    vmutils.update_vm(machine.name, 2048, 0, 2, 0, False, 1, snapshot_type=4)
    vmutils.set_nested_virtualization(machine.name, True)

    settings = machine.settings
    assert settings["SecureBootTemplateId"] == "272e7447-90a4-4563-a4b9-8e4ab00526ce"
    assert settings["UserSnapshotType"] == 4
    assert machine.device("Msvm_ProcessorSettingData")["ExposeVirtualizationExtensions"] is True


def test_what_later_releases_brought_is_not_there(machine: Machine) -> None:
    assert "GuestStateIsolationType" not in machine.settings
    assert "FirmwareParameters" not in machine.settings


def test_a_machine_lives(vmutils: Any, machine: Machine) -> None:
    vmutils.set_vm_serial_port_connection(machine.name, 1, r"\\.\pipe\log")
    vmutils.create_nic(machine.name, "port", "00:15:5d:00:00:09")
    vmutils.set_vm_state(machine.name, 2)
    vmutils.take_vm_snapshot(machine.name, "running")
    vmutils.set_vm_state(machine.name, 3)
    assert [one["ElementName"] for one in machine.snapshots] == ["running"]
