"""The life of a machine through the public API, on a host that remembers what it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import AnswersByJob
from openhyperv.emulator.rules.matching import Rule
from openhyperv.errors import ConflictError, InvalidInputError, JobError, MethodError, NotFoundError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.disk_files import DiskType
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import BlankDisk, DiskFormat, ExistingDisk, FromImage
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.spec import MachineSpec
from tests.capabilities import shows
from tests.hyperv.specs import GEN_1, GEN_2, GIB, machine_spec, with_disk
from tests.witness import Witness

RUNNING, OFF, PAUSED, SAVED = (
    MachineState.RUNNING,
    MachineState.OFF,
    MachineState.PAUSED,
    MachineState.SAVED,
)


@pytest.fixture(params=[GEN_1, GEN_2], ids=["gen1", "gen2"])
def spec(request: pytest.FixtureRequest) -> MachineSpec:
    return with_disk("living", request.param)


@pytest.fixture
def machine(host: Host, spec: MachineSpec) -> Iterator[VirtualMachine]:
    """A machine with a blank disk, deleted afterwards if the test has not done so."""
    created = host.create(spec)
    yield created
    if any(found.guid == created.guid for found in host.machines()):
        created.delete()


def folder_of(host: Host, spec: MachineSpec) -> WindowsPath:
    return host.layout.machine(spec.identity)


@shows("M7")
def test_facts(host: Host, emulated: EmulatedHost) -> None:
    facts = host.facts()
    assert facts.name == emulated.options.name
    assert str(facts.version) == "10.0.26100"
    assert "Windows Server 2025" in facts.product
    assert facts.memory_mb >= facts.free_memory_mb > 0
    assert abs(facts.clock_ahead_s) < 60
    assert facts.disk_files.startswith("C:\\")


def test_a_new_machine_is_listed_and_off(host: Host, machine: VirtualMachine) -> None:
    (listed,) = [found for found in host.machines() if found.guid == machine.guid]
    assert (listed.name, listed.state, listed.uptime_s) == ("living", OFF, 0)
    summary = machine.summary()
    assert (summary.name, summary.state, summary.vcpus, summary.memory_mb) == ("living", OFF, 1, 0)
    assert host.machine("living").guid == machine.guid
    assert host.machine(machine.guid.lower()).state() is OFF


@shows("H3", "H4", "H6", "H7")
def test_every_state_and_back(machine: VirtualMachine) -> None:
    machine.start()
    assert machine.state() is RUNNING
    assert machine.summary().memory_mb == 512
    machine.pause()
    assert machine.state() is PAUSED
    machine.resume()
    assert machine.state() is RUNNING
    machine.reset()
    assert machine.state() is RUNNING
    machine.save()
    assert machine.state() is SAVED
    machine.start()
    assert machine.state() is RUNNING
    machine.turn_off()
    assert machine.state() is OFF


@shows("H8")
@pytest.mark.parametrize("act", ["turn_off", "pause", "save", "reset", "shut_down"])
def test_what_a_machine_that_is_off_cannot_do(host: Host, machine: VirtualMachine, act: str) -> None:
    with pytest.raises(ConflictError) as caught:
        getattr(machine, act)()
    assert caught.value.host == host.session.host
    assert machine.guid in (caught.value.target or "")
    assert machine.state() is OFF


@shows("H8")
def test_a_running_machine_is_not_started_again(machine: VirtualMachine) -> None:
    machine.start()
    with pytest.raises(ConflictError) as caught:
        machine.start()
    assert caught.value.code == 32775
    assert machine.state() is RUNNING


def test_a_machine_that_does_not_exist(host: Host) -> None:
    nobody = host.machine("11111111-2222-3333-4444-555555555555")
    for act in (nobody.summary, nobody.state, nobody.start, nobody.delete, nobody.checkpoints.list):
        with pytest.raises(NotFoundError) as caught:
            act()
        assert caught.value.host == host.session.host
        assert nobody.guid in (caught.value.target or "")
    with pytest.raises(NotFoundError):
        host.machine("nobody")


def test_rename(host: Host, machine: VirtualMachine) -> None:
    machine.rename("another")
    assert host.machine("another").guid == machine.guid
    with pytest.raises(NotFoundError):
        host.machine("living")


def test_resize_while_off(machine: VirtualMachine) -> None:
    machine.resize(vcpus=3, memory_mb=1024)
    machine.start()
    summary = machine.summary()
    assert (summary.vcpus, summary.memory_mb) == (3, 1024)


def test_resize_while_running(machine: VirtualMachine) -> None:
    """Memory may change at run time since Windows Server 2016, the number of processors never."""
    machine.start()
    machine.resize(memory_mb=1024)
    assert machine.summary().memory_mb == 1024
    with pytest.raises(ConflictError) as caught:
        machine.resize(vcpus=2)
    assert caught.value.code == 32775
    assert machine.summary().vcpus == 1


@pytest.mark.parametrize(("vcpus", "memory_mb"), [(0, None), (100_000, None), (None, 0), (None, 2**64)])
def test_a_size_that_no_machine_can_have(
    machine: VirtualMachine, vcpus: int | None, memory_mb: int | None
) -> None:
    with pytest.raises((MethodError, InvalidInputError, JobError)):
        machine.resize(vcpus=vcpus, memory_mb=memory_mb)
    machine.start()
    assert (machine.summary().vcpus, machine.summary().memory_mb) == (1, 512)


@shows("H10")
def test_delete_takes_everything_it_owned(host: Host, spec: MachineSpec, machine: VirtualMachine) -> None:
    machine.start()
    machine.checkpoints.take()
    assert host.share.exists(folder_of(host, spec))
    machine.delete()
    assert machine.guid not in {found.guid for found in host.machines()}
    assert not host.share.exists(folder_of(host, spec))


def test_delete_leaves_what_it_only_used(host: Host) -> None:
    owner = host.create(with_disk("owner"))
    (file,) = owner.disk_files()
    source = ExistingDisk(file, DiskFormat.VHDX)
    spec = machine_spec("user", disks=(DiskRequest("root", source, boot_index=0),))
    host.create(spec).delete()
    assert not host.share.exists(folder_of(host, spec))
    assert host.disks.inspect(file).type is DiskType.DYNAMIC
    owner.delete()
    assert not host.share.exists(WindowsPath.parse(file))


def test_disks_that_cannot_be_made_leave_nothing(host: Host) -> None:
    spec = machine_spec(
        "impossible",
        disks=(
            DiskRequest("root", BlankDisk(), size_bytes=GIB, boot_index=0),
            DiskRequest("data", FromImage(r"C:\nowhere\image.vhdx", DiskFormat.VHDX, GIB)),
        ),
    )
    with pytest.raises(JobError, match="nowhere") as caught:
        host.create(spec)
    assert caught.value.code == 32779
    assert not host.share.exists(folder_of(host, spec))
    assert "impossible" not in {found.name for found in host.machines()}


@shows("H8")
@pytest.mark.parametrize("before", [OFF, RUNNING, PAUSED, SAVED])
def test_a_state_is_reached_from_any_other_and_may_be_asked_for_again(
    machine: VirtualMachine, before: MachineState
) -> None:
    for wanted in (RUNNING, OFF):
        _bring(machine, before)
        for _ in range(2):
            machine.reach(wanted)
        assert machine.state() is wanted


def test_a_state_that_no_way_leads_to_is_a_conflict(machine: VirtualMachine) -> None:
    with pytest.raises(ConflictError):
        machine.reach(PAUSED)
    assert machine.state() is OFF


def test_what_another_client_has_begun_is_waited_for(
    host: Host, machine: VirtualMachine, witness: Witness
) -> None:
    slow = Rule(action=AnswersByJob(takes_s=1.0), method="RequestStateChange", count=1)
    with witness.misfortune(slow), ThreadPoolExecutor() as pool:
        starting = pool.submit(machine.start)
        while host.machine(machine.guid).state() is OFF:
            sleep(0.02)
        machine.reach(RUNNING)
        assert machine.state() is RUNNING
        starting.result()


@shows("H6")
@pytest.mark.parametrize("before", [OFF, RUNNING, PAUSED, SAVED])
def test_a_machine_starts_anew_whatever_it_does(machine: VirtualMachine, before: MachineState) -> None:
    _bring(machine, before)
    machine.start_anew()
    assert machine.state() is RUNNING


def _bring(machine: VirtualMachine, state: MachineState) -> None:
    if state is not OFF:
        machine.reach(RUNNING)
    machine.reach(state)
