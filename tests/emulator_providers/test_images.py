"""Virtual disks through the image management service; qemu-img says what the files really are."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.host.jobs.state import JobState
from openhyperv.wire.cimxml import instance_from_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value
from tests.emulator_providers.conftest import Emulated

SERVICE = "Msvm_ImageManagementService"
MIB = 1 << 20
FIXED, DYNAMIC, DIFFERENCING = 2, 3, 4
VHD, VHDX = 2, 3


def disk(emulated: Emulated, path: str, **values: Value) -> str:
    """The text of a disk's setting: dynamic VHDX of 64 MiB unless told otherwise."""
    defaults: dict[str, Value] = {"Type": DYNAMIC, "Format": VHDX, "MaxInternalSize": 64 * MIB}
    return emulated.text("Msvm_VirtualHardDiskSettingData", {"Path": path, **defaults, **values})


def create(emulated: Emulated, path: str, **values: Value) -> Instance:
    """The finished job of making a disk."""
    result = emulated.call(
        SERVICE, "CreateVirtualHardDisk", VirtualDiskSettingData=disk(emulated, path, **values)
    )
    return emulated.finished_job(result)


def job(emulated: Emulated, method: str, **arguments: Value) -> Instance:
    """The finished job of a method."""
    return emulated.finished_job(emulated.call(SERVICE, method, **arguments))


def described(emulated: Emulated, path: str) -> Instance:
    """What the service says of a disk."""
    result = emulated.call(SERVICE, "GetVirtualHardDiskSettingData", Path=path)
    assert result.return_value == 0
    text = result.out["SettingData"]
    assert isinstance(text, str)
    return instance_from_text(text, emulated.host.schema)


def qemu_img_info(emulated: Emulated, path: str) -> dict[str, object]:
    """What qemu-img says of a disk."""
    file = emulated.host.files.local(path)
    command = ["qemu-img", "info", "--output=json", str(file)]
    answer = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return dict(json.loads(answer.stdout))


@pytest.mark.parametrize(
    ("path", "disk_type", "disk_format", "qemu_format"),
    [
        (r"C:\dynamic.vhdx", DYNAMIC, VHDX, "vhdx"),
        (r"C:\fixed.vhdx", FIXED, VHDX, "vhdx"),
        (r"c:/dynamic.vhd", DYNAMIC, VHD, "vpc"),
    ],
)
def test_a_created_disk_is_what_was_asked_for(
    emulated: Emulated, path: str, disk_type: int, disk_format: int, qemu_format: str
) -> None:
    done = create(emulated, path, Type=disk_type, Format=disk_format)
    assert (done["JobState"], done["JobType"], done["ErrorCode"]) == (7, 1, 0)
    setting = described(emulated, path)
    assert (setting["Type"], setting["Format"]) == (disk_type, disk_format)
    assert setting["MaxInternalSize"] == 64 * MIB
    info = qemu_img_info(emulated, path)
    assert (info["format"], info["virtual-size"]) == (qemu_format, 64 * MIB)


def test_a_differencing_disk_knows_its_parent(emulated: Emulated) -> None:
    create(emulated, r"C:\base.vhdx")
    done = create(
        emulated, r"C:\child.vhdx", Type=DIFFERENCING, ParentPath=r"C:\base.vhdx", MaxInternalSize=None
    )
    assert done["JobState"] == 7
    child = described(emulated, r"C:\child.vhdx")
    assert str(child["ParentPath"]).lower() == r"c:\base.vhdx"
    assert child["MaxInternalSize"] == 64 * MIB
    assert job(emulated, "ValidateVirtualHardDisk", Path=r"C:\child.vhdx")["JobState"] == 7
    emulated.host.files.local(r"C:\base.vhdx").unlink()
    broken = job(emulated, "ValidateVirtualHardDisk", Path=r"C:\child.vhdx")
    assert (broken["JobState"], broken["ErrorCode"]) == (10, 32779)


