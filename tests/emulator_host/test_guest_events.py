"""What guests do by themselves, and what the host makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

from openhyperv.emulator.guests.machine import GuestEvent, GuestMachine
from openhyperv.emulator.guests.state_only import StateOnlyGuest, StateOnlyRunner
from openhyperv.emulator.host.power import aftermath
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate

RUNNING, OFF = 2, 3


class RemoteRunner(StateOnlyRunner):
    """State-only guests whose events the test can raise."""

    def __init__(self) -> None:
        self.machines: list[GuestMachine] = []
        self.raise_event: Callable[[GuestEvent], None] = lambda _event: None

    def start(self, machine: GuestMachine, on_event: Callable[[GuestEvent], None]) -> StateOnlyGuest:
        """Start, and note with what."""
        self.machines.append(machine)
        self.raise_event = on_event
        return super().start(machine, on_event)


@frozen
class Lab:
    """A host and the remote control of its guests."""

    emulated: Emulated
    runner: RemoteRunner

    def running(self, **values: object) -> ObjectPath:
        """A running VM."""
        system = self.emulated.define(**values)  # type: ignore[arg-type]
        self.emulated.request(system, 2)
        return system

    def until_state(self, system: ObjectPath, state: int) -> Instance:
        """The VM once it is in a state."""
        return self.emulated.until(lambda: self.emulated.get(system), lambda i: i["EnabledState"] == state)

    def settled(self) -> None:
        """Every event raised so far has been handled; none is after this."""
        self.emulated.host.guest_events.close()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A Windows Server 2025 host."""
    runner = RemoteRunner()
    emulated = emulate(tmp_path, runner=runner)
    yield Lab(emulated, runner)
    emulated.host.close()


@pytest.mark.parametrize("event", [GuestEvent.POWERED_OFF, GuestEvent.CRASHED])
def test_a_guest_that_ends_leaves_the_vm_off(lab: Lab, event: GuestEvent) -> None:
    system = lab.running()
    lab.runner.raise_event(event)
    found = lab.until_state(system, OFF)
    assert found["OnTimeInMilliseconds"] == 0
    assert found.get("ProcessID") is None


def test_events_of_an_earlier_run_change_nothing(lab: Lab) -> None:
    system = lab.running()
    old = lab.runner.raise_event
    lab.emulated.request(system, 3)
    lab.emulated.request(system, 2)
    old(GuestEvent.POWERED_OFF)
    lab.settled()
    assert lab.emulated.state(system) == RUNNING


def test_a_restart_inside_changes_nothing_unless_the_vm_says_so(lab: Lab) -> None:
    system = lab.running()
    lab.runner.raise_event(GuestEvent.REBOOTED)
    lab.settled()
    assert lab.emulated.state(system) == RUNNING


def test_a_vm_can_be_turned_off_by_its_guests_restart(lab: Lab) -> None:
    system = lab.running(TurnOffOnGuestRestart=True)
    lab.runner.raise_event(GuestEvent.REBOOTED)
    lab.until_state(system, OFF)


def test_a_vm_that_ran_is_started_again_after_a_crash(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aftermath, "SHORTEST_RUN", aftermath.SHORTEST_RUN * 0)
    system = lab.running()
    lab.runner.raise_event(GuestEvent.CRASHED)
    lab.emulated.until(lambda: lab.emulated.get(system), lambda _system: len(lab.runner.machines) == 2)
    lab.until_state(system, RUNNING)


def test_a_heartbeat_shows_in_the_summary_and_the_component(lab: Lab) -> None:
    system = lab.running()
    lab.runner.raise_event(GuestEvent.HEARTBEAT)
    (component,) = lab.emulated.associated(system, "Msvm_HeartbeatComponent", "Msvm_SystemDevice")
    lab.emulated.until(lambda: lab.emulated.get(component.path), lambda i: i["OperationalStatus"] == [2])
    result = lab.emulated.call("GetSummaryInformation", RequestedInformation=[104])
    summaries = result.out["SummaryInformation"]
    assert isinstance(summaries, list)
    assert isinstance(summaries[0], Instance)
    assert summaries[0]["Heartbeat"] == 2


def test_a_guest_with_services_makes_production_checkpoints(lab: Lab) -> None:
    system = lab.running(UserSnapshotType=4)
    service = "Msvm_VirtualSystemSnapshotService"
    without = lab.emulated.call_of(service, "CreateSnapshot", AffectedSystem=system, SnapshotType=2)
    assert lab.emulated.finish(without)["JobState"] == 10
    lab.runner.raise_event(GuestEvent.HEARTBEAT)
    lab.settled()
    taken = lab.emulated.call_of(service, "CreateSnapshot", AffectedSystem=system, SnapshotType=2)
    job = lab.emulated.finish(taken)
    assert job["JobState"] == 7
    assert job.path is not None
    (snapshot,) = lab.emulated.associated(
        job.path, "Msvm_VirtualSystemSettingData", "Msvm_AffectedJobElement"
    )
    assert snapshot["IsSaved"] is False


def test_the_guest_is_given_what_the_settings_say(lab: Lab) -> None:
    emulated = lab.emulated
    pipe = {
        "ResourceType": 21,
        "ResourceSubType": "Microsoft:Hyper-V:Serial Port",
        "Connection": [r"\\.\pipe\log"],
    }
    resources = [
        emulated.text("Msvm_ProcessorSettingData", {"VirtualQuantity": 3}),
        emulated.text("Msvm_MemorySettingData", {"VirtualQuantity": 2048}),
        emulated.text("Msvm_SerialPortSettingData", pipe),
    ]
    template = "272e7447-90a4-4563-a4b9-8e4ab00526ce"
    lab.running(resources=resources, SecureBootTemplateId=template)
    (machine,) = lab.runner.machines
    assert (machine.generation, machine.vcpus, machine.memory_mb) == (2, 3, 2048)
    assert list(machine.serial_pipes) == ["log", None]
    assert machine.secure_boot == "MicrosoftUEFICertificateAuthority"
    assert machine.has_tpm is False
