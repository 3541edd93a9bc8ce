"""What Nova and placement know of a host, and what they ask it for that."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import nova.conf
from nova import context
from nova.objects.compute_node import ComputeNode
from nova.objects.numa import NUMATopology
from oslo_serialization import jsonutils
from tests.capabilities import shows
from tests.hyperv.counting import requests

from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.nova.resources.device_specs import DeviceSpecs
from tests_openstack.nova.cloud import GEN_2, Cloud

_FOUR_NODES = Hardware(32, 131_072, 4, adapters_for("HV1", 1))


class ResourcesOfAHost(Cloud):
    host_options = MappingProxyType({"hardware": _FOUR_NODES})

    def hypervisor(self) -> dict[str, Any]:
        (found,) = self.admin_api.api_get("/os-hypervisors/detail").body["hypervisors"]
        return dict(found)

    @shows("M1", "M2", "M7", "D2")
    def test_what_operators_see(self) -> None:
        node = self.hypervisor()
        assert (node["hypervisor_type"], node["hypervisor_version"]) == ("hyperv", 10000)
        assert node["hypervisor_hostname"] == "hv1"
        own = ComputeNode.get_first_node_by_host_for_old_compat(context.get_admin_context(), "hv1")
        assert (own.vcpus, own.memory_mb) == (32, 131_072)
        assert 0 < own.disk_available_least <= own.local_gb
        info = jsonutils.loads(own.cpu_info)
        assert info["topology"] == {"sockets": 4, "cores": 8, "threads": 1}
        assert info["arch"] == "x86_64"
        assert set(info["features"]) == {"lm", "nx", "sse", "sse2"}

    @shows("M3")
    def test_nova_knows_the_numa_nodes(self) -> None:
        own = ComputeNode.get_first_node_by_host_for_old_compat(context.get_admin_context(), "hv1")
        cells = NUMATopology.obj_from_db_obj(own.numa_topology).cells
        assert [cell.memory for cell in cells] == [32_768] * 4
        assert [cell.cpuset for cell in cells] == [set(range(n, n + 8)) for n in (0, 8, 16, 24)]
        assert [cell.socket for cell in cells] == [0, 1, 2, 3]

    @shows("M6")
    def test_the_inventory_in_placement(self) -> None:
        inventory = self._get_provider_inventory(self._get_provider_uuid_by_host("hv1"))
        assert {name: each["total"] for name, each in inventory.items() if name != "DISK_GB"} == {
            "VCPU": 32,
            "MEMORY_MB": 131_072,
        }
        assert inventory["DISK_GB"]["total"] > 0

    def test_traits_are_of_the_release_and_operators_keep_theirs(self) -> None:
        uuid = self._get_provider_uuid_by_host("hv1")
        traits = set(self._get_provider_traits(uuid))
        assert {
            "CUSTOM_HYPERV_2025",
            "CUSTOM_HYPERV_SINCE_2012",
            "CUSTOM_HYPERV_SINCE_2022",
            "CUSTOM_HYPERV_GENERATION_2",
            "COMPUTE_SECURITY_UEFI_SECURE_BOOT",
            "COMPUTE_SECURITY_TPM_2_0",
            "COMPUTE_IMAGE_TYPE_VHDX",
            "COMPUTE_IMAGE_TYPE_ISO",
        } <= traits
        assert not {"CUSTOM_HYPERV_2022", "HW_CPU_HYPERTHREADING"} & traits
        self._create_trait("CUSTOM_RACK_7")
        self._create_trait("CUSTOM_HYPERV_2016")
        self._set_provider_traits(uuid, [*traits, "CUSTOM_RACK_7", "CUSTOM_HYPERV_2016"])
        self.compute.manager.rt.reportclient.clear_provider_cache()
        self._run_periodics()
        assert set(self._get_provider_traits(uuid)) == traits | {"CUSTOM_RACK_7"}

    def test_traits_tell_where_machines_can_nest(self) -> None:
        intel = Hardware(processor_manufacturer="GenuineIntel")
        amd = Hardware(processor_manufacturer="AuthenticAMD")
        nesting = {"HW_CPU_X86_VMX", "HW_CPU_X86_SVM"}
        for name, version, hardware, expected in (
            ("intel-2012", "2012R2", intel, set()),
            ("intel-2016", "2016", intel, {"HW_CPU_X86_VMX"}),
            ("amd-2019", "2019", amd, set()),
            ("amd-2022", "2022", amd, {"HW_CPU_X86_SVM"}),
        ):
            host = self.start_host(name, version=version, hardware=hardware)
            self.start_compute(name, host)
            assert set(self._get_provider_traits(self._get_provider_uuid_by_host(name))) & nesting == expected

    def test_an_idle_host_is_asked_two_things_a_minute(self) -> None:
        host = self.driver._compute.host
        with requests(self.emulated, host) as asked:
            self.compute.manager.update_available_resource(context.get_admin_context())
        assert asked == ["Enumerate", "Enumerate"]

    def test_nothing_of_this_is_asked_as_servers_come_and_go(self) -> None:
        server = self.server(self.image(**GEN_2))
        host = self.driver._compute.host
        with requests(self.emulated, host) as asked:
            self.compute.manager.rt._update_to_placement(
                context.get_admin_context(), self.compute.manager.rt.compute_nodes["hv1"], startup=False
            )
        assert not asked
        self._delete_server(server)

    def test_a_first_look_takes_six_requests_at_most(self) -> None:
        host = self.client_of(self.emulated)
        compute = self.driver._compute
        specs = DeviceSpecs.configured(nova.conf.CONF)
        readings = type(compute.readings)(host, compute.instances, specs)
        with requests(self.emulated, host) as asked:
            readings.now()
        assert asked == ["Enumerate"] * 6
