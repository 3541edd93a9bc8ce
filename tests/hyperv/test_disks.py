"""Disks and DVDs of machines that exist: which come and go, when, and what it takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import Action, ResetAfter, ResetBefore
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import (
    ConflictError,
    ConnectionLostError,
    HyperVError,
    InvalidInputError,
    NotFoundError,
)
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.disk_files import DiskType
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import BlankDisk, Bus, DiskFormat, ExistingDisk, FromImage, Slot
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.violations import BrokenRuleError
from openhyperv.machine.violations import Rule as MachineRule
from tests.capabilities import shows
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_1, GEN_2, GIB, machine_spec
from tests.hyperv.stock import Stock
from tests.witness import Witness, changes

FOLDER = WindowsPath.parse(r"C:\disks")


@pytest.fixture(params=[GEN_1, GEN_2], ids=["gen1", "gen2"])
def machine(host: Host, request: pytest.FixtureRequest) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("drives", request.param))
    yield created
    created.delete()


@pytest.fixture
def first(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("first", GEN_1))
    yield created
    created.delete()


@pytest.fixture
def second(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("second", GEN_2))
    yield created
    created.delete()


@pytest.fixture
def files(host: Host) -> Iterator[list[str]]:
    """Three disks on the host that nobody has."""
    host.share.make_folder(FOLDER)
    paths = [str(FOLDER / f"data{number}.vhdx") for number in range(3)]
    for path in paths:
        host.disks.create(path, size_bytes=GIB)
    yield paths
    for path in paths:
        host.share.remove(WindowsPath.parse(path))


def existing(path: str, bus: Bus | None = None) -> DiskRequest:
    return DiskRequest("", ExistingDisk(path, DiskFormat.VHDX), bus=bus)


def blank(name: str = "more", size_bytes: int = GIB) -> DiskRequest:
    return DiskRequest(name, BlankDisk(), size_bytes=size_bytes)


@pytest.mark.parametrize("is_running", [False, True], ids=["off", "running"])
def test_a_disk_comes_and_goes(machine: VirtualMachine, files: list[str], is_running: bool) -> None:
    if is_running:
        machine.start()
    drive = machine.disks.attach(existing(files[0]))
    assert (drive.slot, drive.file) == (Slot(Bus.SCSI, 0, 0), files[0])
    assert machine.disks.list() == [drive]
    assert machine.disks.detach(files[0].rpartition("\\")[2].upper()) == drive
    assert machine.disks.list() == []


@shows("C14")
def test_a_new_disk_is_in_the_folder_of_the_machine_and_goes_with_it(host: Host) -> None:
    spec = machine_spec("owner")
    machine = host.create(spec)
    drive = machine.disks.attach(blank("eph0", 2 * GIB))
    folder = host.layout.machine(spec.identity)
    assert drive.file == str(folder / "eph0.vhdx")
    made = host.disks.inspect(drive.file)
    assert (made.type, made.size_bytes) == (DiskType.DYNAMIC, 2 * GIB)
    machine.delete()
    assert not host.share.exists(folder)


@shows("C4")
def test_a_new_disk_builds_on_an_image(host: Host, stock: Stock, second: VirtualMachine) -> None:
    source = FromImage(str(stock.image.path), DiskFormat.VHDX, stock.image.info.virtual_size_bytes)
    drive = second.disks.attach(DiskRequest("clone", source, size_bytes=2 * GIB))
    assert drive.file is not None
    made, image = host.disks.chain(drive.file)
    assert (made.type, made.size_bytes) == (DiskType.DIFFERENCING, 2 * GIB)
    assert image.path.lower() == str(stock.image.path).lower()


@shows("C6")
def test_a_larger_disk_of_a_vhd_image_is_a_copy(host: Host, first: VirtualMachine) -> None:
    """A differencing VHD cannot grow; without another size it does build on the image."""
    host.share.make_folder(FOLDER)
    image = str(FOLDER / "image.vhd")
    if not host.share.exists(WindowsPath.parse(image)):
        host.disks.create(image, size_bytes=GIB)
    source = FromImage(image, DiskFormat.VHD, GIB)
    larger = first.disks.attach(DiskRequest("larger", source, size_bytes=2 * GIB))
    same = first.disks.attach(DiskRequest("same", source))
    made = [host.disks.inspect(drive.file or "") for drive in (larger, same)]
    assert [(disk.type, disk.size_bytes) for disk in made] == [
        (DiskType.DYNAMIC, 2 * GIB),
        (DiskType.DIFFERENCING, GIB),
    ]
    assert [disk.parent for disk in made] == ["", image]


@pytest.mark.parametrize("action", [ResetBefore(), ResetAfter()], ids=["before", "after"])
@pytest.mark.parametrize(
    ("method", "nth"),
    [
        ("ConvertVirtualHardDisk", 1),
        ("ResizeVirtualHardDisk", 1),
        ("CreateVirtualHardDisk", 1),
        ("AddResourceSettings", 1),
        ("AddResourceSettings", 2),
    ],
)
def test_a_run_that_broke_off_is_finished_by_the_next(
    host: Host, first: VirtualMachine, witness: Witness, method: str, nth: int, action: Action
) -> None:
    """Whether the host had done it or not, there is one disk in the end, on the controller asked for."""
    host.share.make_folder(FOLDER)
    image = str(FOLDER / "image.vhd")
    if not host.share.exists(WindowsPath.parse(image)):
        host.disks.create(image, size_bytes=GIB)
    is_copy = "Create" not in method
    source = FromImage(image, DiskFormat.VHD, GIB) if is_copy else BlankDisk()
    wanted, slot = DiskRequest("more", source, size_bytes=2 * GIB), Slot(Bus.SCSI, 1, 3)
    rule = Rule(action=action, operation=OperationName.INVOKE, method=method, after=nth - 1, count=1)
    with witness.misfortune(rule), pytest.raises(ConnectionLostError):
        first.disks.attach(wanted, slot=slot)
    first.disks.attach(wanted, slot=slot)
    (drive,) = first.disks.list()
    assert drive.slot == slot
    assert host.disks.inspect(drive.file or "").size_bytes == 2 * GIB


@shows("C10")
def test_a_second_run_of_the_same_attach_changes_nothing(
    second: VirtualMachine, files: list[str], witness: Witness
) -> None:
    wanted = (existing(files[0]), blank())
    drives = [second.disks.attach(each) for each in wanted]
    with witness.watching() as seen:
        assert [second.disks.attach(each) for each in wanted] == drives
    assert changes(seen) == []
    with pytest.raises(ConflictError, match="already, at scsi:0:0"):
        second.disks.attach(existing(files[0]), slot=Slot(Bus.SCSI, 0, 5))


def test_a_file_that_a_broken_run_left_is_taken_if_it_is_as_asked(host: Host, second: VirtualMachine) -> None:
    drive = second.disks.attach(blank())
    second.disks.detach(drive.slot)
    assert second.disks.attach(blank()) == drive
    second.disks.detach(drive.slot)
    with pytest.raises(HyperVError, match="exists"):
        second.disks.attach(blank(size_bytes=2 * GIB))
    assert second.disks.list() == []
    assert drive.file is not None
    assert host.disks.inspect(drive.file).size_bytes == GIB


@shows("F1", "F2")
def test_four_controllers_of_64_places(second: VirtualMachine, files: list[str]) -> None:
    """The fourth comes with the disk that asks for it, and the machine has to be off for that."""
    far = Slot(Bus.SCSI, 3, 63)
    assert second.disks.attach(existing(files[0]), slot=far).slot == far
    assert second.disks.attach(existing(files[1])).slot == Slot(Bus.SCSI, 0, 0)
    assert [drive.slot for drive in second.disks.list()] == [Slot(Bus.SCSI, 0, 0), far]
    second.start()
    assert second.disks.attach(existing(files[2]), slot=Slot(Bus.SCSI, 3, 62)).file == files[2]


def test_a_controller_is_not_added_while_the_machine_runs(
    second: VirtualMachine, files: list[str], witness: Witness
) -> None:
    second.start()
    with witness.watching() as seen, pytest.raises(ConflictError) as caught:
        second.disks.attach(existing(files[0]), slot=Slot(Bus.SCSI, 1, 0))
    assert "SCSI controllers come only while a machine is off. This machine is running." in str(caught.value)
    assert caught.value.target == second.guid
    assert changes(seen) == []


@shows("F2")
@pytest.mark.parametrize(
    ("slot", "rule"),
    [
        (Slot(Bus.SCSI, 4, 0), MachineRule.DISK_SLOTS),
        (Slot(Bus.SCSI, 0, 64), MachineRule.DISK_SLOTS),
        (Slot(Bus.IDE, 0, 0), MachineRule.DISK_BUS),
    ],
    ids=["controller", "location", "ide"],
)
def test_places_that_no_generation_2_has(
    second: VirtualMachine, files: list[str], witness: Witness, slot: Slot, rule: MachineRule
) -> None:
    with witness.watching() as seen, pytest.raises(BrokenRuleError) as caught:
        second.disks.attach(existing(files[0]), slot=slot)
    assert caught.value.rule is rule
    assert changes(seen) == []


@shows("F2")
def test_ide_has_four_places_and_is_changed_while_off(
    host: Host, first: VirtualMachine, files: list[str], witness: Witness
) -> None:
    for location in range(2):
        slot = Slot(Bus.IDE, 0, location)
        assert first.disks.attach(existing(files[location], Bus.IDE)).slot == slot
    for location in range(2):
        assert first.disks.attach_dvd(slot=Slot(Bus.IDE, 1, location)).slot == Slot(Bus.IDE, 1, location)
    with pytest.raises(BrokenRuleError, match="All 4 IDE slots"):
        first.disks.attach(existing(files[2], Bus.IDE))
    first.start()
    acts = (
        lambda: first.disks.detach(files[0]),
        lambda: first.disks.detach(Slot(Bus.IDE, 1, 0)),
        lambda: first.disks.grow(files[0], 2 * GIB),
    )
    for act in acts:
        with witness.watching() as seen, pytest.raises(ConflictError, match="only while") as caught:
            act()
        assert caught.value.remedy == "Shut the machine down first."
        assert changes(seen) == []
    first.turn_off()
    first.disks.grow(files[0], 2 * GIB)
    assert host.disks.inspect(files[0]).size_bytes == 2 * GIB


def test_ide_disks_are_not_added_to_a_running_machine(
    first: VirtualMachine, files: list[str], witness: Witness
) -> None:
    first.start()
    for act in (lambda: first.disks.attach(existing(files[0], Bus.IDE)), first.disks.attach_dvd):
        with witness.watching() as seen, pytest.raises(ConflictError, match="IDE drives come and go"):
            act()
        assert changes(seen) == []


def test_a_place_that_is_taken(second: VirtualMachine, files: list[str]) -> None:
    second.disks.attach(existing(files[0]), slot=Slot(Bus.SCSI, 0, 7))
    with pytest.raises(ConflictError, match=r"data0\.vhdx") as caught:
        second.disks.attach(existing(files[1]), slot=Slot(Bus.SCSI, 0, 7))
    assert caught.value.target == "scsi:0:7"


def test_what_cannot_be_attached_is_told_before_the_machine_has_it(second: VirtualMachine) -> None:
    with pytest.raises(NotFoundError):
        second.disks.attach(existing(r"C:\disks\nowhere.vhdx"))
    vhd = DiskRequest("", ExistingDisk(r"C:\disks\old.vhd", DiskFormat.VHD))
    with pytest.raises(BrokenRuleError, match="Generation 2 needs disks in VHDX"):
        second.disks.attach(vhd)
    with pytest.raises(BrokenRuleError, match="A new disk needs a size"):
        second.disks.attach(DiskRequest("more", BlankDisk()))
    with pytest.raises(BrokenRuleError, match="can have"):
        second.disks.attach(blank(size_bytes=65 * 1024 * GIB))
    assert second.disks.list() == []


def test_a_machine_of_somebody_else_gets_no_new_files(host: Host, files: list[str]) -> None:
    """Its folder is not ours to fill; what is on the host can be attached all the same."""
    owner = host.create(machine_spec("somebody"))
    elsewhere = Host(host.session, host.share)
    elsewhere.layout = type(host.layout)(FOLDER)
    stranger = elsewhere.machine(owner.guid)
    with pytest.raises(InvalidInputError, match="no folder of its own") as caught:
        stranger.disks.attach(blank())
    assert caught.value.remedy
    assert stranger.disks.attach(existing(files[0])).file == files[0]
    owner.delete()


def test_a_running_disk_grows_and_never_shrinks(
    host: Host, machine: VirtualMachine, files: list[str], witness: Witness
) -> None:
    machine.disks.attach(existing(files[0]))
    machine.start()
    progress: list[int] = []
    machine.disks.grow(files[0], 2 * GIB, on_progress=progress.append)
    assert host.disks.inspect(files[0]).size_bytes == 2 * GIB
    assert progress == sorted(progress)
    with witness.watching() as seen:
        machine.disks.grow(files[0], 2 * GIB)
        with pytest.raises(ConflictError, match="not made smaller"):
            machine.disks.grow(files[0], GIB)
        with pytest.raises(BrokenRuleError):
            machine.disks.grow(files[0], 65 * 1024 * GIB)
        with pytest.raises(NotFoundError):
            machine.disks.grow("another.vhdx", 2 * GIB)
    assert changes(seen) == []


def test_a_running_vhd_does_not_grow(host: Host, first: VirtualMachine, witness: Witness) -> None:
    host.share.make_folder(FOLDER)
    path = str(FOLDER / "old.vhd")
    host.disks.create(path, size_bytes=GIB)
    first.disks.attach(DiskRequest("", ExistingDisk(path, DiskFormat.VHD)))
    first.start()
    with witness.watching() as seen, pytest.raises(ConflictError, match="VHD format grows only while"):
        first.disks.grow(path, 2 * GIB)
    assert changes(seen) == []
    first.turn_off()
    first.disks.grow(path, 2 * GIB)
    assert host.disks.inspect(path).size_bytes == 2 * GIB


@shows("I14")
def test_bounds_are_set_while_it_runs_and_cleared(
    second: VirtualMachine, files: list[str], witness: Witness
) -> None:
    second.disks.attach(existing(files[0]))
    second.start()
    second.disks.limit(files[0], maximum_iops=500, minimum_iops=100)
    (drive,) = second.disks.list()
    assert (drive.maximum_iops, drive.minimum_iops) == (500, 100)
    with witness.watching() as seen:
        second.disks.limit(files[0], maximum_iops=500, minimum_iops=100)
        for maximum, minimum in ((100, 200), (-1, 0)):
            with pytest.raises(BrokenRuleError) as caught:
                second.disks.limit(files[0], maximum_iops=maximum, minimum_iops=minimum)
            assert caught.value.rule is MachineRule.DISK_LIMIT
    assert changes(seen) == []
    second.disks.limit(files[0])
    (drive,) = second.disks.list()
    assert (drive.maximum_iops, drive.minimum_iops) == (0, 0)


def test_discs_come_and_go_while_it_runs(machine: VirtualMachine, stock: Stock, witness: Witness) -> None:
    iso = str(stock.iso.path)
    with pytest.raises(NotFoundError, match="no DVD drive"):
        machine.disks.insert(iso)
    drive = machine.disks.attach_dvd()
    assert drive.is_dvd
    assert drive.file is None
    machine.start()
    machine.disks.insert(iso)
    assert [(each.slot, each.file) for each in machine.disks.list()] == [(drive.slot, iso)]
    with witness.watching() as seen:
        machine.disks.insert(iso)
    assert changes(seen) == []
    machine.disks.eject()
    assert [each.file for each in machine.disks.list()] == [None]
    with witness.watching() as seen:
        machine.disks.eject()
    assert changes(seen) == []


def test_of_several_dvd_drives_one_has_to_be_named(machine: VirtualMachine, stock: Stock) -> None:
    slots = [machine.disks.attach_dvd().slot for _ in range(2)]
    with pytest.raises(ConflictError, match="several DVD drives") as caught:
        machine.disks.insert(str(stock.iso.path))
    assert caught.value.remedy == "Name the slot."
    machine.disks.insert(str(stock.iso.path), slot=slots[1])
    assert [drive.file for drive in machine.disks.list()].count(str(stock.iso.path)) == 1


def test_a_machine_that_is_not_there(host: Host, files: list[str]) -> None:
    nobody = host.machine("00000000-0000-0000-0000-000000000001")
    for act in (nobody.disks.list, lambda: nobody.disks.attach(existing(files[0]))):
        with pytest.raises(NotFoundError):
            act()


def test_how_many_requests_it_takes(
    emulated: EmulatedHost, host: Host, second: VirtualMachine, files: list[str], stock: Stock
) -> None:
    """One looks at the machine, one at what comes; drive and medium go together."""
    disks = second.disks
    for act, expected in (
        (disks.list, ["Enumerate"]),
        (lambda: disks.attach(existing(files[0])), ["Enumerate", "Invoke", "Invoke"]),
        (lambda: disks.attach(blank()), ["Enumerate", "Get", "Invoke", "Invoke"]),
        (disks.attach_dvd, ["Enumerate", "Invoke"]),
        (lambda: disks.insert(str(stock.iso.path)), ["Enumerate", "Invoke"]),
        (disks.eject, ["Enumerate", "Invoke"]),
        (lambda: disks.limit(files[0], maximum_iops=10), ["Enumerate", "Invoke"]),
        (lambda: disks.grow(files[0], 2 * GIB), ["Enumerate", "Invoke", "Invoke"]),
        (lambda: disks.detach(files[0]), ["Enumerate", "Invoke"]),
    ):
        with requests(emulated, host) as asked:
            act()
        assert asked == expected
