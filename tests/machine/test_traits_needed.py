"""Nothing is read of a host that does not matter."""

from __future__ import annotations

import pytest

from openhyperv.machine.trait import Trait, traits_needed

from .asking import asking


@pytest.mark.parametrize(
    ("release", "words", "needed"),
    [
        ("2025", "gen2 os_secure_boot=required os_type=linux quota:disk_total_iops_sec=10", set()),
        ("2025", "gen2 os_vtpm=required", set()),
        ("2025", "gen2 os_shielded_vm=required", {Trait.GUARDED}),
        ("2025", "gen2 os_vtpm=required img_pdk_reference=x", {Trait.GUARDED}),
        ("2012R2", "gen2 os_shielded_vm=required", set()),
        ("2025", "hw:cpu_features=vmx", {Trait.CLUSTERED}),
        ("2025", "hw_cpu_features=vmx hw_numa_nodes=2", {Trait.CLUSTERED, Trait.NUMA_NODES}),
        ("2012R2", "hw:cpu_features=vmx hw:numa_nodes=2", {Trait.NUMA_NODES}),
        ("2016", "os:resolution=1024x768", {Trait.REMOTEFX}),
        ("2019", "os:resolution=1024x768 resources:VGPU=1", set()),
        ("2025", "resources:VGPU=1", {Trait.GPU_PARTITIONING}),
        ("2016", "pci_passthrough:alias=gpu:1", {Trait.PCI_DEVICES}),
        ("2012R2", "pci_passthrough:alias=gpu:1", set()),
    ],
)
def test_what_a_request_depends_on(release: str, words: str, needed: set[Trait]) -> None:
    request = asking(release, words)
    assert traits_needed(request.image, request.flavor, request.host) == needed
