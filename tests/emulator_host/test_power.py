"""State changes: which are taken, what they lead to, and what clients see of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.emulator.cimom.events import Change, Indication
from openhyperv.emulator.host.opening import start_automatically
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.devices import disk

RUNNING, OFF, SAVED, PAUSED, RESET = 2, 3, 6, 9, 11
PATHS = {OFF: [], RUNNING: [2], SAVED: [2, 6], PAUSED: [2, 9]}
"""What to request, from off, to be in a state."""
MATRIX = {
    (OFF, 2): RUNNING,
    (SAVED, 2): RUNNING,
    (PAUSED, 2): RUNNING,
    (RUNNING, 3): OFF,
    (SAVED, 3): OFF,
    (PAUSED, 3): OFF,
    (RUNNING, 6): SAVED,
    (PAUSED, 6): SAVED,
    (RUNNING, 9): PAUSED,
    (RUNNING, 10): RUNNING,
    (RUNNING, 11): RUNNING,
    (PAUSED, 11): RUNNING,
}
REFUSED = [(OFF, 3), (OFF, 6), (OFF, 9), (OFF, 11), (RUNNING, 2), (SAVED, 6), (SAVED, 9), (PAUSED, 9)]


def _in_state(emulated: Emulated, state: int) -> ObjectPath:
    system = emulated.define()
    for request in PATHS[state]:
        assert emulated.request(system, request)["JobState"] == 7
    return system


@pytest.mark.parametrize(("start", "request_"), MATRIX)
def test_requests_lead_where_they_should(emulated: Emulated, start: int, request_: int) -> None:
    system = _in_state(emulated, start)
    assert emulated.request(system, request_)["JobState"] == 7
    assert emulated.state(system) == MATRIX[start, request_]


@pytest.mark.parametrize(("start", "request_"), REFUSED)
def test_requests_out_of_place_are_refused(emulated: Emulated, start: int, request_: int) -> None:
    system = _in_state(emulated, start)
    result = emulated.invoke(system, "RequestStateChange", RequestedState=request_)
    assert result.return_value == 32775
    assert emulated.state(system) == start


@pytest.mark.parametrize("request_", [0, 5, 7, 8, 12, 99])
def test_states_that_no_vm_has_are_refused(emulated: Emulated, request_: int) -> None:
    result = emulated.invoke(emulated.define(), "RequestStateChange", RequestedState=request_)
    assert result.return_value == 32773


def test_the_job_leads_to_the_vm_and_says_what_it_is(emulated: Emulated) -> None:
    system = emulated.define()
    job = emulated.request(system, 2)
    assert (job["JobType"], job["PercentComplete"], job["ErrorCode"]) == (12, 100, 0)
    assert job.path is not None
    (affected,) = emulated.associated(job.path, "Msvm_ComputerSystem", "Msvm_AffectedJobElement")
    assert affected["Name"] == system.key("Name")


def test_watchers_see_every_state_on_the_way(emulated: Emulated) -> None:
    system = emulated.define()
    seen: list[object] = []

    def watch(change: Change | Indication) -> None:
        if isinstance(change, Change) and change.target.class_name == "Msvm_ComputerSystem":
            seen.append(change.target["EnabledState"])

    stop = emulated.host.events.watch(watch)
    emulated.request(system, 2)
    emulated.request(system, 3)
    stop()
    assert seen == [10, 2, 4, 3]


def test_a_missing_disk_fails_the_job_and_names_the_file(emulated: Emulated) -> None:
    system = emulated.define(resources=disk(emulated, r"C:\missing.vhdx"))
    job = emulated.request(system, 2)
    assert (job["JobState"], job["ErrorCode"]) == (10, 32768)
    assert "C:\\missing.vhdx" in str(job["ErrorDescription"])
    assert "0x80070002" in str(job["ErrorDescription"])
    assert emulated.state(system) == OFF
    assert job.path is not None
    errors = emulated.invoke(job.path, "GetErrorEx").out["Errors"]
    assert isinstance(errors, list)
    assert "Msvm_Error" in str(errors[0])


def test_too_much_memory_fails_the_job(emulated: Emulated) -> None:
    memory = emulated.text("Msvm_MemorySettingData", {"VirtualQuantity": 200_000})
    job = emulated.request(emulated.define(resources=[memory]), 2)
    assert (job["JobState"], job["ErrorCode"]) == (10, 32778)


def test_a_restarted_host_starts_what_ran(tmp_path: Path) -> None:
    first = emulate(tmp_path)
    ran, never, always = first.define("ran"), first.define("never"), first.define("always")
    rested = first.define("rested")
    for system, action in ((never, 2), (always, 4)):
        settings = {"InstanceID": f"Microsoft:{system.key('Name')}", "AutomaticStartupAction": action}
        text = first.text("Msvm_VirtualSystemSettingData", settings)
        assert first.call("ModifySystemSettings", SystemSettings=text).return_value == 0
    for system in (ran, never):
        first.request(system, 2)
    first.host.close()
    second = emulate(tmp_path)
    start_automatically(second.host)
    for system in (ran, always):
        second.until(lambda path=system: second.get(path), lambda i: i["EnabledState"] == RUNNING)  # type: ignore[misc]
    assert second.state(never) == second.state(rested) == OFF
    second.host.close()


def test_a_start_that_hangs_can_be_turned_off(emulated: Emulated) -> None:
    system = emulated.define()
    with emulated.host.jobs.meddling(lambda job: job.wait(None)):
        emulated.invoke(system, "RequestStateChange", RequestedState=2)
    assert emulated.state(system) == 10
    assert emulated.request(system, 3)["JobState"] == 7
    assert emulated.state(system) == OFF
    assert emulated.request(system, 2)["JobState"] == 7


def test_watchers_see_settings_and_devices_come_change_and_go(emulated: Emulated) -> None:
    seen: list[tuple[str, str]] = []

    def watch(happening: Change | Indication) -> None:
        if isinstance(happening, Change):
            seen.append((happening.kind[len("__Instance") : -len("Event")], happening.target.class_name))

    stop = emulated.host.events.watch(watch)
    system = emulated.define()
    (processor,) = emulated.devices_of(system, "Msvm_ProcessorSettingData")
    values = {"InstanceID": processor["InstanceID"], "VirtualQuantity": 2}
    text = emulated.text("Msvm_ProcessorSettingData", values)
    emulated.call("ModifyResourceSettings", ResourceSettings=[text])
    emulated.call("DestroySystem", AffectedSystem=system)
    stop()
    assert seen[0] == ("Creation", "Msvm_ComputerSystem")
    assert ("Creation", "Msvm_VirtualSystemSettingData") in seen
    assert ("Modification", "Msvm_ProcessorSettingData") in seen
    assert ("Modification", "Msvm_MemorySettingData") not in seen
    assert ("Deletion", "Msvm_ProcessorSettingData") in seen


def test_only_a_running_vm_can_be_interrupted(emulated: Emulated) -> None:
    system = emulated.define()
    assert emulated.invoke(system, "InjectNonMaskableInterrupt").return_value == 32775
    emulated.request(system, 2)
    assert emulated.invoke(system, "InjectNonMaskableInterrupt").return_value == 0
    emulated.request(system, 9)
    assert emulated.invoke(system, "InjectNonMaskableInterrupt").return_value == 32775
