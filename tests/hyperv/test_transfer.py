"""Machines that are exported, imported and cloned through the public API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import sleep
from uuid import UUID, uuid4

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import ConflictError, DeadlineError, JobError, NotFoundError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.checkpoints.taking import Consistency
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import IMAGE_SERVICE, service, system_settings
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.switches.finding import find_switch
from openhyperv.hyperv.transfer.exporting import ExportChoices, LiveState
from openhyperv.hyperv.transfer.findings import FindingKind, UnfitMachineError
from openhyperv.hyperv.transfer.fitting import Fit
from openhyperv.hyperv.values import texts
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.host_version import WINDOWS_2012_R2
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.violations import BrokenRuleError
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value
from openhyperv.wire.wql import select
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.specs import GIB, with_disk
from tests.hyperv.stock import SWITCH, Stock, add_switch

EXPORTS = WindowsPath.parse(r"C:\exports")


@pytest.fixture
def folder() -> WindowsPath:
    """A folder that nobody has used."""
    return EXPORTS / str(uuid4())


@pytest.fixture
def machine(host: Host, stock: Stock) -> Iterator[VirtualMachine]:
    """A machine with a disk on an image, a disc, an adapter with a static address, and a serial port."""
    created = host.create(stock.spec(f"machine-{uuid4()}"))
    yield created
    created.delete()


def _planned(emulated: EmulatedHost) -> list[str]:
    return [system.guid for system in emulated.host.systems.planned()]


@shows("J14")
def test_what_was_exported_is_the_same_machine_again(
    host: Host, emulated: EmulatedHost, folder: WindowsPath
) -> None:
    lost = host.create(with_disk("lost"))
    lost.checkpoints.take("before")
    lost.transfer.export(folder)
    summary = lost.summary()
    lost.delete()
    guid = host.imports.register(folder)
    again = host.machine(guid)
    assert guid == lost.guid
    assert (again.summary().name, again.summary().notes) == (summary.name, summary.notes)
    assert [checkpoint.name for checkpoint in again.checkpoints.list()] == ["before"]
    assert all(file.startswith(str(folder)) for file in again.disk_files())
    again.start()
    assert again.state() is MachineState.RUNNING
    assert _planned(emulated) == []
    assert host.imports.register(folder) == guid, "a second time nothing is left to do"
    again.delete()


@pytest.mark.parametrize("what", [WindowsPath.parse(r"C:\no\such\folder"), EXPORTS.parent])
def test_where_no_export_is_none_is_imported(host: Host, what: WindowsPath) -> None:
    with pytest.raises(NotFoundError):
        host.imports.register(what)


def test_an_export_overwrites_nothing(machine: VirtualMachine, folder: WindowsPath) -> None:
    machine.transfer.export(folder)
    with pytest.raises(ConflictError, match="something in that folder") as caught:
        machine.transfer.export(folder)
    assert caught.value.target == str(folder)


def test_the_original_stands_in_the_way_of_itself(
    host: Host, machine: VirtualMachine, folder: WindowsPath, emulated: EmulatedHost
) -> None:
    machine.transfer.export(folder)
    with pytest.raises(ConflictError, match="has the identifier"):
        host.imports.register(folder)
    other = host.machine(host.imports.register(folder, name="other", with_new_identifier=True))
    assert other.guid != machine.guid
    assert other.summary().name == "other"
    assert host.imports.register(folder, name="other", with_new_identifier=True) == other.guid
    assert _planned(emulated) == []
    other.delete()
    assert host.share.exists(folder), "files that are not ours stay"


@shows("J14")
def test_one_checkpoint_becomes_a_machine(host: Host, folder: WindowsPath) -> None:
    machine = host.create(with_disk("chosen"))
    machine.resize(memory_mb=1024)
    taken = machine.checkpoints.take("large")
    machine.resize(memory_mb=512)
    machine.checkpoints.export(taken, folder)
    copy = host.machine(host.imports.copy(folder, name="as it was"))
    (disk,) = copy.disk_files()
    assert host.disks.inspect(disk).parent == ""
    assert copy.checkpoints.list() == []
    copy.start()
    assert copy.summary().memory_mb == 1024
    machine.delete()
    copy.delete()


def _adapters(host: Host, machine: VirtualMachine) -> list[Instance]:
    return [
        row
        for row in host.session.query(select("Msvm_SyntheticEthernetPortSettingData"))
        if machine.guid in str(row["InstanceID"]).upper()
    ]


def _cables(host: Host, machine: VirtualMachine) -> list[Instance]:
    found = host.session.query(select("Msvm_EthernetPortAllocationSettingData"))
    return [row for row in found if machine.guid in str(row["InstanceID"]).upper()]


def _pipes(host: Host, machine: VirtualMachine) -> list[str]:
    return [
        pipe
        for row in host.session.query(select("Msvm_SerialPortSettingData"))
        if machine.guid in str(row["InstanceID"]).upper()
        for pipe in texts(row, "Connection")
        if pipe
    ]


@shows("X5")
@shows("J14")
def test_a_clone_shares_nothing_with_the_original(
    host: Host, machine: VirtualMachine, emulated: EmulatedHost
) -> None:
    clone = host.machine(machine.transfer.clone("clone"))
    shown = clone.summary()
    identity, *remarks = shown.notes.splitlines()
    assert shown.name == "clone"
    assert UUID(identity) != UUID(machine.summary().notes.splitlines()[0])
    assert remarks == machine.summary().notes.splitlines()[1:]
    (disk, _disc) = clone.disk_files()
    assert disk.startswith(rf"C:\OpenHyperV\machines\{identity}\Virtual Hard Disks")
    assert _bios_guid(host, clone) != _bios_guid(host, machine)
    assert _pipes(host, clone) == [rf"\\.\pipe\{identity}_rw"]
    (adapter,), (original,) = _adapters(host, clone), _adapters(host, machine)
    assert adapter["StaticMacAddress"] is False
    assert original["StaticMacAddress"] is True
    for each in (machine, clone):
        each.start()
    (adapter,) = _adapters(host, clone)
    assert adapter["Address"] not in ("", original["Address"])
    assert machine.transfer.clone("clone") == clone.guid, "a second time nothing is left to do"
    clone.delete()
    assert not host.share.exists(WindowsPath.parse(rf"C:\OpenHyperV\machines\{identity}"))
    assert machine.state() is MachineState.RUNNING
    assert _planned(emulated) == []


def _bios_guid(host: Host, machine: VirtualMachine) -> str:
    return str(host.session.get(system_settings(machine.guid))["BIOSGUID"]).upper()


@shows("X5")
@pytest.mark.parametrize(
    ("live_state", "state"),
    [
        (None, MachineState.OFF),
        (LiveState.CRASH_CONSISTENT, MachineState.OFF),
        (LiveState.SAVED, MachineState.SAVED),
    ],
)
def test_a_running_machine_is_cloned_and_goes_on(
    host: Host, machine: VirtualMachine, live_state: LiveState | None, state: MachineState
) -> None:
    machine.start()
    clone = host.machine(machine.transfer.clone("live", live_state))
    assert (machine.state(), clone.state()) == (MachineState.RUNNING, state)
    (address,), (original,) = _adapters(host, clone), _adapters(host, machine)
    is_same = address["Address"] == original["Address"]
    assert is_same is (live_state is LiveState.SAVED)
    assert machine.checkpoints.list() == []
    clone.start()
    clone.delete()


def test_a_clone_whose_guest_does_not_answer_is_none(host: Host, machine: VirtualMachine) -> None:
    machine.start()
    with pytest.raises(JobError, match="do not answer"):
        machine.transfer.clone("never", LiveState.APPLICATION_CONSISTENT)
    with pytest.raises(NotFoundError):
        host.machine("never")


def test_a_name_that_is_taken_is_no_clones(host: Host, machine: VirtualMachine) -> None:
    other = host.create(with_disk("taken"))
    with pytest.raises(ConflictError, match="of that name"):
        machine.transfer.clone("TAKEN")
    with pytest.raises(BrokenRuleError):
        machine.transfer.clone("")
    other.delete()


@shows("J4")
def test_what_does_not_fit_is_told_thing_by_thing_and_can_be_put_right(
    host: Host, stock: Stock, emulated: EmulatedHost, folder: WindowsPath
) -> None:
    assert stock.image, "the switch that takes the other's place"
    add_switch(host, "old")
    machine = host.create(with_disk("moving", network_adapters=(NetworkAdapter("eth0", None, "old"),)))
    machine.checkpoints.take("left behind")
    (disk,) = machine.disk_files()
    machine.transfer.export(folder, ExportChoices(with_disks=False))
    machine.delete()
    host.share.remove_tree(folder / "Snapshots")
    _remove_switch(host, "old")
    with pytest.raises(UnfitMachineError) as caught:
        host.imports.register(folder)
    found = {finding.kind: finding.subject for finding in caught.value.findings}
    assert found[FindingKind.SWITCH] == "old"
    assert found[FindingKind.DISK] == disk
    assert FindingKind.CHECKPOINT in found
    assert _planned(emulated) == []
    fit = Fit({"old": SWITCH}, {disk: str(_spare_disk(host))}, 1024, drops_missing_checkpoints=True)
    again = host.machine(host.imports.register(folder, fit=fit))
    assert again.disk_files() == [str(_SPARE)]
    assert again.checkpoints.list() == []
    again.start()
    assert again.summary().memory_mb == 1024
    assert [cable["LastKnownSwitchName"] for cable in _cables(host, again)] == [SWITCH]
    again.delete()


_SPARE = WindowsPath.parse(r"C:\spare.vhdx")


def _spare_disk(host: Host) -> WindowsPath:
    values: dict[str, Value] = {"Path": str(_SPARE), "Type": 3, "Format": 3, "MaxInternalSize": GIB}
    text = instance_to_text(Instance("Msvm_VirtualHardDiskSettingData", values), host.session.schema)
    host.session.run(IMAGE_SERVICE, "CreateVirtualHardDisk", {"VirtualDiskSettingData": text})
    return _SPARE


def _remove_switch(host: Host, name: str) -> None:
    service_path = service("Msvm_VirtualEthernetSwitchManagementService")
    host.session.run(service_path, "DestroySystem", {"AffectedSystem": find_switch(host.session, name)})


@pytest.mark.parametrize(
    "fit",
    [
        Fit(switches={"unknown": SWITCH}),
        Fit(switches={SWITCH: "unknown"}),
        Fit(disks={r"C:\unknown.vhdx": None}),
    ],
)
def test_what_cannot_be_put_right_leaves_nothing(
    host: Host, emulated: EmulatedHost, machine: VirtualMachine, folder: WindowsPath, fit: Fit
) -> None:
    machine.transfer.export(folder)
    with pytest.raises(NotFoundError) as caught:
        host.imports.copy(folder, name="unfit", fit=fit)
    assert "unknown" in str(caught.value.target)
    assert _planned(emulated) == []
    assert [listing.name for listing in host.machines() if listing.name == "unfit"] == []


@shows("J14")
def test_an_export_that_was_moved_is_copied_and_its_files_stay(
    host: Host, machine: VirtualMachine, folder: WindowsPath
) -> None:
    machine.transfer.export(folder)
    moved = folder.parent / f"{folder.name}-moved"
    host.share.rename(folder, moved)
    percents: list[int] = []
    copies = [
        host.machine(host.imports.copy(moved, name=name, on_progress=percents.append))
        for name in ("first", "second")
    ]
    assert 100 in percents
    assert len({disk for copy in copies for disk in copy.disk_files() if disk.endswith("x")}) == 2
    for copy in copies:
        copy.start()
        copy.delete()
    assert host.share.list(moved / "Virtual Hard Disks")


@shows("H14")
def test_the_disk_of_a_running_machine_is_taken_as_an_image(host: Host, folder: WindowsPath) -> None:
    machine = host.create(with_disk("serving"))
    machine.start()
    taken = machine.checkpoints.take("image", Consistency.CRASH)
    machine.checkpoints.export(taken, folder)
    machine.checkpoints.delete(taken)
    (disk,) = host.share.list(folder / "Virtual Hard Disks")
    image = host.disks.inspect(str(folder / "Virtual Hard Disks" / disk.name))
    assert (image.parent, image.size_bytes) == ("", GIB)
    assert machine.state() is MachineState.RUNNING
    assert machine.checkpoints.list() == []
    machine.delete()


@shows("J4")
def test_memory_that_the_host_does_not_have_is_told(
    host: Host, emulated: EmulatedHost, folder: WindowsPath
) -> None:
    memory_mb = emulated.options.hardware.memory_mb + 1024
    machine = host.create(with_disk("huge", memory_mb=memory_mb))
    machine.transfer.export(folder)
    machine.delete()
    with pytest.raises(UnfitMachineError) as caught:
        host.imports.register(folder)
    assert [finding.kind for finding in caught.value.findings] == [FindingKind.MEMORY]
    again = host.machine(host.imports.register(folder, fit=Fit(memory_mb=512)))
    again.start()
    again.delete()


@shows("J14")
def test_an_older_host_clones_and_imports_too(tmp_path: Path) -> None:
    with (
        emulated_host(tmp_path, has_files=True, version="2012R2") as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        machine = host.create(with_disk("old", host=WINDOWS_2012_R2))
        machine.checkpoints.take("before")
        machine.start()
        host.machine(machine.transfer.clone("twin")).start()
        machine.transfer.export(EXPORTS)
        host.machine(host.imports.copy(EXPORTS, name="third")).start()
        assert sorted(listing.name for listing in host.machines()) == ["old", "third", "twin"]


def test_a_copy_that_takes_too_long_leaves_nothing(
    host: Host, emulated: EmulatedHost, machine: VirtualMachine, folder: WindowsPath
) -> None:
    machine.transfer.export(folder)
    before = host.share.list(host.layout.machines)

    def dawdle(_percent: int) -> None:
        sleep(1.1)

    with pytest.raises(DeadlineError):
        host.imports.copy(folder, name="late", timeout_s=1, on_progress=dawdle)
    assert host.share.list(host.layout.machines) == before
    assert _planned(emulated) == []
