"""GPUs in partitions: how many, which machine gets which, and what is refused."""

from __future__ import annotations

import pytest

from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.host.hardware import PartitionableGpu, PciDevice
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulator_providers.conftest import Emulate, Emulated

GPU = PartitionableGpu(
    device=PciDevice(vendor="10DE", product="25B6", bus=59, name="Emulated A16"),
    memory_mb=16 << 10,
    partition_counts=[1, 2, 4],
)
GIB = 1 << 30
SERVICE = "Msvm_VirtualSystemManagementService"
SETTING = "Msvm_GpuPartitionSettingData"


@pytest.fixture
def emulated(emulate: Emulate) -> Emulated:
    return emulate(partitionable_gpus=[GPU])


def machine(emulated: Emulated, name: str = "vm") -> ObjectPath:
    text = emulated.text("Msvm_VirtualSystemSettingData", {"ElementName": name})
    emulated.call(SERVICE, "DefineSystem", SystemSettings=text, ResourceSettings=[])
    (settings,) = emulated.query(f"SELECT * FROM Msvm_VirtualSystemSettingData WHERE ElementName='{name}'")
    assert settings.path is not None
    return settings.path


def give(emulated: Emulated, settings: ObjectPath, **values: Value) -> Result:
    kind: dict[str, Value] = {
        "ResourceType": 32770,
        "ResourceSubType": "Microsoft:Hyper-V:GPU Partition",
    }
    text = emulated.text(SETTING, {**kind, **values})
    return emulated.call(
        SERVICE, "AddResourceSettings", AffectedConfiguration=settings, ResourceSettings=[text]
    )


def cut(emulated: Emulated, count: int) -> Instance:
    gpu = emulated.only("Msvm_PartitionableGpu")
    assert gpu.path is not None
    return emulated.manager.put(gpu.path, Instance("Msvm_PartitionableGpu", {"PartitionCount": count}))


def start(emulated: Emulated, name: str = "vm") -> Instance:
    return emulated.finished_job(emulated.on_machine("RequestStateChange", name, RequestedState=2))


def test_a_gpu_tells_its_partitions(emulated: Emulated) -> None:
    gpu = emulated.only("Msvm_PartitionableGpu")
    assert str(gpu["Name"]).startswith(r"\\?\PCI#VEN_10DE&DEV_25B6&SUBSYS_")
    assert str(gpu["Name"]).endswith(r"#{064092b3-625e-43bf-9eb5-dc845897dd59}\GPUPARAV")
    assert (gpu["ValidPartitionCounts"], gpu["PartitionCount"]) == ([1, 2, 4], 4)
    assert (gpu["TotalVRAM"], gpu["MaxPartitionVRAM"], gpu["AvailableVRAM"]) == (16 * GIB, 4 * GIB, 16 * GIB)


def test_the_count_is_one_that_the_driver_offers_and_outlives_a_restart(emulate: Emulate) -> None:
    before = emulate(partitionable_gpus=[GPU])
    with pytest.raises(CimFault):
        cut(before, 3)
    cut(before, 2)
    before.host.close()
    gpu = emulate(partitionable_gpus=[GPU]).only("Msvm_PartitionableGpu")
    assert (gpu["PartitionCount"], gpu["OptimalPartitionVRAM"]) == (2, 8 * GIB)


def test_partitions_are_taken_by_machines_that_run(emulated: Emulated) -> None:
    cut(emulated, 2)
    for name in ("first", "second", "third"):
        assert give(emulated, machine(emulated, name)).return_value == 0
    assert emulated.all("Msvm_GpuPartition") == []
    assert [start(emulated, name)["JobState"] for name in ("first", "second")] == [7, 7]
    partitions = emulated.all("Msvm_GpuPartition")
    assert [(p["PartitionId"], p["CurrentVRAM"]) for p in partitions] == [(0, 8 * GIB), (1, 8 * GIB)]
    assert emulated.only("Msvm_PartitionableGpu")["AvailableVRAM"] == 0
    assert start(emulated, "third")["JobState"] == 10
    with pytest.raises(CimFault):
        cut(emulated, 4)
    emulated.finished_job(emulated.on_machine("RequestStateChange", "first", RequestedState=3))
    assert start(emulated, "third")["JobState"] == 7
    assert [p["PartitionId"] for p in emulated.all("Msvm_GpuPartition")] == [1, 0]


def test_a_partition_of_one_gpu_is_of_that_one(emulate: Emulate) -> None:
    other = PartitionableGpu(
        device=PciDevice(vendor="1002", product="7461", bus=60), memory_mb=1024, partition_counts=[1]
    )
    emulated = emulate(partitionable_gpus=[GPU, other])
    (path,) = [g.path for g in emulated.all("Msvm_PartitionableGpu") if "1002" in str(g["Name"]) and g.path]
    assert give(emulated, machine(emulated), HostResource=[str(path.on("HV1"))]).return_value == 0
    assert start(emulated)["JobState"] == 7
    assert emulated.only("Msvm_GpuPartition")["DeviceInstancePath"] == other.device.host_path


@pytest.mark.parametrize(
    "values",
    [
        {"HostResource": ["Msvm_PartitionableGpu.CreationClassName='Msvm_PartitionableGpu',Name='no'"]},
        {"MinPartitionVRAM": 2 * GIB, "MaxPartitionVRAM": GIB},
    ],
)
def test_what_no_partition_can_be_is_refused(emulated: Emulated, values: dict[str, Value]) -> None:
    assert give(emulated, machine(emulated), **values).return_value == 32773


def test_a_machine_has_one_partition(emulated: Emulated) -> None:
    settings = machine(emulated)
    assert give(emulated, settings).return_value == 0
    assert give(emulated, settings).return_value == 32773


def test_a_partition_too_small_is_not_given(emulated: Emulated) -> None:
    give(emulated, machine(emulated), MinPartitionVRAM=5 * GIB)
    assert start(emulated)["JobState"] == 10
    cut(emulated, 2)
    assert start(emulated)["JobState"] == 7


def test_a_machine_with_a_partition_is_neither_saved_nor_changed(emulated: Emulated) -> None:
    settings = machine(emulated)
    give(emulated, settings)
    start(emulated)
    assert emulated.on_machine("RequestStateChange", RequestedState=6).return_value == 32770
    owner = settings.key("InstanceID")
    (own,) = emulated.query(rf"SELECT * FROM {SETTING} WHERE InstanceID LIKE '{owner}%'")
    assert emulated.call(SERVICE, "RemoveResourceSettings", ResourceSettings=[own.path]).return_value == 32775


def test_a_gpu_is_given_away_whole_or_in_partitions(emulated: Emulated) -> None:
    give(emulated, machine(emulated))
    start(emulated)
    dismount = emulated.text(
        "Msvm_AssignableDeviceDismountSettingData", {"DeviceInstancePath": GPU.device.host_path}
    )

    def dismounted() -> int:
        service = "Msvm_AssignableDeviceService"
        return emulated.call(service, "DismountAssignableDevice", DismountSettingData=dismount).return_value

    assert dismounted() == 32774
    emulated.finished_job(emulated.on_machine("RequestStateChange", RequestedState=3))
    assert dismounted() == 0
    assert emulated.all("Msvm_PartitionableGpu") == []


def test_partitions_are_known_from_2016_on(emulate: Emulate) -> None:
    assert emulate("2022", partitionable_gpus=[GPU]).only("Msvm_PartitionableGpu")["PartitionCount"] == 4
    with pytest.raises(CimFault):
        emulate("2012R2", "old", partitionable_gpus=[GPU]).all("Msvm_PartitionableGpu")
