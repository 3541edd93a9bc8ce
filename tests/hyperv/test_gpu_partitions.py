"""Partitions of GPUs, where Microsoft supports them, and an error that says what there is elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve

from openhyperv.errors import (
    ConflictError,
    HyperVError,
    InvalidInputError,
    JobError,
    NotFoundError,
    UnsupportedError,
)
from openhyperv.hyperv.gpus.settings import PARTITIONABLE_GPU
from openhyperv.hyperv.names import system_settings
from openhyperv.machine.graphics import GpuPartition, GpuShare
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.pci import MmioSpace
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import select, target_is
from tests.capabilities import shows
from tests.hyperv.counting import requests
from tests.hyperv.gpu_hosts import A16, Connect, machine_on
from tests.hyperv.specs import GEN_2, machine_spec
from tests.witness import Witness, changes

GIB = 1 << 30


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


@shows("X4")
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
        machine.gpus.add_partition(GpuPartition())
        with pytest.raises(ConflictError, match="can have one"):
            machine.gpus.add_partition(GpuPartition(vram=GpuShare(minimum=1, maximum=2, optimal=2)))
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


@shows("X4")
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


def test_a_machine_becomes_one_with_another_gpu_partition(connect: Connect, witness: Witness) -> None:
    _, host = connect("2025")
    spec = evolve(machine_spec(), gpu_partitions=(GpuPartition(gpu="A16"),))
    machine = host.create(spec)
    with witness.watching() as seen:
        machine.reconfigure(spec)
    assert changes(seen) == []
    with witness.watching() as seen:
        machine.reconfigure(evolve(spec, gpu_partitions=(GpuPartition(),)))
    assert changes(seen) == [], "one of a certain GPU is one of any"
    larger = GpuPartition(vram=GpuShare(minimum=GIB, maximum=2 * GIB, optimal=GIB))
    machine.reconfigure(evolve(spec, gpu_partitions=(larger,)))
    assert machine.gpus.partition() == larger
    machine.reconfigure(evolve(spec, gpu_partitions=()))
    assert machine.gpus.partition() is None


def test_who_watches_a_gpu_hears_when_a_machine_takes_a_partition(connect: Connect) -> None:
    _, host = connect("2025")
    machine = machine_on(host, "2025", GEN_2)
    machine.gpus.add_partition(GpuPartition())
    query = select("__InstanceModificationEvent").within(0.05).where(target_is(PARTITIONABLE_GPU))
    with host.session.subscribe(query) as subscription:
        machine.start()
        event = next(subscription.events(timeout_s=30))
    before, after = event["PreviousInstance"], event["TargetInstance"]
    assert isinstance(before, Instance)
    assert isinstance(after, Instance)
    assert (before["AvailableVRAM"], after["AvailableVRAM"]) == (16 * GIB, 12 * GIB)