def test_an_existing_file_fails_the_job_with_its_hresult(emulated: Emulated) -> None:
    create(emulated, r"C:\twice.vhdx")
    again = create(emulated, r"C:\twice.vhdx")
    assert again["JobState"] == 10
    assert again["ErrorCode"] == 32768
    assert again["JobCompletionStatusCode"] == 0x80070050
    assert "0x80070050" in str(again["ErrorDescription"])


@pytest.mark.parametrize(
    "values",
    [
        {"Path": ""},
        {"Path": r"D:\other.vhdx"},
        {"Path": r"C:\..\escape.vhdx"},
        {"Type": 9},
        {"Format": 1},
        {"Type": DIFFERENCING},
        {"VirtualDiskId": "not a guid"},
    ],
)
def test_parameters_that_make_no_disk_are_refused_at_once(
    emulated: Emulated, values: dict[str, Value]
) -> None:
    path = str(values.pop("Path", r"C:\new.vhdx"))
    text = disk(emulated, path, **values)
    result = emulated.call(SERVICE, "CreateVirtualHardDisk", VirtualDiskSettingData=text)
    assert result.return_value == 32773
    assert not list(emulated.host.files.drive_c.glob("*.vhdx"))


def test_a_disk_set_is_not_supported(emulated: Emulated) -> None:
    text = disk(emulated, r"C:\set.vhds", Format=4)
    assert emulated.call(SERVICE, "CreateVirtualHardDisk", VirtualDiskSettingData=text).return_value == 32770


def test_missing_files_have_their_code(emulated: Emulated) -> None:
    for method in ("GetVirtualHardDiskSettingData", "GetVirtualHardDiskState"):
        assert emulated.call(SERVICE, method, Path=r"C:\none.vhdx").return_value == 32779
    failed = job(emulated, "CompactVirtualHardDisk", Path=r"C:\none.vhdx", Mode=0)
    assert (failed["JobState"], failed["ErrorCode"]) == (10, 32779)


def test_resizing_and_its_limits(emulated: Emulated) -> None:
    create(emulated, r"C:\disk.vhdx")
    assert (
        job(emulated, "ResizeVirtualHardDisk", Path=r"C:\disk.vhdx", MaxInternalSize=96 * MIB)["JobState"]
        == 7
    )
    assert qemu_img_info(emulated, r"C:\disk.vhdx")["virtual-size"] == 96 * MIB
    odd = job(emulated, "ResizeVirtualHardDisk", Path=r"C:\disk.vhdx", MaxInternalSize=96 * MIB + 1)
    assert (odd["JobState"], odd["ErrorCode"]) == (10, 32773)
    nothing = emulated.call(SERVICE, "ResizeVirtualHardDisk", Path=r"C:\disk.vhdx", MaxInternalSize=0)
    assert nothing.return_value == 32773


def test_conversion_makes_the_other_format(emulated: Emulated) -> None:
    create(emulated, r"C:\from.vhdx")
    target = disk(emulated, r"C:\to.vhd", Format=VHD, MaxInternalSize=None)
    done = job(emulated, "ConvertVirtualHardDisk", SourcePath=r"C:\from.vhdx", VirtualDiskSettingData=target)
    assert (done["JobState"], done["JobType"]) == (7, 6)
    assert qemu_img_info(emulated, r"C:\to.vhd")["format"] == "vpc"
    wrong = disk(emulated, r"C:\to.vhdx", Format=VHD)
    failed = job(emulated, "ConvertVirtualHardDisk", SourcePath=r"C:\from.vhdx", VirtualDiskSettingData=wrong)
    assert (failed["JobState"], failed["ErrorCode"]) == (10, 32773)


