"""A physical disk of the host in a guest that really runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.disks.inspecting import validate_chain
from openhyperv.emulator.guests.runner import QemuRunner
from openhyperv.emulator.host.hardware import BusType, PhysicalDisk
from openhyperv.emulator.network.fabric import Fabric
from openhyperv.emulator.smb.pipes import PipeDirectory
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.devices import RASD, controller, path_text

pytestmark = pytest.mark.guest

LUN = PhysicalDisk(number=1, size_mb=64, serial="LUN", bus=BusType.ISCSI)
RUNNING, OFF = 2, 3
FINISHED_WELL = 7


@pytest.fixture
def emulated(tmp_path: Path, fabric: Fabric) -> Iterator[Emulated]:
    """A host that runs QEMU and has a disk to give away."""
    tmp_path.chmod(0o755)
    pipes = tmp_path / "pipes"
    pipes.mkdir()

    def resolve(windows_path: str) -> Path:
        return made.host.files.local(windows_path)

    directory = PipeDirectory(pipes)
    made = emulate(tmp_path / "data", runner=QemuRunner(tmp_path / "cache", directory, resolve, fabric))
    made.host.disks.plug(LUN)
    made.host.disks.rescan()
    try:
        yield made
    finally:
        made.host.close()
        directory.close()


def machine(emulated: Emulated) -> ObjectPath:
    memory = emulated.text("Msvm_MemorySettingData", {"VirtualQuantity": 256})
    return emulated.define(resources=[controller(emulated), memory], SecureBootEnabled=False)


def drive(emulated: Emulated, system: ObjectPath) -> str:
    """The setting that passes the disk through at the VM's SCSI controller."""
    (disk,) = emulated.query("SELECT * FROM Msvm_DiskDrive WHERE DriveNumber=1")
    (parent,) = [d for d in emulated.devices_of(system, RASD) if d["ResourceType"] == 6]
    values: dict[str, Value] = {
        "ResourceType": 17,
        "ResourceSubType": "Microsoft:Hyper-V:Physical Disk Drive",
        "Parent": path_text(RASD, str(parent["InstanceID"])),
        "AddressOnParent": "0",
        "HostResource": [str(disk.path)],
    }
    return emulated.text(RASD, values)


def add(emulated: Emulated, system: ObjectPath) -> list[ObjectPath]:
    settings = emulated.settings_of(system).path
    result = emulated.call(
        "AddResourceSettings", AffectedConfiguration=settings, ResourceSettings=[drive(emulated, system)]
    )
    if result.return_value:
        assert emulated.finish(result)["JobState"] == FINISHED_WELL
    paths = result.out["ResultingResourceSettings"]
    assert isinstance(paths, list)
    return [path for path in paths if isinstance(path, ObjectPath)]


def contents(emulated: Emulated) -> Path:
    """The file behind the disk."""
    return emulated.host.data / "disks" / f"{LUN.unique_id}.vhdx"


def test_a_guest_starts_with_a_disk_of_the_host(emulated: Emulated) -> None:
    system = machine(emulated)
    add(emulated, system)
    assert emulated.request(system, RUNNING)["JobState"] == FINISHED_WELL
    assert emulated.host.disk_use.is_in_use(contents(emulated))
    assert emulated.request(system, OFF)["JobState"] == FINISHED_WELL
    validate_chain(contents(emulated), emulated.host.files.local)


def test_a_disk_of_the_host_comes_and_goes_while_the_guest_runs(emulated: Emulated) -> None:
    system = machine(emulated)
    assert emulated.request(system, RUNNING)["JobState"] == FINISHED_WELL
    added = add(emulated, system)
    assert emulated.host.disk_use.is_in_use(contents(emulated))
    result = emulated.call("RemoveResourceSettings", ResourceSettings=added)
    assert emulated.finish(result)["JobState"] == FINISHED_WELL
    assert not emulated.host.disk_use.is_in_use(contents(emulated))
