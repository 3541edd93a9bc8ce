"""os-win defines, finds and destroys machines."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from openhyperv.cim.session import Session
from tests.oswin.proving import proves
from tests.oswin.reading import FOLDER, Machine, exists

pytestmark = pytest.mark.usefixtures("windows")


def expect_data_in(settings: Any, folder: str) -> None:
    for root in ("ConfigurationDataRoot", "LogDataRoot", "SnapshotDataRoot", "SuspendDataRoot"):
        assert settings[root] == folder


@proves("vmutils.VMUtils.create_vm")
@pytest.mark.parametrize("generation", [1, 2])
def test_a_machine_is_defined_as_asked(vmutils: Any, ours: Session, generation: int) -> None:
    note = str(uuid4())
    vmutils.create_vm(f"defined-{generation}", False, generation, FOLDER, [note])

    settings = Machine(ours, f"defined-{generation}").settings
    assert settings["VirtualSystemSubType"] == f"Microsoft:Hyper-V:SubType:{generation}"
    assert settings["Notes"] == [note]
    assert settings["AutomaticStartupAction"] == 2
    assert settings["VirtualNumaEnabled"] is False
    assert settings["SecureBootEnabled"] is False
    expect_data_in(settings, FOLDER)
    assert Machine(ours, f"defined-{generation}").state == 3


@proves("vmutils.VMUtils.get_vm_generation")
@pytest.mark.parametrize("generation", [1, 2])
def test_the_generation_is_told(vmutils: Any, generation: int) -> None:
    vmutils.create_vm(f"generation-{generation}", True, generation, FOLDER)
    assert vmutils.get_vm_generation(f"generation-{generation}") == generation


@proves(
    "vmutils.VMUtils.vm_exists",
    "vmutils.VMUtils.get_vm_id",
    "vmutils.VMUtils.list_instances",
    "vmutils.VMUtils.list_instance_notes",
    "vmutils.VMUtils.get_instance_uuid",
    "vmutils.VMUtils.get_vm_config_root_dir",
)
def test_what_was_defined_is_found_again(vmutils: Any, ours: Session) -> None:
    note = str(uuid4())
    vmutils.create_vm("found", True, 2, FOLDER, [note, "and more"])

    assert vmutils.vm_exists("found")
    assert not vmutils.vm_exists("lost")
    assert vmutils.get_vm_id("found") == Machine(ours, "found").system["Name"]
    assert "found" in vmutils.list_instances()
    assert ("found", [note, "and more"]) in vmutils.list_instance_notes()
    assert vmutils.get_instance_uuid("found") == note
    assert vmutils.get_vm_config_root_dir("found") == FOLDER


def test_names_with_quotes_are_found(vmutils: Any, ours: Session) -> None:
    name = """it's "quoted" \\ here"""
    vmutils.create_vm(name, True, 1, FOLDER)
    assert vmutils.get_vm_id(name) == Machine(ours, name).system["Name"]


@proves("vmutils.VMUtils.destroy_vm")
def test_a_destroyed_machine_is_gone(vmutils: Any, ours: Session) -> None:
    vmutils.create_vm("destroyed", True, 2, FOLDER)
    guid = Machine(ours, "destroyed").system["Name"]
    vmutils.destroy_vm("destroyed")

    assert not exists(ours, "destroyed")
    left = [settings["InstanceID"] for settings in ours.enumerate("CIM_SettingData")]
    assert not [one for one in left if str(guid) in str(one)]


def test_a_machine_that_is_not_there_is_not_found(vmutils: Any) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    with pytest.raises(exceptions.HyperVVMNotFoundException):
        vmutils.destroy_vm("nobody")


@proves("vmutils.VMUtils.check_admin_permissions")
def test_an_administrator_may_manage_the_host(vmutils: Any) -> None:
    vmutils.check_admin_permissions()
