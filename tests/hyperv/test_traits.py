"""What a host has, read only as far as a request depends on it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host import hardware as emulated_hardware
from openhyperv.hyperv.host import Host
from openhyperv.machine.design import design_machine
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.host_version import WINDOWS_2025
from openhyperv.machine.pci import PciAlias
from openhyperv.machine.properties import Flavor
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.machine.trait import Trait
from tests.emulated import emulated_host, target_of

from .counting import requests

IDENTITY = UUID("5d1c2f0e-6a44-4f0c-9a39-0d6a4f6f2b11")


def test_nothing_is_asked_where_nothing_matters(emulated: EmulatedHost, host: Host) -> None:
    with requests(emulated, host) as sent:
        assert host.traits(()) == HostTraits()
    assert sent == []


@pytest.mark.parametrize(
    ("trait", "count"),
    [
        (Trait.GUARDED, 1),
        (Trait.CLUSTERED, 1),
        (Trait.REMOTEFX, 1),
        (Trait.GPU_PARTITIONING, 1),
        (Trait.PCI_DEVICES, 2),
    ],
)
def test_an_ordinary_host_has_nothing_special(
    emulated: EmulatedHost, host: Host, trait: Trait, count: int
) -> None:
    with requests(emulated, host) as sent:
        assert host.traits([trait]) == HostTraits()
    assert len(sent) == count


def test_numa_nodes(emulated: EmulatedHost, host: Host) -> None:
    with requests(emulated, host) as sent:
        traits = host.traits([Trait.NUMA_NODES])
    assert len(sent) == 3
    assert traits.is_numa_spanning
    assert sum(node.memory_mb for node in traits.numa_nodes) == 65_536


def test_what_a_machine_has_already_is_free_for_it_and_comes_first(tmp_path: Path) -> None:
    pci = [
        emulated_hardware.PciDevice(vendor="10DE", product="13F2", bus=bus, revision=str(bus))
        for bus in (0x3B, 0x5E)
    ]
    hardware = emulated_hardware.Hardware(pci=pci)
    with (
        emulated_host(tmp_path, hardware=hardware, has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        first, second = (device.address for device in host.devices.all())
        host.devices.dismount(second)
        made = _with_a_gpu(host)
        host.create(made)
        host.devices.dismount(first)
        assert made.pci_devices == (second,)
        assert _with_a_gpu(host) == made
        (free,) = host.traits([Trait.PCI_DEVICES]).pci_devices
        assert free.address == first


def _with_a_gpu(host: Host) -> MachineSpec:
    return design_machine(
        MachineRequest(
            name="gpu",
            identity=IDENTITY,
            flavor=Flavor(1, 512, extra_specs={"pci_passthrough:alias": "gpu:1"}),
            host=WINDOWS_2025,
            pci_aliases=(PciAlias("gpu", "10de", "13f2"),),
            traits=host.traits([Trait.PCI_DEVICES], IDENTITY),
        )
    )
