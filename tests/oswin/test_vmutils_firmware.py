"""os-win says what machines boot from, and whom they trust."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.wire.path import parse_path
from tests.oswin.proving import proves
from tests.oswin.reading import FOLDER, Machine

pytestmark = pytest.mark.usefixtures("windows")

MICROSOFT_WINDOWS = "1734c6e8-3154-4dda-ba5f-a874cc483422"
MICROSOFT_UEFI_CA = "272e7447-90a4-4563-a4b9-8e4ab00526ce"


def boot_sources(machine: Machine) -> list[str]:
    """The descriptions of a machine's boot sources, in the order in which they are tried."""
    order: Any = machine.settings["BootSourceOrder"]
    found = [machine.session.get(parse_path(str(path))) for path in order]
    return [str(source["InstanceID"]).rpartition("\\")[0].partition("\\")[2].upper() for source in found]


@proves("vmutils.VMUtils.enable_secure_boot")
@pytest.mark.parametrize(("for_linux", "template"), [(False, MICROSOFT_WINDOWS), (True, MICROSOFT_UEFI_CA)])
def test_secure_boot_trusts_who_was_asked_for(
    vmutils: Any, ours: Session, for_linux: bool, template: str
) -> None:
    name = f"secure-{for_linux}"
    vmutils.create_vm(name, True, 2, FOLDER)
    vmutils.enable_secure_boot(name, for_linux)

    settings = Machine(ours, name).settings
    assert settings["SecureBootEnabled"] is True
    assert settings["SecureBootTemplateId"] == template


@proves("vmutils.VMUtils.set_boot_order")
def test_the_first_generation_tries_kinds_of_devices(vmutils: Any, ours: Session) -> None:
    vmutils.create_vm("bios", True, 1, FOLDER)
    vmutils.set_boot_order("bios", [3, 2, 1, 0])
    assert Machine(ours, "bios").settings["BootOrder"] == [3, 2, 1, 0]


@proves("vmutils.VMUtils.set_boot_order")
def test_the_second_generation_tries_devices(vmutils: Any, ours: Session) -> None:
    vmutils.create_vm("uefi", True, 2, FOLDER)
    vmutils.create_scsi_controller("uefi")
    vmutils.create_nic("uefi", "net", "00:15:5d:00:00:01")
    for file, kind in (("root.vhdx", "VHD"), ("data.vhdx", "VHD"), ("setup.iso", "DVD")):
        vmutils.attach_scsi_drive("uefi", rf"{FOLDER}\{file}", kind)
    machine = Machine(ours, "uefi")
    nic, root, data, dvd = boot_sources(machine)

    vmutils.set_boot_order("uefi", [rf"{FOLDER}\{file}" for file in ("setup.iso", "data.vhdx", "root.vhdx")])
    assert boot_sources(machine) == [dvd, data, root, nic]


def test_other_settings_leave_the_boot_order_alone(vmutils: Any, ours: Session) -> None:
    vmutils.create_vm("kept", True, 2, FOLDER)
    vmutils.create_scsi_controller("kept")
    for file in ("a.vhdx", "b.vhdx"):
        vmutils.attach_scsi_drive("kept", rf"{FOLDER}\kept\{file}")
    vmutils.set_boot_order("kept", [rf"{FOLDER}\kept\{file}" for file in ("b.vhdx", "a.vhdx")])
    before = boot_sources(Machine(ours, "kept"))
    vmutils.enable_secure_boot("kept", False)
    assert boot_sources(Machine(ours, "kept")) == before
