"""The host's jobs on guests that really run: firmware without an operating system is enough for these."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from openhyperv.emulator.disks.inspecting import validate_chain
from openhyperv.emulator.guests.runner import QemuRunner
from openhyperv.emulator.host.identities import Device
from openhyperv.emulator.network.fabric import Fabric
from openhyperv.emulator.smb.pipes import PipeDirectory
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.devices import RASD, controller, drive, make_disk, medium
from tests.emulator_host.transfers import disk_file, exported, imported, realized

pytestmark = pytest.mark.guest

FIRST, SECOND, ISO = r"C:\vms\first.vhdx", r"C:\vms\second.vhdx", r"C:\vms\disc.iso"
SNAPSHOTS = "Msvm_VirtualSystemSnapshotService"
RESET = 11
FULL, RECOVERY = 2, 32768


@frozen
class Lab:
    """A host that runs QEMU, and one VM with a disk and an empty DVD drive."""

    emulated: Emulated
    system: ObjectPath

    def request(self, state: int) -> None:
        """Ask for a state, and see that the job ends well."""
        job = self.emulated.request(self.system, state)
        assert job["JobState"] == 7, job["ErrorDescription"]

    def add(self, *texts: str) -> list[ObjectPath]:
        """Add devices to the running VM."""
        settings = self.emulated.settings_of(self.system).path
        result = self.emulated.call(
            "AddResourceSettings", AffectedConfiguration=settings, ResourceSettings=list(texts)
        )
        self.expect_success(self.emulated.finish(result))
        paths = result.out["ResultingResourceSettings"]
        assert isinstance(paths, list)
        return [path for path in paths if isinstance(path, ObjectPath)]

    def take(self, kind: int) -> None:
        """Take a checkpoint."""
        result = self.emulated.call_of(
            SNAPSHOTS, "CreateSnapshot", AffectedSystem=self.system, SnapshotType=kind
        )
        self.expect_success(self.emulated.finish(result))

    @staticmethod
    def expect_success(job: Instance) -> None:
        """The job has done its work."""
        assert job["JobState"] == 7, job["ErrorDescription"]

    def snapshots(self) -> list[Instance]:
        """The VM's checkpoints."""
        found = "Msvm_VirtualSystemSettingData"
        return self.emulated.associated(self.system, found, "Msvm_SnapshotOfVirtualSystem")

    def device(self, resource_type: int) -> str:
        """The InstanceID of the first device of a type."""
        devices = self.emulated.devices_of(self.system, RASD)
        return str(next(d["InstanceID"] for d in devices if d["ResourceType"] == resource_type))

    def disk_files(self) -> list[object]:
        """What is in the VM's drives."""
        media = self.emulated.devices_of(self.system, "Msvm_StorageAllocationSettingData")
        return [image["HostResource"] for image in media]


def _resources(emulated: Emulated, generation: int) -> list[str]:
    ide = [f"Microsoft:new\\{device}" for device in (Device.IDE_0, Device.IDE_1)]
    places = ide if generation == 1 else ["new-scsi", "new-scsi"]
    return [
        controller(emulated),
        drive(emulated, places[0], 0),
        medium(emulated, "new-drive", FIRST),
        drive(emulated, places[1], 1, "new-dvd", dvd=True),
        emulated.text("Msvm_MemorySettingData", {"VirtualQuantity": 256}),
    ]


