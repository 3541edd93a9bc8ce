"""Giving devices and parts of GPUs, broken off at each request in turn: the same call again ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.host.hardware import Gpu, Hardware, PartitionableGpu, PciDevice
from openhyperv.emulator.rules.actions import Action, ResetAfter, ResetBefore
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import TransportError
from openhyperv.hyperv.devices.assignable_device import pnp_path
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.graphics import GpuPartition, RemoteFx, Resolution
from openhyperv.machine.host_version import WINDOWS_2016, WINDOWS_2025
from openhyperv.machine.pci import MmioSpace, PciAddress
from tests.emulated import emulated_host, target_of
from tests.hyperv.specs import machine_spec
from tests.witness import Witness

DEVICE = PciDevice(vendor="10DE", product="13F2", bus=3)
AT = PciAddress.parse("0000:03:00.0")
HARDWARE = Hardware(
    pci=[DEVICE],
    gpus=[Gpu(name="GPU", memory_mb=1024)],
    partitionable_gpus=[
        PartitionableGpu(
            device=PciDevice(vendor="10DE", product="25B6", bus=59),
            memory_mb=1024,
            partition_counts=(1, 2),
        )
    ],
)
SPACE = MmioSpace(low_mb=1024, high_mb=32_768)
DISPLAY = RemoteFx(Resolution.R1024X768, 1, 64)
VERSIONS = {"2016": WINDOWS_2016, "2025": WINDOWS_2025}


@pytest.fixture(scope="module")
def witness() -> Witness:
    return Witness()


@pytest.fixture(scope="module", params=["2025"])
def place(
    tmp_path_factory: pytest.TempPathFactory, witness: Witness, request: pytest.FixtureRequest
) -> Iterator[tuple[Host, VirtualMachine]]:
    """A host of a release, and a machine on it."""
    folder: Path = tmp_path_factory.mktemp("host")
    options = {"version": request.param, "hardware": HARDWARE, "has_files": True}
    with (
        emulated_host(folder, witness, **options) as running,
        Host.connect(target_of(running)) as host,
    ):
        host.session.jobs.watch.start()
        yield host, host.create(machine_spec(host=VERSIONS[request.param]))


def break_off_everywhere(
    witness: Witness, action: Action, prepare: Callable[[], object], act: Callable[[], object]
) -> Iterator[None]:
    """Break ``act`` off at its first change, its second and so on, and repeat it; then look."""
    broken = True
    nth = 0
    while broken:
        prepare()
        rule = Rule(action=action, operation=OperationName.INVOKE, after=nth, count=1)
        with witness.misfortune(rule):
            try:
                act()
                broken = False
            except TransportError:
                act()
        yield
        nth += 1
    assert nth > 1, "nothing was broken off"


EACH_WAY = pytest.mark.parametrize("action", [ResetBefore(), ResetAfter()], ids=["before", "after"])


@EACH_WAY
def test_a_device_is_given_up_and_taken_back(
    place: tuple[Host, VirtualMachine], witness: Witness, action: Action
) -> None:
    host, _ = place
    for _ in break_off_everywhere(
        witness, action, lambda: host.devices.mount(AT), lambda: host.devices.dismount(AT)
    ):
        assert [device.is_free for device in host.devices.assignable()] == [True]
    for _ in break_off_everywhere(
        witness, action, lambda: host.devices.dismount(AT), lambda: host.devices.mount(AT)
    ):
        assert host.devices.assignable() == []
        assert host.session.get(pnp_path(DEVICE.host_path))["Status"] == "OK"


@EACH_WAY
def test_a_machine_gets_a_device_and_loses_it(
    place: tuple[Host, VirtualMachine], witness: Witness, action: Action
) -> None:
    host, machine = place
    host.devices.dismount(AT)
    for _ in break_off_everywhere(
        witness,
        action,
        lambda: machine.devices.remove(AT),
        lambda: machine.devices.add(AT, mmio=SPACE),
    ):
        assert [device.machine for device in host.devices.assignable()] == [machine.guid]

    def given() -> None:
        host.devices.dismount(AT)
        machine.devices.add(AT)

    for _ in break_off_everywhere(witness, action, given, lambda: machine.devices.remove(AT, mount=True)):
        assert host.devices.assignable() == []


@EACH_WAY
def test_a_machine_gets_a_gpu_partition_and_loses_it(
    place: tuple[Host, VirtualMachine], witness: Witness, action: Action
) -> None:
    _, machine = place
    gpus = machine.gpus
    for _ in break_off_everywhere(
        witness, action, gpus.remove_partition, lambda: gpus.add_partition(GpuPartition(), mmio=SPACE)
    ):
        assert gpus.partition() == GpuPartition()
    for _ in break_off_everywhere(
        witness, action, lambda: gpus.add_partition(GpuPartition()), gpus.remove_partition
    ):
        assert gpus.partition() is None


@EACH_WAY
@pytest.mark.parametrize("place", ["2016"], indirect=True)
def test_a_display_of_remotefx_comes_and_goes(
    place: tuple[Host, VirtualMachine], witness: Witness, action: Action
) -> None:
    _, machine = place
    gpus = machine.gpus
    for _ in break_off_everywhere(
        witness, action, gpus.disable_remotefx, lambda: gpus.enable_remotefx(DISPLAY)
    ):
        assert gpus.remotefx() == DISPLAY
    for _ in break_off_everywhere(
        witness, action, lambda: gpus.enable_remotefx(DISPLAY), gpus.disable_remotefx
    ):
        assert gpus.remotefx() is None
