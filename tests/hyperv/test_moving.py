"""Machines that are made again on another host, and disks that a machine can go back to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import UnsupportedError
from openhyperv.files.carrying import carry_file
from openhyperv.files.image_cache import cache_image
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.creation.bringing import BroughtFile
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.moving.baggage import Baggage, check_can_leave, pack
from openhyperv.hyperv.moving.kept_disks import KeptDisks
from openhyperv.hyperv.names import system_settings
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import BlankDisk, DiskFormat, FromImage
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.spec import MachineSpec
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.files.pictures import make_image
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_1, GIB, machine_spec
from tests.hyperv.stock import Stock

ELSEWHERE = Layout(WindowsPath.parse(r"C:\Elsewhere"))


@pytest.fixture
def spec(stock: Stock) -> MachineSpec:
    data = DiskRequest("eph0", BlankDisk(), size_bytes=GIB)
    return machine_spec("moving", disks=(stock.root, data))


@pytest.fixture
def machine(host: Host, spec: MachineSpec) -> Iterator[VirtualMachine]:
    created = host.create(spec)
    yield created
    created.delete()


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Another host, with its files in another folder."""
    with (
        emulated_host(tmp_path_factory.mktemp("other"), name="HV2", has_files=True) as running,
        Host.connect(target_of(running), ELSEWHERE) as connected,
    ):
        yield connected


def packed(host: Host, machine: VirtualMachine) -> Baggage:
    return pack(host.session, host.share, host.layout, machine.guid)


def firmware_guid(host: Host, machine: VirtualMachine) -> UUID:
    return UUID(str(host.session.get(system_settings(machine.guid))["BIOSGUID"]).strip("{}"))


def test_a_machine_packs_its_files_and_who_it_is(
    host: Host, emulated: EmulatedHost, machine: VirtualMachine, stock: Stock
) -> None:
    with requests(emulated, host) as names:
        baggage = packed(host, machine)
    assert [(bag.name, bag.parent) for bag in baggage.bags] == [("root", stock.image.path), ("eph0", None)]
    assert [bag.size_bytes for bag in baggage.bags] == [GIB, GIB]
    assert baggage.images == (stock.image.path,)
    assert baggage.firmware_guid == firmware_guid(host, machine)
    assert len(names) == len(("whole", "devices", "root", "eph0"))


@shows("J4", "J5")
def test_a_machine_is_made_again_of_what_it_brings(
    host: Host, machine: VirtualMachine, spec: MachineSpec, other: Host
) -> None:
    host.share.make_folder(host.layout.machine(spec.identity))
    baggage = packed(host, machine)
    (image,) = baggage.images
    parent = other.layout.images / image.name
    carry_file(host.share, image, other.share, parent)
    folder = other.layout.machine(spec.identity)
    brought = [
        BroughtFile(host.share, bag.path, folder / bag.path.name, parent if bag.parent else None)
        for bag in baggage.bags
    ]
    wanted = evolve(
        spec,
        firmware_guid=baggage.firmware_guid,
        disks=tuple(evolve(disk, size_bytes=2 * GIB) for disk in spec.disks),
    )
    arrived = other.create(wanted, brought=brought)
    assert [str(folder / f"{name}.vhdx") for name in ("root", "eph0")] == arrived.disk_files()
    root, image_there = other.disks.chain(arrived.disk_files()[0])
    assert (root.size_bytes, image_there.path) == (2 * GIB, str(parent))
    assert firmware_guid(other, arrived) == baggage.firmware_guid
    assert other.create(wanted, brought=brought).guid == arrived.guid
    arrived.start()


@shows("J6")
def test_a_vhd_that_is_larger_elsewhere_needs_its_image_no_more(
    host: Host, other: Host, tmp_path: Path
) -> None:
    image = cache_image(host.share, make_image(tmp_path, "dynamic.vhd"), host.layout.images)
    source = FromImage(str(image.path), DiskFormat.VHD, image.info.virtual_size_bytes)
    spec = machine_spec("older", GEN_1, disks=(DiskRequest("root", source),))
    machine = host.create(spec)
    (bag,) = packed(host, machine).bags
    assert bag.is_differencing_vhd
    parent = other.layout.images / image.path.name
    carry_file(host.share, image.path, other.share, parent)
    brought = [BroughtFile(host.share, bag.path, other.layout.machine(spec.identity) / "root.vhd", parent)]
    wanted = evolve(spec, disks=tuple(evolve(disk, size_bytes=GIB) for disk in spec.disks))
    (file,) = other.create(wanted, brought=brought).disk_files()
    root = other.disks.inspect(file)
    assert (root.size_bytes, root.parent) == (GIB, "")
    machine.delete()


def test_what_cannot_be_made_again_is_refused_with_its_reason(host: Host, machine: VirtualMachine) -> None:
    machine.checkpoints.take("before")
    with pytest.raises(UnsupportedError, match="has checkpoints"):
        packed(host, machine)
    (checkpoint,) = machine.checkpoints.list()
    machine.checkpoints.delete(checkpoint)
    check_can_leave(host.session, machine.guid)
    machine.security.enable_tpm()
    with pytest.raises(UnsupportedError, match="TPM is sealed"):
        check_can_leave(host.session, machine.guid)


@shows("J8")
def test_a_machine_goes_back_to_its_kept_disks(
    host: Host, machine: VirtualMachine, spec: MachineSpec
) -> None:
    folder = host.layout.machine(spec.identity)
    root, data = machine.disk_files()
    kept = KeptDisks(host.session, host.share, machine.guid, folder)
    kept.take(packed(host, machine).own_disks)
    machine.disks.grow("root.vhdx", 3 * GIB)
    machine.disks.detach("eph0.vhdx")
    host.share.remove(WindowsPath.parse(data))
    kept.put_back()
    assert [host.disks.inspect(file).size_bytes for file in (root, data)] == [GIB, GIB]
    assert machine.reconfigure(spec) == ["the disk eph0"]
    assert machine.reconfigure(spec) == []
    assert not host.share.exists(folder / "kept")
    machine.start()
    machine.turn_off()


def test_disks_that_were_kept_before_are_forgotten(
    host: Host, machine: VirtualMachine, spec: MachineSpec
) -> None:
    folder = host.layout.machine(spec.identity)
    kept = KeptDisks(host.session, host.share, machine.guid, folder)
    kept.take([WindowsPath.parse(file) for file in machine.disk_files()])
    kept.take([WindowsPath.parse(file) for file in machine.disk_files()[:1]])
    assert [each.name for each in host.share.list(folder / "kept")] == ["root.vhdx"]
    kept.drop()
    assert not any(each.is_folder for each in host.share.list(folder))