@pytest.fixture(params=[1, 2])
def lab(tmp_path: Path, fabric: Fabric, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A running VM of each generation."""
    tmp_path.chmod(0o755)
    pipes = tmp_path / "pipes"
    pipes.mkdir()

    def resolve(windows_path: str) -> Path:
        return emulated.host.files.local(windows_path)

    directory = PipeDirectory(pipes)
    runner = QemuRunner(tmp_path / "cache", directory, resolve, fabric)
    emulated = emulate(tmp_path / "data", runner=runner)
    for file in (FIRST, SECOND):
        make_disk(emulated, file)
    emulated.host.files.local(ISO).write_bytes(bytes(1 << 20))
    resources = _resources(emulated, request.param)
    system = emulated.define(generation=request.param, resources=resources, SecureBootEnabled=False)
    lab = Lab(emulated, system)
    try:
        lab.request(2)
        yield lab
    finally:
        emulated.host.close()
        directory.close()


def test_states_and_screen(lab: Lab) -> None:
    assert isinstance(lab.emulated.get(lab.system)["ProcessID"], int)
    assert lab.emulated.invoke(lab.system, "InjectNonMaskableInterrupt").return_value == 0
    for state in (9, 2, 11, 6, 2):
        lab.request(state)
    picture = lab.emulated.call(
        "GetVirtualSystemThumbnailImage", TargetSystem=lab.system, WidthPixels=80, HeightPixels=60
    ).out["ImageData"]
    assert isinstance(picture, list)
    assert len(picture) == 2 * 80 * 60
    lab.request(3)
    assert lab.emulated.get(lab.system).get("ProcessID") is None


def test_disks_come_and_go(lab: Lab) -> None:
    added = lab.add(drive(lab.emulated, lab.device(6), 5), medium(lab.emulated, "new-drive", SECOND))
    disc = lab.add(medium(lab.emulated, lab.device(16), ISO, dvd=True))
    assert lab.disk_files() == [[FIRST], [SECOND], [ISO]]
    for paths in (disc, added):
        removed = lab.emulated.call("RemoveResourceSettings", ResourceSettings=paths)
        lab.expect_success(lab.emulated.finish(removed))
    assert lab.disk_files() == [[FIRST]]


def test_discs_are_changed_while_the_guest_resets_its_buses(lab: Lab) -> None:
    for _ in range(10):  # a reset closes the tray; it may come between opening and filling it
        lab.request(RESET)
        disc = lab.add(medium(lab.emulated, lab.device(16), ISO, dvd=True))
        removed = lab.emulated.call("RemoveResourceSettings", ResourceSettings=disc)
        lab.expect_success(lab.emulated.finish(removed))
    assert lab.disk_files() == [[FIRST]]


def test_checkpoints_of_memory_and_of_disks(lab: Lab) -> None:
    lab.take(FULL)
    lab.take(RECOVERY)
    with_memory, of_disks = lab.snapshots()
    assert (with_memory["IsSaved"], of_disks["IsSaved"]) == (True, False)
    assert lab.emulated.state(lab.system) == 2
    lab.request(3)
    applied = lab.emulated.call_of(SNAPSHOTS, "ApplySnapshot", Snapshot=with_memory.path)
    lab.expect_success(lab.emulated.finish(applied))
    assert lab.emulated.state(lab.system) == 6
    lab.request(2)
    for snapshot in (of_disks, with_memory):
        destroyed = lab.emulated.call_of(SNAPSHOTS, "DestroySnapshot", AffectedSnapshot=snapshot.path)
        lab.expect_success(lab.emulated.finish(destroyed))
    lab.request(3)
    assert lab.disk_files() == [[FIRST]]
    files = lab.emulated.host.files
    assert len(validate_chain(files.local(FIRST), files.local)) == 1
    assert not list(files.local(FIRST).parent.glob("*.avhdx"))


def test_meters_count_what_qemu_has_used(lab: Lab) -> None:
    lab.request(3)  # what a guest used before it was metered does not count, and a BIOS reads its disk once
    wanted = {"Aggregated Average CPU Utilization", "Aggregated Normalized I/O Operations Completed"}
    result = lab.emulated.call_of(
        "Msvm_MetricService", "ControlMetrics", Subject=lab.system, MetricCollectionEnabled=2
    )
    assert result.return_value == 0
    lab.request(2)

    def used() -> Instance:
        values = lab.emulated.associated(lab.system, "CIM_BaseMetricValue", "Msvm_MetricForME")
        return Instance("used", {str(v["ElementName"]): int(str(v["MetricValue"])) for v in values})

    lab.emulated.until(used, lambda values: all(values[name] for name in wanted))


def test_a_running_machine_is_copied_with_its_memory(lab: Lab) -> None:
    file = exported(lab.emulated, lab.system, r"C:\export", CaptureLiveState=1)
    assert lab.emulated.state(lab.system) == 2
    copy = realized(lab.emulated, imported(lab.emulated, file, new_identity=True))
    assert lab.emulated.state(copy) == 6
    job = lab.emulated.request(copy, 2)
    assert (job["JobState"], job["JobType"]) == (7, 15), job["ErrorDescription"]


def test_a_running_machine_is_copied_as_after_a_crash(lab: Lab) -> None:
    file = exported(lab.emulated, lab.system, r"C:\export", CaptureLiveState=0)
    copy = imported(lab.emulated, file, new_identity=True)
    files = lab.emulated.host.files
    chain = validate_chain(files.local(disk_file(lab.emulated, copy)), files.local)
    assert all(info.path.is_relative_to(files.local(r"C:\export")) for info in chain)
    lab.expect_success(lab.emulated.request(realized(lab.emulated, copy), 2))
    lab.request(3)
    assert lab.disk_files() == [[FIRST]]