def test_merging_and_setting_a_parent(emulated: Emulated) -> None:
    for path in (r"C:\base.vhdx", r"C:\other.vhdx"):
        create(emulated, path)
    create(emulated, r"C:\child.vhdx", Type=DIFFERENCING, ParentPath=r"C:\base.vhdx")
    merged = job(
        emulated, "MergeVirtualHardDisk", SourcePath=r"C:\child.vhdx", DestinationPath=r"C:\base.vhdx"
    )
    assert merged["JobState"] == 7
    paths = {"ChildPath": r"C:\child.vhdx", "ParentPath": r"C:\other.vhdx", "LeafPath": None}
    stranger = job(emulated, "SetParentVirtualHardDisk", **paths, IgnoreIDMismatch=False)
    assert stranger["JobState"] == 10
    assert job(emulated, "SetParentVirtualHardDisk", **paths, IgnoreIDMismatch=True)["JobState"] == 7
    assert str(described(emulated, r"C:\child.vhdx")["ParentPath"]).lower() == r"c:\other.vhdx"


def test_identity_and_sector_size_can_change(emulated: Emulated) -> None:
    create(emulated, r"C:\disk.vhdx")
    guid = "0F2F2A3C-58C5-4A30-9B0C-6F2D1D1A9E11"
    text = emulated.text(
        "Msvm_VirtualHardDiskSettingData",
        {"Path": r"C:\disk.vhdx", "VirtualDiskId": guid, "PhysicalSectorSize": 512},
    )
    assert job(emulated, "SetVirtualHardDiskSettingData", VirtualDiskSettingData=text)["JobState"] == 7
    setting = described(emulated, r"C:\disk.vhdx")
    assert (setting["VirtualDiskId"], setting["PhysicalSectorSize"]) == (guid, 512)


def define_machine_with(emulated: Emulated, path: str, *, name: str = "vm", starts: bool = True) -> None:
    """A generation 2 VM with a disk on its SCSI controller, running unless told otherwise."""
    service = "Msvm_VirtualSystemManagementService"
    prefix = "Microsoft:Hyper-V:"
    parent = r'\\HV1\root\virtualization\v2:Msvm_ResourceAllocationSettingData.InstanceID="{}"'

    def device(class_name: str, kind: int, name: str, **values: Value) -> str:
        return emulated.text(class_name, {"ResourceType": kind, "ResourceSubType": prefix + name, **values})

    rasd, storage = "Msvm_ResourceAllocationSettingData", "Msvm_StorageAllocationSettingData"
    resources = [
        device(rasd, 6, "Synthetic SCSI Controller", InstanceID="Microsoft:X\\scsi"),
        device(
            rasd,
            17,
            "Synthetic Disk Drive",
            InstanceID="Microsoft:X\\drive",
            Parent=parent.format(r"Microsoft:X\\scsi"),
            AddressOnParent="0",
        ),
        device(
            storage, 31, "Virtual Hard Disk", Parent=parent.format(r"Microsoft:X\\drive"), HostResource=[path]
        ),
    ]
    system = emulated.text(
        "Msvm_VirtualSystemSettingData",
        {"ElementName": name, "VirtualSystemSubType": "Microsoft:Hyper-V:SubType:2"},
    )
    defined = emulated.call(service, "DefineSystem", SystemSettings=system, ResourceSettings=resources)
    assert defined.return_value == 0
    if starts:
        started = emulated.on_machine("RequestStateChange", name, RequestedState=2)
        assert emulated.finished_job(started)["JobState"] == 7


def state_of(emulated: Emulated, path: str) -> Instance:
    """What the service says of a disk's file."""
    text = emulated.call(SERVICE, "GetVirtualHardDiskState", Path=path).out["State"]
    assert isinstance(text, str)
    return instance_from_text(text, emulated.host.schema)


