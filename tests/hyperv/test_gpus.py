"""GPUs that machines share: RemoteFX, partitions, and errors that say what replaces what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Gpu, Hardware, PartitionableGpu, PciDevice
from openhyperv.emulator.rules.actions import MethodReturns
from openhyperv.emulator.rules.matching import Rule
from openhyperv.errors import (
    ConflictError,
    HyperVError,
    InvalidInputError,
    JobError,
    MethodError,
    NotFoundError,
    UnsupportedError,
)
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import system_settings
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.graphics import GpuPartition, GpuShare, RemoteFx, Resolution
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.host_version import (
    WINDOWS_2012_R2,
    WINDOWS_2016,
    WINDOWS_2019,
    WINDOWS_2022,
    WINDOWS_2025,
)
from openhyperv.machine.pci import MmioSpace
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_1, GEN_2, machine_spec
from tests.witness import Witness, changes

A16 = PartitionableGpu(
    device=PciDevice(vendor="10DE", product="25B6", bus=0x3B, name="Emulated A16"),
    memory_mb=16 << 10,
    partition_counts=[1, 2, 4],
)
HARDWARE = Hardware(
    gpus=[Gpu(name="Emulated GPU", memory_mb=1024), Gpu(name="Unused", memory_mb=64, is_enabled=False)],
    partitionable_gpus=[A16],
)
VERSIONS = {
    "2012R2": WINDOWS_2012_R2,
    "2016": WINDOWS_2016,
    "2019": WINDOWS_2019,
    "2022": WINDOWS_2022,
    "2025": WINDOWS_2025,
}
GIB = 1 << 30
HD = RemoteFx(Resolution.R1920X1200, monitors=2, vram_mb=256)


@pytest.fixture
def witness() -> Witness:
    return Witness()


Connect = Callable[[str], tuple[EmulatedHost, Host]]


@pytest.fixture
def connect(tmp_path: Path, witness: Witness) -> Iterator[Connect]:
    """A host of a release, with GPUs of both kinds."""
    with ExitStack() as stack:

        def connected(release: str) -> tuple[EmulatedHost, Host]:
            options = {"version": release, "hardware": HARDWARE, "has_files": True}
            running = stack.enter_context(emulated_host(tmp_path, witness, **options))
            host = stack.enter_context(Host.connect(target_of(running)))
            host.session.jobs.watch.start()
            return running, host

        yield connected


def machine_on(host: Host, release: str, generation: dict[str, str] = GEN_1) -> VirtualMachine:
    return host.create(machine_spec("machine", generation, host=VERSIONS[release]))


def displays(host: Host, machine: VirtualMachine) -> list[str]:
    """What shows the guest's picture, as the host tells it."""
    rows = host.session.associators(system_settings(machine.guid), "Msvm_VirtualSystemSettingDataComponent")
    of_displays = [row for row in rows if row.get("ResourceType") == 24]
    texts = [f"{row['ResourceSubType']} {row['Address'] or ''}" for row in of_displays]
    return sorted(text.removeprefix("Microsoft:Hyper-V:").strip() for text in texts)


@shows("M5")
@pytest.mark.parametrize("release", ["2012R2", "2016"])
def test_gpus_for_remotefx_tell_their_memory(connect: Connect, release: str) -> None:
    emulated, host = connect(release)
    assert host.gpus.has_remotefx()
    with requests(emulated, host) as sent:
        (gpu,) = host.gpus.remotefx()
    assert (gpu.name, gpu.memory_mb, gpu.free_memory_mb) == ("Emulated GPU", 1024, 1024)
    assert sent == ["Enumerate"]


