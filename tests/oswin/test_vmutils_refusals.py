"""What a host refuses reaches os-win's callers with Hyper-V's code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oswin.reading import FOLDER, Machine

pytestmark = pytest.mark.usefixtures("windows")

INVALID_PARAMETER, INVALID_STATE = 32773, 32775


def refusal(call: Any, *arguments: Any, **named: Any) -> int:
    """The code with which a call is refused."""
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    with pytest.raises(exceptions.WMIJobFailed) as failure:
        call(*arguments, **named)
    return int(failure.value.error_code)


def test_two_machines_of_one_name_are_told(vmutils: Any, machine: Machine) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    vmutils.create_vm(machine.name, False, 1, FOLDER)
    with pytest.raises(exceptions.HyperVException, match="Duplicate"):
        vmutils.get_vm_id(machine.name)


def test_a_running_machine_is_not_destroyed(vmutils: Any, machine: Machine) -> None:
    vmutils.set_vm_state(machine.name, 2)
    assert refusal(vmutils.destroy_vm, machine.name) == INVALID_STATE
    assert machine.state == 2


def test_a_running_machine_keeps_its_processors(vmutils: Any, machine: Machine) -> None:
    vmutils.set_vm_state(machine.name, 2)
    assert refusal(vmutils.update_vm, machine.name, 1024, 0, 4, 0, False, 1) == INVALID_STATE
    assert machine.device("Msvm_ProcessorSettingData")["VirtualQuantity"] == 1


def test_more_processors_than_any_machine_has_are_refused(vmutils: Any, machine: Machine) -> None:
    assert refusal(vmutils.update_vm, machine.name, 1024, 0, 5000, 0, False, 1) == INVALID_PARAMETER


def test_a_machine_whose_disk_is_lost_does_not_start(vmutils: Any, machine: Machine) -> None:
    vmutils.create_scsi_controller(machine.name)
    vmutils.attach_scsi_drive(machine.name, rf"{FOLDER}\lost.vhdx")
    assert refusal(vmutils.set_vm_state, machine.name, 2) != 0
    assert machine.state == 3


def test_a_machine_larger_than_the_host_does_not_start(vmutils: Any, machine: Machine) -> None:
    vmutils.update_vm(machine.name, 1_000_000, 0, 1, 0, False, 1)
    assert refusal(vmutils.set_vm_state, machine.name, 2) == 32778
    assert machine.state == 3
