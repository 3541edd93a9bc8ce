"""os-win and the host itself: its size, its version, its roles, its devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Gpu, Hardware, NetworkAdapter, Offload, PciDevice, PhysicalDisk
from openhyperv.emulator.host.hardware.hardware import SYSTEM_DISK
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select
from tests.emulated import emulated_host
from tests.oswin.gates import factory, leading_to
from tests.oswin.proving import proves
from tests.oswin.switching import make_switch

pytestmark = pytest.mark.usefixtures("windows_2016")

GIB = 1 << 30
NVIDIA = PciDevice(vendor="10DE", product="13F2", bus=3, function=1, is_dismounted=True)
OF_THE_HOST = PciDevice(vendor="144D", product="A820", bus=4)
GPU = Gpu(name="Emulated GPU", memory_mb=4096, driver_version="27.21.14.5671")
CARD = NetworkAdapter(
    guid="CC1BF84D-0958-4ECA-B9EC-1BB309214544",
    name="Fast Adapter",
    mac="020000000001",
    offload=Offload(virtual_functions=4, queue_pairs=8, vmqs=16, ipsec_associations=32),
)
HARDWARE = Hardware(
    logical_processors=8,
    memory_mb=32_768,
    numa_nodes=2,
    adapters=[CARD],
    disks=[SYSTEM_DISK, PhysicalDisk(number=1, size_mb=512, serial="FC", has_multipath=True)],
    pci=[NVIDIA, OF_THE_HOST],
    gpus=[GPU, Gpu(name="Unused GPU", memory_mb=1024, is_enabled=False)],
)


@pytest.fixture(scope="module")
def windows_2016(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """os-win runs on Windows Server 2016, the one release with both RemoteFX and assignable devices."""
    folder = tmp_path_factory.mktemp("host")
    with emulated_host(folder, version="2016", hardware=HARDWARE) as host, leading_to(host):
        yield host


@pytest.fixture
def hostutils() -> Any:
    return factory().get_hostutils()


def only(session: Session, class_name: str) -> Instance:
    """The only instance of a class of root/cimv2."""
    (found,) = session.enumerate(class_name, namespace="root/cimv2")
    return found


@proves("hostutils.HostUtils.get_cpus_info")
def test_processors_are_counted(hostutils: Any, ours: Session) -> None:
    told = hostutils.get_cpus_info()
    seen = list(ours.enumerate("Win32_Processor", namespace="root/cimv2"))
    assert [cpu["NumberOfLogicalProcessors"] for cpu in told] == [4, 4]
    for cpu, instance in zip(told, seen, strict=True):
        assert cpu == {name: instance[name] for name in cpu}
        assert None not in cpu.values()


@proves("hostutils.HostUtils.get_memory_info")
def test_memory_is_told_in_kib(hostutils: Any, ours: Session) -> None:
    system = only(ours, "Win32_OperatingSystem")
    assert hostutils.get_memory_info() == (system["TotalVisibleMemorySize"], system["FreePhysicalMemory"])
    assert hostutils.get_memory_info()[0] == 32_768 << 10


@proves("hostutils.HostUtils.get_volume_info")
def test_a_drive_has_a_size(hostutils: Any, ours: Session) -> None:
    total, free = hostutils.get_volume_info("C:")
    assert total == only(ours, "Win32_LogicalDisk")["Size"]
    assert 0 < free <= total


@proves("hostutils.HostUtils.get_windows_version", "hostutils.HostUtils.check_min_windows_version")
def test_windows_tells_its_version(hostutils: Any, ours: Session) -> None:
    assert hostutils.get_windows_version() == only(ours, "Win32_OperatingSystem")["Version"]
    assert hostutils.check_min_windows_version(10, 0, 14393)
    assert not hostutils.check_min_windows_version(10, 0, 14394)


@proves("hostutils.HostUtils.get_supported_vm_types", "hostutils.HostUtils.get_default_vm_generation")
def test_both_generations_are_there(hostutils: Any) -> None:
    assert hostutils.get_supported_vm_types() == ["hyperv-gen1", "hyperv-gen2"]
    assert hostutils.get_default_vm_generation() == "hyperv-gen1"


@proves("hostutils.HostUtils.check_server_feature")
@pytest.mark.parametrize(("feature", "is_there"), [(57, True), (322, True), (20, True), (4, False)])
def test_roles_are_those_that_the_hardware_is_used_with(
    hostutils: Any, ours: Session, feature: int, is_there: bool
) -> None:
    assert hostutils.check_server_feature(feature) is is_there
    found = ours.query(select("Win32_ServerFeature").where(equal("ID", feature)), namespace="root/cimv2")
    assert any(found) is is_there


@proves("hostutils.HostUtils.get_numa_nodes")
def test_each_node_has_its_processors_and_memory(hostutils: Any, ours: Session) -> None:
    nodes = hostutils.get_numa_nodes()
    seen = {str(node["NodeID"])[-1]: node for node in ours.enumerate("Msvm_NumaNode")}
    assert {node["id"] for node in nodes} == {"0", "1"} == set(seen)
    for node in nodes:
        assert node["memory"] == 16_384
        assert len(node["cpuset"]) == seen[node["id"]]["NumberOfLogicalProcessors"] == 4


@proves("hostutils.HostUtils.get_nic_sriov_vfs", "hostutils.HostUtils.get_nic_hardware_offload_info")
def test_a_switch_offers_what_its_adapter_does(hostutils: Any, ours: Session) -> None:
    switch = make_switch(ours, "fast", adapter="Fast Adapter", has_iov=True)
    make_switch(ours, "private")
    query = select("Msvm_EthernetSwitchHardwareOffloadData").where(equal("SystemName", str(switch["Name"])))
    (data,) = ours.query(query)
    expected = {"vswitch_name": "fast", "device_id": CARD.pnp_device_id, "total_vfs": 4, "used_vfs": 0}
    assert hostutils.get_nic_sriov_vfs() == [expected]
    assert data["IovVfCapacity"] == 4
    (offload,) = hostutils.get_nic_hardware_offload_info()
    assert {name: offload[f"total_{name}"] for name in ("iov_queue_pairs", "vmqs", "ipsecsa")} == {
        "iov_queue_pairs": data["IovQueuePairCapacity"],
        "vmqs": data["VmqCapacity"],
        "ipsecsa": data["IPsecSACapacity"],
    }
    assert data["VmqCapacity"] == 16


@proves("hostutils.HostUtils.get_nic_sriov_vfs", "hostutils.HostUtils.get_nic_hardware_offload_info")
def test_running_machines_use_what_their_ports_ask_for(
    hostutils: Any, vmutils: Any, networkutils: Any, ours: Session
) -> None:
    for name, wants_function in (("direct", True), ("queued", False)):
        vmutils.create_vm(name, False, 2, r"C:\openstack\instances")
        vmutils.create_nic(name, f"{name}-nic")
        networkutils.connect_vnic_to_vswitch("fast", f"{name}-nic")
        networkutils.set_vswitch_port_sriov(f"{name}-nic", wants_function)
        vmutils.set_vm_state(name, 2)
    (functions,) = hostutils.get_nic_sriov_vfs()
    (offload,) = hostutils.get_nic_hardware_offload_info()
    data = next(d for d in ours.enumerate("Msvm_EthernetSwitchHardwareOffloadData") if d["IovVfCapacity"])
    assert functions["used_vfs"] == data["IovVfUsage"] == 1
    assert offload["used_vmqs"] == data["VmqUsage"] == 1


@proves("hostutils.HostUtils.get_remotefx_gpu_info")
def test_enabled_graphics_processors_are_told(hostutils: Any, ours: Session) -> None:
    (gpu,) = hostutils.get_remotefx_gpu_info()
    query = select("Msvm_Physical3dGraphicsProcessor").where(equal("EnabledForVirtualization", True))
    (seen,) = ours.query(query)
    assert (gpu["name"], gpu["driver_version"]) == (seen["Name"], "27.21.14.5671")
    assert gpu["total_video_ram"] == gpu["available_video_ram"] == seen["AvailableVideoMemory"] == 4 * GIB


@proves("hostutils.HostUtils.verify_host_remotefx_capability")
def test_the_host_can_do_remotefx(hostutils: Any, ours: Session) -> None:
    hostutils.verify_host_remotefx_capability()
    (pool,) = ours.enumerate("Msvm_Synth3dVideoPool")
    assert (pool["IsGPUCapable"], pool["IsSLATCapable"]) == (True, True)


@proves("hostutils10.HostUtils10.get_pci_passthrough_devices")
def test_dismounted_devices_can_be_passed_through(hostutils: Any, ours: Session) -> None:
    (device,) = hostutils.get_pci_passthrough_devices()
    (seen,) = ours.enumerate("Msvm_PciExpress")
    assert (device["vendor_id"], device["product_id"]) == ("10DE", "13F2")
    assert device["dev_id"] == seen["DeviceID"]
    bus_3_function_1 = "0000:03:01.1"  # os-win takes the device's address, which holds both, for its slot
    assert device["address"] == bus_3_function_1


@proves("hostutils10.HostUtils10.supports_nested_virtualization")
def test_2016_nests(hostutils: Any) -> None:
    assert hostutils.supports_nested_virtualization() is True