def test_disks_of_a_running_machine_are_in_use(emulated: Emulated) -> None:
    create(emulated, r"C:\base.vhdx")
    create(emulated, r"C:\leaf.vhdx", Type=DIFFERENCING, ParentPath=r"C:\base.vhdx")
    assert state_of(emulated, r"C:\base.vhdx")["InUse"] is False
    define_machine_with(emulated, r"C:\leaf.vhdx")
    assert state_of(emulated, r"C:\leaf.vhdx")["InUse"] is True
    assert state_of(emulated, r"C:\base.vhdx")["InUse"] is True
    target = disk(emulated, r"C:\copy.vhdx")
    for failed in (
        job(emulated, "CompactVirtualHardDisk", Path=r"C:\leaf.vhdx", Mode=0),
        job(emulated, "ResizeVirtualHardDisk", Path=r"C:\base.vhdx", MaxInternalSize=96 * MIB),
        job(emulated, "ConvertVirtualHardDisk", SourcePath=r"C:\leaf.vhdx", VirtualDiskSettingData=target),
    ):
        assert (failed["JobState"], failed["ErrorCode"]) == (10, 32774)
        assert failed["JobCompletionStatusCode"] == 0x80070020
    copied = job(
        emulated, "ConvertVirtualHardDisk", SourcePath=r"C:\base.vhdx", VirtualDiskSettingData=target
    )
    assert copied["JobState"] == 7, "a parent may be read"


def test_a_disk_grows_under_a_running_machine_but_does_not_shrink(emulated: Emulated) -> None:
    create(emulated, r"C:\disk.vhdx")
    define_machine_with(emulated, r"C:\disk.vhdx")

    def resize(size: int) -> Result:
        return emulated.call(SERVICE, "ResizeVirtualHardDisk", Path=r"C:\disk.vhdx", MaxInternalSize=size)

    assert emulated.finished_job(resize(128 * MIB))["JobState"] == 7
    assert described(emulated, r"C:\disk.vhdx")["MaxInternalSize"] == 128 * MIB
    shrunk = emulated.finished_job(resize(64 * MIB))
    assert (shrunk["JobState"], shrunk["ErrorCode"]) == (10, 32775)


def test_no_disk_is_left_where_making_it_failed(emulated: Emulated, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    failed = create(emulated, r"C:\huge.vhdx", MaxInternalSize=1 << 60)
    assert failed["JobState"] == 10
    assert set(tmp_path.rglob("*")) == before


def test_two_machines_do_not_run_one_disk(emulated: Emulated) -> None:
    create(emulated, r"C:\base.vhdx")
    create(emulated, r"C:\leaf.vhdx", Type=DIFFERENCING, ParentPath=r"C:\base.vhdx")
    define_machine_with(emulated, r"C:\leaf.vhdx", name="first")
    define_machine_with(emulated, r"C:\leaf.vhdx", name="second", starts=False)
    define_machine_with(emulated, r"C:\base.vhdx", name="third", starts=False)
    for name in ("second", "third"):
        failed = emulated.finished_job(emulated.on_machine("RequestStateChange", name, RequestedState=2))
        assert failed["JobState"] == 10
        assert "0x80070020" in str(failed["ErrorDescription"])


def test_a_floppy_has_its_size(emulated: Emulated) -> None:
    done = job(emulated, "CreateVirtualFloppyDisk", Path=r"C:\boot.vfd")
    assert (done["JobState"], done["JobType"]) == (7, 2)
    assert emulated.host.files.local(r"C:\boot.vfd").stat().st_size == 1_474_560


def test_a_cancelled_job_leaves_no_file(emulated: Emulated) -> None:
    create(emulated, r"C:\from.vhdx", Type=FIXED)
    target = disk(emulated, r"C:\to.vhdx")
    with emulated.host.jobs.meddling(lambda job: job.cancel(JobState.TERMINATED)):
        result = emulated.call(
            SERVICE, "ConvertVirtualHardDisk", SourcePath=r"C:\from.vhdx", VirtualDiskSettingData=target
        )
    assert emulated.finished_job(result)["JobState"] == 8
    assert [file.name for file in emulated.host.files.drive_c.glob("*.*")] == ["from.vhdx"]
