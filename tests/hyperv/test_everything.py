"""A machine with everything on it: one DefineSystem and four calls more, and what adds to that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Hardware, PartitionableGpu, PciDevice
from openhyperv.errors import ConflictError
from openhyperv.files.config_drive import build_config_drive
from openhyperv.files.images.info import ImageFormat
from openhyperv.hyperv.creation.upload import Upload
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import system_settings
from openhyperv.machine.drives import Bus, Disk, DiskFormat, Dvd, ExistingDisk, Slot
from openhyperv.machine.graphics import GpuPartition
from openhyperv.machine.lifecycle import CheckpointKind, StopAction
from openhyperv.machine.memory import Memory
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.numa import NumaTopology
from openhyperv.machine.pci import MmioSpace, PciAddress
from openhyperv.machine.processors import Processors
from openhyperv.machine.security import Security
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import AssociatorsOf
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.faults.leftovers import assert_nothing_left
from tests.hyperv.stock import SWITCH, Stock, provide
from tests.witness import Witness, changes

NVME = PciDevice(vendor="144D", product="A820", bus=0x40, device_class="SCSIAdapter", name="NVMe")
GPU = PartitionableGpu(
    device=PciDevice(vendor="10DE", product="25B6", bus=0x3B, name="Emulated A16"),
    memory_mb=16 << 10,
    partition_counts=[4],
)
AT_NVME = PciAddress.parse("0000:40:00.0")
SERVICE = "Msvm_VirtualSystemManagementService"
MACHINE = [
    "DefineSystem",
    "AddResourceSettings",
    "AddResourceSettings",
    "ModifyResourceSettings",
    "ModifySystemSettings",
]


@pytest.fixture(scope="module")
def witness() -> Witness:
    return Witness()


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, witness: Witness) -> Iterator[EmulatedHost]:
    hardware = Hardware(pci=[NVME], partitionable_gpus=[GPU])
    data = tmp_path_factory.mktemp("host")
    with emulated_host(data, witness, hardware=hardware, has_files=True) as running:
        yield running


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    with Host.connect(target_of(emulated)) as connected:
        connected.devices.dismount(AT_NVME)
        yield connected


@pytest.fixture(scope="module")
def stock(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    return provide(host, tmp_path_factory.mktemp("stock"))


def everything(stock: Stock, host: Host, name: str) -> MachineSpec:
    spec = stock.spec(name)
    (root,) = spec.disks
    config = str(host.layout.machine(spec.identity) / "config.vhdx")
    plain = NetworkAdapter("eth1", switch=SWITCH)
    return evolve(
        spec,
        processors=Processors(4, nested=True, limit_features=True),
        memory=Memory.static(1024),
        numa=NumaTopology(2, 2, 512),
        disks=(
            evolve(root, maximum_iops=500),
            Disk("config", ExistingDisk(config, DiskFormat.VHDX), Slot(Bus.SCSI, 1, 5)),
        ),
        dvds=(*spec.dvds, Dvd("empty", None, Slot(Bus.SCSI, 1, 6))),
        network_adapters=(plain, evolve(plain, name="eth2")),
        boot_order=evolve(spec.boot_order, devices=(Slot(Bus.SCSI, 1, 6), root.slot, "eth2")),
        scsi_controllers=2,
        pci_devices=(AT_NVME,),
        gpu_partitions=(GpuPartition(),),
        mmio=MmioSpace(1024, 40_000),
        stop_action=StopAction.TURN_OFF,
        checkpoints=CheckpointKind.DISABLED,
        asset_tag="of the shop",
    )


@pytest.fixture
def config_drive(tmp_path: Path) -> Path:
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "meta-data").write_text("instance-id: 1")
    build_config_drive(tmp_path / "metadata", tmp_path / "config.vhdx", ImageFormat.VHDX)
    return tmp_path / "config.vhdx"


def machine_calls(witness: Witness, host: Host, spec: MachineSpec, uploads: list[Upload]) -> list[str]:
    """The calls that create the machine, apart from those for disk files."""
    with witness.watching() as seen:
        host.create(spec, uploads=uploads)
    return [call.removeprefix(f"{SERVICE}.") for call in changes(seen) if not call.endswith("HardDisk")]


@shows("F1", "F4", "F6", "F8", "E4", "E7", "E11")
def test_everything_in_one_definition_and_four_calls(
    host: Host, stock: Stock, witness: Witness, config_drive: Path
) -> None:
    spec = everything(stock, host, "everything")
    upload = Upload(config_drive, host.layout.machine(spec.identity) / "config.vhdx")
    assert machine_calls(witness, host, spec, [upload]) == MACHINE
    machine = host.machine("everything")
    system = host.session.get(system_settings(machine.guid))
    assert (system["UserSnapshotType"], system["AutomaticShutdownAction"]) == (2, 2)
    assert (system["LowMmioGapSize"], system["HighMmioGapSize"]) == (1024, 40_000)
    assert (system["VirtualNumaEnabled"], system["ChassisAssetTag"]) == (True, "of the shop")
    assert system["Notes"] == [str(spec.identity)]
    parts = devices(host, machine.guid)
    assert parts["Msvm_ProcessorSettingData"][0]["MaxProcessorsPerNumaNode"] == 2
    assert parts["Msvm_ProcessorSettingData"][0]["ExposeVirtualizationExtensions"] is True
    assert parts["Msvm_MemorySettingData"][0]["MaxMemoryBlocksPerNumaNode"] == 512
    assert len(parts["Msvm_SyntheticEthernetPortSettingData"]) == 2
    assert len(parts["Msvm_PciExpressSettingData"]) == len(parts["Msvm_GpuPartitionSettingData"]) == 1
    drives = {str(drive.file).rpartition("\\")[2]: drive for drive in machine.disks.list()}
    assert drives["root.vhdx"].maximum_iops == 500
    assert drives["config.vhdx"].slot == Slot(Bus.SCSI, 1, 5)
    assert host.share.status(upload.target).size_bytes == config_drive.stat().st_size
    machine.delete()
    assert not host.share.exists(upload.target)
    assert host.devices.free()[0].address == AT_NVME, "it is free again"


def test_a_port_with_features_adds_a_call_and_a_tpm_three(
    host: Host, stock: Stock, witness: Witness, config_drive: Path
) -> None:
    spec = everything(stock, host, "more")
    adapters = (
        NetworkAdapter("eth1", None, SWITCH, 7, dhcp_guard=True, maximum_bandwidth_bps=10**9),
        NetworkAdapter("eth2", switch=SWITCH, mac_spoofing=True),
    )
    spec = evolve(spec, network_adapters=adapters, security=Security())
    upload = Upload(config_drive, host.layout.machine(spec.identity) / "config.vhdx")
    calls = machine_calls(witness, host, spec, [upload])
    assert [call for call in calls if call in MACHINE] == MACHINE
    assert calls.count("AddFeatureSettings") == 2
    host.machine("more").delete()


def test_a_device_that_another_machine_has_is_refused_before_anything_is_made(
    emulated: EmulatedHost, host: Host, stock: Stock, witness: Witness
) -> None:
    first = evolve(stock.spec("first"), pci_devices=(AT_NVME,), stop_action=StopAction.TURN_OFF)
    machine = host.create(first)
    second = evolve(stock.spec("second"), pci_devices=(AT_NVME,), stop_action=StopAction.TURN_OFF)
    with witness.watching() as seen, pytest.raises(ConflictError) as caught:
        host.create(second)
    assert (caught.value.target, changes(seen)) == (str(AT_NVME), [])
    assert_nothing_left(emulated, second)
    machine.delete()


def devices(host: Host, guid: str) -> dict[str, list[Instance]]:
    query = AssociatorsOf(system_settings(guid), association_class="Msvm_VirtualSystemSettingDataComponent")
    found: dict[str, list[Instance]] = {}
    for each in host.session.query(query):
        found.setdefault(each.class_name, []).append(each)
    return found
