"""Servers with something of their host: PCI devices, partitions of GPUs, NUMA nodes."""

from __future__ import annotations

from types import MappingProxyType

from oslo_serialization import jsonutils
from tests.capabilities import shows
from tests.hyperv.gpu_hosts import A16
from tests.hyperv.specs import machine_spec

from openhyperv.emulator.host.hardware import Hardware, PciDevice, adapters_for
from openhyperv.hyperv.devices.assignable_device import AssignableDevice
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.filters import filter_devices_and_numa

_GPUS = [
    PciDevice(vendor="10DE", product="13F2", bus=bus, name="GPU", is_dismounted=True) for bus in (0x3B, 0x5E)
]
_OTHER = PciDevice(vendor="144D", product="A820", bus=0x40, name="NVMe", is_dismounted=True)
_ALIAS = {"vendor_id": "10de", "product_id": "13f2", "name": "gpu", "device_type": "type-PCI"}


class PciDevices(Cloud):
    host_options = MappingProxyType({"hardware": Hardware(pci=[*_GPUS, _OTHER])})

    def setUp(self) -> None:
        self.flags(
            group="pci",
            device_spec=[jsonutils.dumps({"vendor_id": "10de", "product_id": "13f2"})],
            alias=[jsonutils.dumps(_ALIAS)],
        )
        filter_devices_and_numa(self)
        super().setUp()

    def taken_by(self, machine: VirtualMachine) -> list[AssignableDevice]:
        return [device for device in self.host.devices.assignable() if device.machine == machine.guid]

    @shows("F6", "M4")
    def test_a_server_has_the_device_that_was_claimed_and_gives_it_back(self) -> None:
        flavor = self.flavor(pci_passthrough__alias="gpu:1")
        servers = [self.server(self.image(**GEN_2), flavor_id=flavor) for _ in range(2)]
        taken = [self.taken_by(self.machine(server)) for server in servers]
        claims = [self.claimed(server["id"]) for server in servers]
        assert [[str(device.address) for device in devices] for devices in taken] == claims
        assert sorted(address for (address,) in claims) == ["0000:3b:00.0", "0000:5e:00.0"]
        third = self._create_server(
            image_uuid=self.image(**GEN_2), networks="none", flavor_id=flavor, expected_state="ERROR"
        )
        assert "No valid host" in third["fault"]["message"]
        self._delete_server(servers[0])
        assert self.server(self.image(**GEN_2), flavor_id=flavor)["status"] == "ACTIVE"

    @shows("F6", "J7")
    def test_devices_come_and_go_with_a_resize(self) -> None:
        self.flags(allow_resize_to_same_host=True)
        plain, with_gpu = self.flavor(), self.flavor(pci_passthrough__alias="gpu:1")
        server = self.server(self.image(**GEN_2), flavor_id=plain)
        given = self._confirm_resize(self._resize_server(server, with_gpu))
        taken = self.taken_by(self.machine(given))
        assert [str(device.address) for device in taken] == self.claimed(server["id"])
        assert len(taken) == 1
        freed = self._confirm_resize(self._resize_server(given, plain))
        assert self.taken_by(self.machine(freed)) == []
        assert self.claimed(server["id"]) == []

    def claimed(self, server: str) -> list[str]:
        """The addresses that Nova keeps for a server."""
        tracker = self.compute.manager.rt.pci_tracker
        return [device.address for device in tracker.pci_devs if device.instance_uuid == server]

    def test_a_device_of_somebody_elses_machine_is_not_novas(self) -> None:
        emulated = self.start_host("hv2", hardware=Hardware(pci=_GPUS))
        host = self.client_of(emulated)
        taken = host.devices.assignable()[0].address
        host.create(machine_spec("foreign", GEN_2)).devices.add(taken)
        tracker = self.start_compute("hv2", emulated).manager.rt.pci_tracker
        assert [device.address for device in tracker.pci_devs] == ["0000:5e:00.0"]


class PciDevicesInPlacement(Cloud):
    """Aliases by resource class: Nova has placement count devices, and the scheduler choose among those."""

    host_options = MappingProxyType({"hardware": Hardware(pci=_GPUS)})

    def setUp(self) -> None:
        self.flags(
            group="pci",
            report_in_placement=True,
            device_spec=[jsonutils.dumps({"vendor_id": "10de", "resource_class": "CUSTOM_GPU"})],
            alias=[jsonutils.dumps({"name": "gpu", "resource_class": "CUSTOM_GPU"})],
        )
        self.flags(group="filter_scheduler", pci_in_placement=True)
        filter_devices_and_numa(self)
        super().setUp()

    @shows("F6", "M6")
    def test_each_device_is_a_provider_and_the_one_allocated_is_given(self) -> None:
        flavor = self.flavor(pci_passthrough__alias="gpu:1")
        server = self.server(self.image(**GEN_2), flavor_id=flavor)
        allocated = self._get_allocations_by_server_uuid(server["id"])
        (provider,) = [uuid for uuid, each in allocated.items() if "CUSTOM_GPU" in each["resources"]]
        name = self._get_resource_provider_by_uuid(provider)["name"]
        (taken,) = [device for device in self.host.devices.assignable() if device.machine is not None]
        assert name.lower() == f"hv1_{taken.address}"


class GpuPartitions(Cloud):
    host_options = MappingProxyType({"hardware": Hardware(partitionable_gpus=[A16])})

    @shows("X4", "M5", "M6")
    def test_placement_counts_partitions_and_servers_get_them(self) -> None:
        uuid = self._get_provider_uuid_by_host("hv1")
        assert self._get_provider_inventory(uuid)["VGPU"]["total"] == 4
        flavor = self.flavor(resources__VGPU="1")
        server = self.server(self.image(**GEN_2), flavor_id=flavor)
        assert self._get_provider_usages(uuid)["VGPU"] == 1
        assert self.machine(server).gpus.partition() is not None
        self._delete_server(server)
        assert self._get_provider_usages(uuid)["VGPU"] == 0


class OldHostWithGpus(Cloud):
    host_options = MappingProxyType({"version": "2019", "hardware": Hardware(partitionable_gpus=[A16])})

    def test_a_release_without_partitions_offers_none(self) -> None:
        assert "VGPU" not in self._get_provider_inventory(self._get_provider_uuid_by_host("hv1"))


class NumaNodes(Cloud):
    host_options = MappingProxyType({"hardware": Hardware(16, 16_384, 2, adapters_for("HV1", 1))})

    def setUp(self) -> None:
        filter_devices_and_numa(self)
        super().setUp()

    @shows("E4")
    def test_virtual_nodes_are_scheduled_into_the_hosts(self) -> None:
        flavor = self.flavor(vcpus=4, memory_mb=2048, hw__numa_nodes="2")
        server = self.server(self.image(**GEN_2), flavor_id=flavor)
        (machine,) = self.host.numa().machines
        assert (machine.demand.nodes, machine.demand.memory_mb_per_node) == (2, 1024)
        assert server["status"] == "ACTIVE"

    def test_nodes_that_fit_nowhere_find_no_host(self) -> None:
        flavor = self.flavor(vcpus=4, memory_mb=12_288, hw__numa_nodes="1")
        server = self._create_server(
            image_uuid=self.image(), networks="none", flavor_id=flavor, expected_state="ERROR"
        )
        assert "No valid host" in server["fault"]["message"]
