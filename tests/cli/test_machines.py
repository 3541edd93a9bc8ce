"""hv vm, on machines that each test makes for itself."""

import json
import signal
import subprocess

import pytest

from tests.capabilities import shows
from tests.cli.conftest import PROGRAMS


@pytest.fixture
def machine(hv, request):
    """The name of a machine of this test's own."""
    name = f"m-{request.node.name}"[:60]
    hv.ok("vm", "create", name, "--memory", "256", "--disk", "64M")
    yield name
    for left in hv.json("vm", "list"):
        if left["name"].startswith(name):
            hv.ok("vm", "delete", left["guid"], "--yes")


def state(hv, name):
    return next(m["state"] for m in hv.json("vm", "list") if m["name"] == name)


def test_list_shows_every_machine_in_each_form(hv):
    lines = hv.ok("vm", "list").splitlines()
    assert lines[0].split() == ["NAME", "STATE", "UPTIME", "GUID"]
    assert any(line.startswith("vm0001  off") for line in lines)
    machine = next(m for m in hv.json("vm", "list") if m["name"] == "vm0002")
    assert machine == {"guid": machine["guid"], "name": "vm0002", "state": "off", "uptime_s": 0.0}
    assert hv.ok("vm", "list", "--state", "paused").splitlines()[1:] == []


def test_a_machine_goes_through_its_states(hv, machine):
    for command, reached in [
        ("start", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("reset", "running"),
        ("save", "saved"),
        ("start", "running"),
        ("stop", "off"),
    ]:
        hv.ok("vm", command, machine)
        assert state(hv, machine) == reached, command


def test_stop_force_turns_it_off(hv, machine):
    hv.ok("vm", "start", machine)
    done = hv("vm", "stop", "--force", machine)
    assert done.stdout == ""
    assert "is off" in done.stderr
    assert state(hv, machine) == "off"


def test_starting_what_runs_is_a_conflict_with_its_windows_code(hv, machine):
    hv.ok("vm", "start", machine)
    done = hv("vm", "start", machine)
    assert done.returncode == 41
    assert "32775 (0x00008007)" in done.stderr


def test_shutting_down_what_is_off_is_a_conflict(hv, machine):
    assert hv("vm", "stop", machine).returncode == 41


def test_show_tells_what_a_machine_has(hv, machine):
    shown = hv.json("vm", "show", machine)
    assert shown["summary"]["name"] == machine
    assert shown["summary"]["vcpus"] == 1
    assert len(shown["disk_files"]) == 1
    assert shown["checkpoints"] == []
    assert shown["disk_files"][0] in hv.ok("vm", "show", machine)


def test_an_unknown_machine_is_not_found(hv):
    done = hv("vm", "show", "nobody")
    assert done.returncode == 40
    assert "nobody" in done.stderr
    assert "hv vm show" in done.stderr


def test_a_name_that_two_have_is_refused_and_a_guid_is_not(hv, machine):
    twin = f"{machine}-twin"
    guid = hv.json("vm", "create", twin)["guid"]
    hv.ok("vm", "rename", guid, machine)
    done = hv("vm", "start", machine)
    assert done.returncode == 41
    assert guid in done.stderr
    assert "GUID" in done.stderr
    hv.ok("vm", "start", guid)


def test_resize_changes_what_is_named(hv, machine):
    hv.ok("vm", "resize", machine, "--vcpus", "2")
    assert hv.json("vm", "show", machine)["summary"]["vcpus"] == 2
    assert hv("vm", "resize", machine).returncode == 2


def test_delete_asks_first_and_leaves_nothing(hv, machine):
    assert hv("vm", "delete", machine).returncode == 2
    hv.ok("vm", "delete", machine, "--yes")
    assert hv("vm", "show", machine).returncode == 40


def test_checkpoints_are_taken_listed_applied_and_deleted(hv, machine):
    (taken,) = hv.json("vm", "checkpoint", "take", machine, "before")
    assert taken["name"] == "before"
    hv.ok("vm", "resize", machine, "--vcpus", "2")
    hv.ok("vm", "checkpoint", "apply", machine, "before")
    assert hv.json("vm", "show", machine)["summary"]["vcpus"] == 1
    assert hv("vm", "checkpoint", "apply", machine, "never").returncode == 40
    hv.ok("vm", "checkpoint", "delete", machine, taken["guid"])
    assert hv.json("vm", "checkpoint", "list", machine) == []


def test_what_a_machine_uses_is_shown_while_it_is_metered(hv, machine):
    hv.ok("vm", "start", machine)
    assert "is metered" in hv("vm", "meter", machine).stderr
    lines = hv.ok("vm", "metrics").splitlines()
    assert lines[0].split()[:3] == ["NAME", "CPU", "MHZ"]
    assert any(line.startswith(machine) for line in lines)
    (use,) = [each["use"] for each in hv.json("vm", "metrics") if each["name"] == machine]
    assert set(use["disk"]) == {"read_mb", "written_mb", "latency_us", "operations"}
    hv.ok("vm", "meter", "--off", machine)
    assert machine not in hv.ok("vm", "metrics")


def test_a_broken_rule_is_told_before_anything_is_touched(hv, simulator):
    before = simulator.requests()
    done = hv(
        "vm",
        "create",
        "refused",
        "--property",
        "hw_machine_type=hyperv-gen1",
        "--property",
        "os_secure_boot=required",
    )
    assert done.returncode == 51
    assert "os_secure_boot" in done.stderr
    after = simulator.requests()
    assert {name for name in after if "." in name and after[name] != before.get(name)} == set()


def test_a_machine_that_is_off_has_no_screen_and_no_keyboard(hv, machine, tmp_path):
    picture = tmp_path / "screen.png"
    assert hv("vm", "screenshot", machine, str(picture)).returncode == 41
    assert not picture.exists()
    assert hv("vm", "type", machine, "hello").returncode == 41


def test_a_running_machine_is_typed_on(hv, machine):
    hv.ok("vm", "start", machine)
    hv.ok("vm", "type", machine, "hello", "--key", "enter")
    hv.ok("vm", "type", machine, "--ctrl-alt-del")
    assert hv("vm", "type", machine).returncode == 2


@shows("H12")
def test_the_monitor_tells_states_and_jobs_as_json_lines(hv, machine):
    with subprocess.Popen(
        [PROGRAMS / "hv", "monitor", "--json", "--count", "2"],
        env=hv.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as monitor:
        assert "Listening" in monitor.stderr.readline()
        hv.ok("vm", "start", machine)
        events = [json.loads(line) for line in monitor.stdout]
    by_kind = {event["kind"]: event for event in events}
    assert by_kind["machine"]["name"] == machine
    assert by_kind["machine"]["happening"] == "state"
    assert by_kind["machine"]["before"] == "off"
    assert "Starting" in by_kind["job"]["description"]


def test_ctrl_c_ends_the_monitor_well(hv):
    with subprocess.Popen(
        ["env", "--default-signal=INT", PROGRAMS / "hv", "monitor"],  # a shell lets its background ignore it
        env=hv.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as monitor:
        assert "Listening" in monitor.stderr.readline()
        monitor.send_signal(signal.SIGINT)
        _, said = monitor.communicate(timeout=60)
    assert monitor.returncode == 0
    assert said == ""
