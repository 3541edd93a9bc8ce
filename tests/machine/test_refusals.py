"""Nothing that is asked for is ignored in silence."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.errors import MachineRuleError, UnsupportedError
from openhyperv.machine.design import design_machine
from openhyperv.machine.drives import BlankDisk, Bus, DiskFormat, ExistingDisk, FromImage
from openhyperv.machine.host_version import HostVersion
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.request import DiskRequest, DvdRequest, MachineRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.machine.violations import BrokenRuleError, Rule

from .requests import IDENTITY, request


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kernel_id", "9a39"),
        ("hw_cpu_policy", "dedicated"),
        ("hw_mem_page_size", "large"),
        ("hw_mem_encryption", "true"),
        ("hw_firmware_stateless", "true"),
        ("hw_something_new", "1"),
    ],
)
def test_image_properties_that_are_refused(name: str, value: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        design_machine(request({name: value}))
    assert caught.value.target == name
    assert f"{name}={value}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hw:cpu_policy", "dedicated"),
        ("hw:mem_page_size", "1GB"),
        ("hw:serial_port_count", "4"),
        ("hw:tpm_model", "tpm-spapr"),
        ("hw:cpu_dedicated_mask", "0-1"),
        ("quota:disk_read_iops_sec", "100"),
        ("os:secure_boots", "required"),
        ("hyperv:dynamic_memory", "2"),
        ("quota:cpu_shares", "10"),
        ("accel:device_profile", "fpga"),
    ],
)
def test_extra_specs_that_are_refused(name: str, value: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        design_machine(request(extra_specs={name: value}))
    assert caught.value.target == name


@pytest.mark.parametrize(
    "image",
    [
        {"os_distro": "debian", "os_version": "12", "min_ram": "512", "owner_specified.openstack.md5": "x"},
        {"hw_qemu_guest_agent": "yes", "hw_rng_model": "virtio", "hw_vif_model": "virtio"},
        {"os_shielded_vm": "disabled", "os_vtpm": "optional", "hw_cpu_policy": "shared"},
        {"hypervisor_type": "hyperv", "os_type": "bsd"},
    ],
)
def test_image_properties_that_are_left_alone(image: dict[str, str]) -> None:
    assert design_machine(request(image)) == design_machine(request())


@pytest.mark.parametrize(
    "extra_specs",
    [
        {"trait:HW_CPU_X86_AVX": "required", "resources:VCPU": "0", "hw_rng:allowed": "true"},
        {"aggregate_instance_extra_specs:ssd": "true", "capabilities:x": "y"},
        {"hw:cpu_policy": "shared", "hw:serial_port_count": "2", "hw:boot_menu": "true"},
    ],
)
def test_extra_specs_that_are_left_alone(extra_specs: dict[str, str]) -> None:
    assert design_machine(request(extra_specs=extra_specs)) == design_machine(request())


def test_properties_are_texts() -> None:
    not_texts: Any = {"hw_machine_type": None}
    with pytest.raises(BrokenRuleError) as caught:
        ImageProperties(not_texts)
    assert caught.value.rule is Rule.PROPERTY_TEXT
    with pytest.raises(BrokenRuleError):
        Flavor(1, 512, extra_specs={"os:secure_boot": not_texts})


def test_a_request_cannot_be_changed_from_outside() -> None:
    given_properties = {"hw_machine_type": "hyperv-gen1"}
    image = ImageProperties(given_properties)
    given_properties["hw_machine_type"] = "hyperv-gen2"
    assert image.get("hw_machine_type") == "hyperv-gen1"


_NAMES = st.sampled_from(
    [
        "hw_machine_type",
        "hw_firmware_type",
        "os_secure_boot",
        "os_type",
        "architecture",
        "hypervisor_version_requires",
        "interactive_serial_port",
        "logging_serial_port",
        "hw_disk_bus",
        "hw_cdrom_bus",
        "hw_cpu_policy",
        "hw_cpu_features",
        "hw_numa_nodes",
        "hw_numa_cpus.0",
        "hw_numa_mem.0",
        "os_vtpm",
        "os_shielded_vm",
        "img_pdk_reference",
    ]
)
_KNOWN_VALUES = ("hyperv-gen1", "hyperv-gen2", "bios", "uefi", "required", "windows", "linux", "ide", "scsi")
_VALUES = st.sampled_from(
    [
        *_KNOWN_VALUES,
        "0",
        "1",
        "2",
        "256",
        "1024",
        "0-1",
        "vmx",
        "2.0",
        ">=6.3",
        "x86_64",
        "i686",
        "",
        "\x00",
        "\ud800",
    ]
)
_IMAGE = st.dictionaries(_NAMES | st.text(max_size=8), _VALUES | st.text(max_size=8), max_size=6)
_SPEC_NAMES = st.sampled_from(
    [
        "os:secure_boot",
        "hw:x",
        "hw:numa_nodes",
        "hw:numa_cpus.0",
        "hw:numa_cpus.1",
        "hw:numa_mem.0",
        "hw:numa_mem.1",
        "hw:cpu_features",
        "hw:tpm_version",
        "quota:disk_total_iops_sec",
        "quota:disk_total_bytes_sec",
        "os:resolution",
        "os:monitors",
        "os:vram",
        "resources:VGPU",
        "pci_passthrough:alias",
        "hyperv:dynamic_memory_ratio",
        "hyperv:minimum_memory_mb",
        "hyperv:startup_memory_mb",
        "hyperv:memory_weight",
        "hyperv:stop_action",
        "hyperv:checkpoints",
        "hyperv:low_mmio_mb",
    ]
)
_EXTRA_SPECS = st.dictionaries(_SPEC_NAMES | st.text(max_size=8), _VALUES)
_SIZES = st.none() | st.integers(-(2**50), 2**60) | st.integers(0, 8).map(lambda n: n * 2**30)
_SOURCES = (
    st.builds(FromImage, st.text(max_size=4), st.sampled_from(DiskFormat), st.integers(-1, 2**50))
    | st.builds(ExistingDisk, st.text(max_size=4), st.sampled_from(DiskFormat))
    | st.builds(BlankDisk, st.sampled_from(DiskFormat))
)
_DRIVE_NAMES = st.text(max_size=3)
_INDEXES = st.none() | st.integers(-2, 5)
_DISKS = st.builds(DiskRequest, _DRIVE_NAMES, _SOURCES, st.none() | st.sampled_from(Bus), _SIZES, _INDEXES)
_DVDS = st.builds(DvdRequest, _DRIVE_NAMES, st.none() | st.text(max_size=4), _INDEXES)
_ADAPTERS = st.builds(
    NetworkAdapter,
    st.text(max_size=4),
    st.none() | st.text("0123456789abcdef:", max_size=17),
    st.none() | st.text(max_size=4),
    st.none() | st.integers(-1, 5000),
)
_REQUESTS = st.builds(
    MachineRequest,
    name=st.text(max_size=110),
    identity=st.just(IDENTITY),
    flavor=st.builds(
        Flavor, st.integers(-1, 3000), st.integers(0, 2**30), st.integers(-1, 100), _EXTRA_SPECS
    ),
    host=st.builds(HostVersion, st.integers(5, 11), st.integers(0, 4), st.integers(0, 30000)),
    image=st.builds(ImageProperties, _IMAGE),
    disks=st.lists(_DISKS, max_size=6).map(tuple),
    dvds=st.lists(_DVDS, max_size=6).map(tuple),
    network_adapters=st.lists(_ADAPTERS, max_size=10).map(tuple),
    notes=st.text(max_size=10),
    metadata=st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3),
)


@given(_REQUESTS)
def test_every_request_gives_a_machine_or_a_named_refusal(wanted: MachineRequest) -> None:
    with suppress(MachineRuleError, UnsupportedError):
        check_consistent(design_machine(wanted))


@given(_IMAGE, _EXTRA_SPECS)
def test_every_set_of_properties_gives_a_machine_or_a_named_refusal(
    image: dict[str, str], extra_specs: dict[str, str]
) -> None:
    with suppress(MachineRuleError, UnsupportedError):
        check_consistent(design_machine(request(image, extra_specs)))


def check_consistent(spec: MachineSpec) -> None:
    slots = [drive.slot for drive in spec.drives]
    assert len(set(slots)) == len(slots)
    assert [port.mode.value for port in spec.serial_ports].count("read-write") == 1
    assert spec.memory.minimum_mb <= spec.memory.startup_mb <= spec.memory.maximum_mb
    if spec.numa is not None:
        assert spec.numa.nodes * spec.numa.vcpus_per_node == spec.processors.count
        assert spec.numa.nodes * spec.numa.memory_mb_per_node == spec.memory.maximum_mb
        assert not spec.memory.is_dynamic
    if spec.generation == 1:
        assert spec.secure_boot is None
        assert spec.security is None
    else:
        assert all(slot.bus is Bus.SCSI for slot in slots)
        assert all(disk.source.format is DiskFormat.VHDX for disk in spec.disks)