@shows("F5")
@pytest.mark.parametrize(
    ("release", "display"),
    [("2012R2", RemoteFx(Resolution.R1600X1200, monitors=3)), ("2016", HD)],
)
def test_remotefx_takes_the_place_of_the_plain_display_and_gives_it_back(
    connect: Connect, release: str, display: RemoteFx
) -> None:
    emulated, host = connect(release)
    machine = machine_on(host, release)
    before = displays(host, machine)
    assert before == ["S3 Display Controller 5353,00000000,00", "Synthetic Display Controller"]
    with requests(emulated, host) as sent:
        machine.gpus.enable_remotefx(display)
    assert sent == ["Enumerate"] * 3 + ["Invoke"] * 3
    assert displays(host, machine) == [
        "S3 Display Controller 02C1,00000000,01",
        "Synthetic 3D Display Controller",
    ]
    found = machine.gpus.remotefx()
    assert found is not None
    assert (found.resolution, found.monitors) == (display.resolution, display.monitors)
    assert machine.gpus.disable_remotefx()
    assert (displays(host, machine), machine.gpus.remotefx()) == (before, None)
    assert not machine.gpus.disable_remotefx()


@shows("F5")
def test_a_remotefx_display_is_changed_in_place_and_only_where_it_differs(
    connect: Connect, witness: Witness
) -> None:
    _, host = connect("2016")
    machine = machine_on(host, "2016")
    machine.gpus.enable_remotefx(HD)
    with witness.watching() as seen:
        machine.gpus.enable_remotefx(HD)
    assert changes(seen) == []
    larger = RemoteFx(Resolution.R3840X2160, monitors=1, vram_mb=1024)
    machine.gpus.enable_remotefx(larger)
    assert machine.gpus.remotefx() == larger
    machine.start()
    (gpu,) = host.gpus.remotefx()
    assert gpu.free_memory_mb == 0


@shows("F5")
def test_generation_2_has_remotefx_on_2016(connect: Connect) -> None:
    _, host = connect("2016")
    machine = machine_on(host, "2016", GEN_2)
    machine.gpus.enable_remotefx(HD)
    assert displays(host, machine) == ["Synthetic 3D Display Controller"]


@shows("F5")
@pytest.mark.parametrize(
    ("release", "display"),
    [
        ("2012R2", RemoteFx(Resolution.R2560X1600, monitors=2)),
        ("2016", RemoteFx(Resolution.R3840X2160, monitors=2)),
        ("2016", RemoteFx(Resolution.R1024X768, vram_mb=65)),
    ],
)
def test_a_display_that_no_remotefx_makes_is_refused_before_anything_changes(
    connect: Connect, witness: Witness, release: str, display: RemoteFx
) -> None:
    _, host = connect(release)
    machine = machine_on(host, release)
    with witness.watching() as seen, pytest.raises(InvalidInputError):
        machine.gpus.enable_remotefx(display)
    assert changes(seen) == []


def test_a_host_that_refuses_remotefx_leaves_the_plain_display(connect: Connect, witness: Witness) -> None:
    _, host = connect("2016")
    machine = machine_on(host, "2016")
    before = displays(host, machine)
    refusal = Rule(action=MethodReturns(return_value=32773), method="AddResourceSettings", count=1)
    with witness.misfortune(refusal), pytest.raises(MethodError):
        machine.gpus.enable_remotefx(HD)
    assert displays(host, machine) == before


@shows("F5")
def test_generation_2_has_no_remotefx_before_2016(connect: Connect, witness: Witness) -> None:
    _, host = connect("2012R2")
    machine = machine_on(host, "2012R2", GEN_2)
    with witness.watching() as seen, pytest.raises(UnsupportedError, match="generation 2"):
        machine.gpus.enable_remotefx(RemoteFx(Resolution.R1024X768))
    assert changes(seen) == []


@shows("F5")
@pytest.mark.parametrize(
    ("release", "instead"),
    [("2019", "Discrete Device Assignment"), ("2022", "Discrete Device Assignment"), ("2025", "partition")],
)
def test_where_remotefx_is_gone_the_error_says_what_replaces_it(
    connect: Connect, witness: Witness, release: str, instead: str
) -> None:
    _, host = connect(release)
    assert (host.gpus.has_remotefx(), host.gpus.remotefx()) == (False, [])
    machine = machine_on(host, release)
    with witness.watching() as seen, pytest.raises(UnsupportedError) as caught:
        machine.gpus.enable_remotefx(HD)
    assert instead in str(caught.value.remedy)
    assert changes(seen) == []


