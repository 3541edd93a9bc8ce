"""The usage guide of OpenStack's Hyper-V driver, example by example, as today's Nova takes them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from tests.capabilities import shows
from tests.files.pictures import make_iso
from tests.hyperv.test_settings_shown import LINUX_TEMPLATE, Shown

from openhyperv.emulator.host.hardware import Gpu, Hardware, adapters_for
from openhyperv.hyperv.boot.entries import BootKind
from openhyperv.machine.drives import Bus, Slot
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.filters import filter_devices_and_numa

_WINDOWS = {"os_type": "windows"}
_LINUX = {"os_type": "linux"}


class _Guide(Cloud):
    microversion = "2.90"

    def shown(self, image: str, **specs: str) -> Shown:
        """What the host shows of the machine of a server that has become ACTIVE."""
        return Shown(self.host, self.machine(self.server_of(image, **specs)))

    def server_of(self, image: str, *, state: str = "ACTIVE", **specs: str) -> dict[str, Any]:
        """A server with that image and those extra specs."""
        wanted = {
            "name": "guide",
            "imageRef": image,
            "flavorRef": self.flavor(vcpus=2, memory_mb=1024, **specs),
            "networks": "none",
        }
        created = self.api.post_server({"server": wanted})
        return dict(self._wait_for_state_change(self.admin_api.get_server(created["id"]), state))

    def fault_of(self, image: str, **specs: str) -> str:
        """Why there is no such server."""
        return str(self.server_of(image, state="ERROR", **specs)["fault"]["message"])


class Images(_Guide):
    @shows("C1", "D1", "C2")
    def test_images_are_what_they_hold(self) -> None:
        for image, generation in (
            (self.image("dynamic.vhd", "vhd", img_hv_type="hyperv"), "1"),
            (self.image("dynamic.vhdx", "vhdx", img_hv_type="hyperv", **GEN_2), "2"),
            (self.image("v3.qcow2", "qcow2", **GEN_2), "2"),
        ):
            shown = self.shown(image)
            assert shown.system["VirtualSystemSubType"] == f"Microsoft:Hyper-V:SubType:{generation}"

    @shows("C9")
    def test_generation_2_of_a_vhd_is_refused_with_a_reason(self) -> None:
        fault = self.fault_of(self.image("dynamic.vhd", "vhd", **GEN_2))
        assert "VHDX" in fault
        assert "aborted" in fault
        assert not list(self.host.machines())

    @shows("C8", "D7")
    def test_an_iso_is_booted_from(self) -> None:
        image = self.register(make_iso(self.folder), "iso")
        machine = self.machine(self.server_of(image))
        (dvd,) = machine.disks.list()
        assert (dvd.is_dvd, dvd.slot) == (True, Slot(Bus.IDE, 0, 0))
        assert machine.boot.order()[0].name == "cd"

    @shows("D8")
    def test_generation_2_boots_from_its_root(self) -> None:
        first = self.machine(self.server_of(self.image(**GEN_2))).boot.order()[0]
        assert (first.kind, first.name) == (BootKind.DISK, "scsi:0:0")


class SecureBoot(_Guide):
    @shows("D3", "D4", "D5", "D6")
    def test_secure_boot_by_image_or_flavor(self) -> None:
        required = {"os_secure_boot": "required"}
        windows = self.shown(self.image(**GEN_2, **_WINDOWS, **required)).system
        assert windows["SecureBootEnabled"] is True
        linux = self.shown(self.image(**GEN_2, **_LINUX, **required)).system
        assert str(linux["SecureBootTemplateId"]).lower() == LINUX_TEMPLATE
        unset = self.image(**GEN_2, **_LINUX)
        assert self.shown(unset).system["SecureBootEnabled"] is False
        assert self.shown(unset, os__secure_boot="required").system["SecureBootEnabled"] is True

    @shows("D3")
    def test_optional_is_off_and_nova_itself_lets_no_flavor_require_it(self) -> None:
        """The guide has the flavor decide then; since Nova has Secure Boot of its own, it sees a conflict."""
        optional = self.image(**GEN_2, **_LINUX, os_secure_boot="optional")
        assert self.shown(optional).system["SecureBootEnabled"] is False
        fault = self.fault_of(optional, os__secure_boot="required")
        assert "explicitly set to required, conflicting with image" in fault

    @shows("D4")
    def test_secure_boot_of_generation_1_is_refused_with_a_reason(self) -> None:
        fault = self.fault_of(self.image(os_secure_boot="required", **_LINUX))
        assert "Secure Boot needs UEFI, which generation 1 does not have" in fault

    @shows("D9")
    def test_a_tpm_by_image_or_flavor(self) -> None:
        asked = self.server_of(self.image(**GEN_2, os_vtpm="required"))
        by_flavor = self.server_of(self.image(**GEN_2), hw__tpm_version="2.0", hw__tpm_secret_security="host")
        assert [self.machine(each).security.state().has_tpm for each in (asked, by_flavor)] == [True, True]

    @shows("D11")
    def test_shielding_needs_a_guarded_host_and_says_so(self) -> None:
        image = self.image(**GEN_2, **_WINDOWS, os_secure_boot="required", os_shielded_vm="required")
        server = self.server_of(image, state="ERROR")
        assert "img_pdk_reference" in server["fault"]["message"]


class Sizes(_Guide):
    host_options = MappingProxyType({"hardware": Hardware(16, 16_384, 2, adapters_for("HV1", 1))})

    def setUp(self) -> None:
        filter_devices_and_numa(self)
        super().setUp()

    @shows("E4", "E6")
    def test_virtual_numa(self) -> None:
        shown = self.shown(
            self.image(**GEN_2),
            hw__numa_nodes="2",
            **{"hw__numa_cpus.0": "0", "hw__numa_cpus.1": "1"},
            **{"hw__numa_mem.0": "512", "hw__numa_mem.1": "512"},
        )
        assert shown.one("Msvm_ProcessorSettingData")["MaxProcessorsPerNumaNode"] == 1
        assert shown.one("Msvm_MemorySettingData")["MaxMemoryBlocksPerNumaNode"] == 512
        assert shown.system["VirtualNumaEnabled"] is True

    @shows("E4")
    def test_nodes_of_two_sizes_are_refused_with_a_reason(self) -> None:
        fault = self.fault_of(
            self.image(),
            hw__numa_nodes="2",
            **{"hw__numa_cpus.0": "0", "hw__numa_cpus.1": "1"},
            **{"hw__numa_mem.0": "256", "hw__numa_mem.1": "768"},
        )
        assert "256, 768 MiB of memory; Hyper-V has nodes of one size only" in fault

    @shows("E2", "E3")
    def test_dynamic_memory_but_not_with_numa_or_machines_inside(self) -> None:
        for specs, is_dynamic in (
            ({"hyperv__dynamic_memory_ratio": "2.0"}, True),
            ({"hyperv__dynamic_memory_ratio": "2.0", "hw__numa_nodes": "1"}, False),
            ({"hyperv__dynamic_memory_ratio": "2.0", "hw__cpu_features": "vmx"}, False),
        ):
            memory = self.shown(self.image(**GEN_2), **specs).one("Msvm_MemorySettingData")
            assert memory["DynamicMemoryEnabled"] is is_dynamic

    @shows("E1", "E8")
    def test_machines_inside_the_machine(self) -> None:
        shown = self.shown(self.image(**GEN_2, hw_cpu_features="vmx"))
        assert shown.one("Msvm_ProcessorSettingData")["ExposeVirtualizationExtensions"] is True
        assert shown.one("Msvm_MemorySettingData")["VirtualQuantity"] == 1024

    @shows("I14")
    def test_limits_of_disks(self) -> None:
        for specs, iops in (
            ({"quota__disk_total_iops_sec": "500"}, 500),
            ({"quota__disk_total_bytes_sec": "8192000"}, 1000),
        ):
            server = self.server_of(self.image(**GEN_2), **specs)
            assert [disk.maximum_iops for disk in self.machine(server).disks.list()] == [iops]

    @shows("F7")
    def test_serial_ports(self) -> None:
        image = self.image(interactive_serial_port="2", logging_serial_port="1")
        pipes = [port["Connection"] for port in self.shown(image).all("Msvm_SerialPortSettingData")]
        assert [str(pipe).rpartition("_")[2] for (pipe,) in pipes] == ["ro", "rw"]

    @shows("E5")
    def test_pinning_is_refused_not_ignored(self) -> None:
        for name, value in (("hw__cpu_policy", "dedicated"), ("hw__mem_page_size", "large")):
            assert "No valid host was found" in self.fault_of(self.image(), **{name: value})


class RemoteFx(_Guide):
    host_options = MappingProxyType(
        {"version": "2016", "hardware": Hardware(gpus=[Gpu(name="GPU", memory_mb=4096)])}
    )

    @shows("F5")
    def test_a_remotefx_display(self) -> None:
        server = self.server_of(
            self.image(**GEN_2), os__resolution="1920x1200", os__monitors="2", os__vram="256"
        )
        display = self.machine(server).gpus.remotefx()
        assert display is not None
        assert (display.resolution.label, display.monitors, display.vram_mb) == ("1920x1200", 2, 256)