def test_without_its_role_service_there_is_no_remotefx(tmp_path: Path) -> None:
    with (
        emulated_host(tmp_path, version="2016", has_files=True) as running,
        Host.connect(target_of(running)) as host,
    ):
        machine = machine_on(host, "2016")
        with pytest.raises(UnsupportedError, match="RDS-Virtualization"):
            machine.gpus.enable_remotefx(HD)


def test_before_2016_nobody_chooses_video_memory(connect: Connect, witness: Witness) -> None:
    _, host = connect("2012R2")
    machine = machine_on(host, "2012R2")
    with witness.watching() as seen, pytest.raises(UnsupportedError, match="video memory"):
        machine.gpus.enable_remotefx(HD)
    assert changes(seen) == []


@shows("M5")
def test_partitionable_gpus_tell_what_they_offer(connect: Connect) -> None:
    _, host = connect("2025")
    (gpu,) = host.gpus.partitionable()
    assert (gpu.label, gpu.partition_count, gpu.valid_partition_counts) == ("Emulated A16", 4, (1, 2, 4))
    assert (gpu.vram.total, gpu.vram.maximum, gpu.compute.optimal) == (16 * GIB, 4 * GIB, 25)


def test_a_gpu_is_cut_into_as_many_partitions_as_its_driver_offers(
    connect: Connect, witness: Witness
) -> None:
    _, host = connect("2025")
    assert host.gpus.partition("A16", 2).vram.maximum == 8 * GIB
    with witness.watching() as seen:
        assert host.gpus.partition("ven_10de", 2).partition_count == 2
        with pytest.raises(InvalidInputError, match="1, 2, 4"):
            host.gpus.partition("A16", 3)
        with pytest.raises(NotFoundError):
            host.gpus.partition("A40", 2)
    assert changes(seen) == []


def test_machines_have_partitions_while_they_run(connect: Connect) -> None:
    emulated, host = connect("2025")
    host.gpus.partition("A16", 1)
    first, second = (host.create(machine_spec(name)) for name in ("first", "second"))
    with requests(emulated, host) as sent:
        first.gpus.add_partition(GpuPartition(), mmio=MmioSpace(low_mb=1024, high_mb=32_768))
    assert sent == ["Enumerate", "Enumerate", "Invoke", "Invoke"]
    assert host.session.get(system_settings(first.guid))["GuestControlledCacheTypes"] is True
    second.gpus.add_partition(GpuPartition(gpu=A16.name))
    first.start()
    assert host.gpus.find("A16").vram.available == 0
    with pytest.raises(JobError, match="GPU partition"):
        second.start()
    with pytest.raises(ConflictError, match="Turn them off"):
        host.gpus.partition("A16", 4)
    with pytest.raises(ConflictError):
        first.gpus.remove_partition()
    first.turn_off()
    second.start()
    second.turn_off()
    assert first.gpus.remove_partition()
    assert not first.gpus.remove_partition()


def test_a_partition_is_added_once_as_it_was_asked_for(connect: Connect, witness: Witness) -> None:
    _, host = connect("2025")
    machine = machine_on(host, "2025", GEN_2)
    share = GpuShare(minimum=GIB, maximum=4 * GIB, optimal=2 * GIB)
    wanted = GpuPartition(gpu=A16.name, vram=share, compute=GpuShare(minimum=1, maximum=25, optimal=20))
    machine.gpus.add_partition(wanted)
    assert machine.gpus.partition() == wanted
    with witness.watching() as seen:
        machine.gpus.add_partition(wanted)
        with pytest.raises(ConflictError, match="can have one"):
            machine.gpus.add_partition(GpuPartition())
    assert changes(seen) == []


@pytest.mark.parametrize(
    ("release", "instead"),
    [
        ("2012R2", "RemoteFX"),
        ("2016", "RemoteFX"),
        ("2019", "Discrete Device Assignment"),
        ("2022", "Discrete Device Assignment"),
    ],
)
def test_before_2025_the_error_says_what_shares_a_gpu(
    connect: Connect, witness: Witness, release: str, instead: str
) -> None:
    _, host = connect(release)
    machine = machine_on(host, release)
    acts: list[Callable[[], object]] = [
        lambda: machine.gpus.add_partition(GpuPartition()),
        lambda: host.gpus.partition("A16", 2),
    ]
    for act in acts:
        with witness.watching() as seen, pytest.raises(UnsupportedError) as caught:
            act()
        assert instead in str(caught.value.remedy)
        assert changes(seen) == []


def test_a_gpu_in_use_is_not_given_away_whole(connect: Connect) -> None:
    _, host = connect("2025")
    machine = machine_on(host, "2025", GEN_2)
    machine.gpus.add_partition(GpuPartition())
    machine.start()
    (device,) = host.devices.all()
    with pytest.raises(HyperVError) as caught:
        host.devices.dismount(device.address)
    assert caught.value.code == 32774


@shows("F5")
@pytest.mark.parametrize(("release", "generation"), [("2012R2", GEN_1), ("2016", GEN_1), ("2016", GEN_2)])
def test_a_machine_is_created_with_a_remotefx_display(
    connect: Connect, release: str, generation: dict[str, str]
) -> None:
    emulated, host = connect(release)
    spec = machine_spec(
        "machine",
        generation,
        host=VERSIONS[release],
        extra_specs={"os:resolution": "1600x1200", "os:monitors": "3"},
        traits=HostTraits(has_remotefx=host.gpus.has_remotefx()),
    )
    with requests(emulated, host) as sent:
        machine = host.create(spec)
    assert sent.count("Invoke") == 6, (
        "DefineSystem, four as for any machine, and the plain display makes room"
    )
    assert machine.gpus.remotefx() == RemoteFx(Resolution.R1600X1200, 3, 64 if release == "2016" else None)
    assert "Synthetic Display Controller" not in displays(host, machine)


def test_a_machine_is_created_with_a_gpu_partition(connect: Connect) -> None:
    emulated, host = connect("2025")
    spec = machine_spec(
        extra_specs={"resources:VGPU": "1", "hyperv:gpu": "A16", "hyperv:gpu_vram_mb": "2048"},
        traits=HostTraits(is_gpu_partitioning_available=True),
    )
    with requests(emulated, host) as sent:
        machine = host.create(spec)
    assert sent.count("Invoke") == 5, "DefineSystem, and four as for any machine"
    found = machine.gpus.partition()
    assert found is not None
    assert (found.gpu, found.vram) == (A16.name, GpuShare(2 * GIB, 2 * GIB, 2 * GIB))


@shows("F5")
@pytest.mark.parametrize("release", ["2012R2", "2016"])
def test_a_resize_away_from_remotefx_restores_the_plain_display(connect: Connect, release: str) -> None:
    _, host = connect(release)
    plain = machine_spec("machine", GEN_1, host=VERSIONS[release])
    machine = host.create(plain)
    before = displays(host, machine)
    with_remotefx = evolve(plain, graphics=RemoteFx(Resolution.R1024X768, 2))
    assert "the display" in machine.reconfigure(with_remotefx)
    machine.reconfigure(evolve(plain, graphics=RemoteFx(Resolution.R1280X1024, 4)))
    found = machine.gpus.remotefx()
    assert found is not None
    assert (found.resolution, found.monitors) == (Resolution.R1280X1024, 4)
    machine.reconfigure(plain)
    assert (displays(host, machine), machine.gpus.remotefx()) == (before, None)
    assert machine.reconfigure(plain) == []


def test_a_machine_becomes_one_with_another_gpu_partition(connect: Connect, witness: Witness) -> None:
    _, host = connect("2025")
    spec = evolve(machine_spec(), gpu_partitions=(GpuPartition(gpu="A16"),))
    machine = host.create(spec)
    with witness.watching() as seen:
        machine.reconfigure(spec)
    assert changes(seen) == []
    machine.reconfigure(evolve(spec, gpu_partitions=(GpuPartition(),)))
    assert machine.gpus.partition() == GpuPartition()
    machine.reconfigure(evolve(spec, gpu_partitions=()))
    assert machine.gpus.partition() is None
