"""The bench runs, and the requests per operation are what they are: exact, so a change here is a change."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parent.parent.parent
TIMEOUT_S = 420
REQUESTS = {
    "info of one": 1,
    "create (disk, NIC, config drive), start": 8,
    "start": 1,
    "turn off": 1,
    "delete, running": 3,
    "4 deletes, 8 at a time": 12,
    "list of 1": 1,
    "list of 100": 1,
}

COMPARED = [
    ("list of 100 with state", 301, 1),
    ("spawn, started", None, 8),
    ("info of one", 3, 1),
    ("destroy", None, 5),
    ("port bind, VLAN, 10 rules", 24, 4),
    ("metrics of one machine (ours: its totals)", 91, 2),
    ("metrics of 1 machines, each device", 91, 3),
    ("host statistics", None, 6),
]
"""Jobs, with os-win's requests where they never vary, and ours; at most so many, where jobs are awaited."""
WAITED_FOR = ("spawn, started", "destroy")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a quick run writes."""
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    command = [sys.executable, "-m", "bench", "--quick", "--json", str(file)]
    run = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "Requests and time per operation" in run.stdout
    assert "os-win 5.9.0 over openhyperv.wmi" in run.stdout
    written: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return written


def test_requests_per_operation(report: dict[str, Any]) -> None:
    assert {operation["name"]: operation["requests"] for operation in report["operations"]} == REQUESTS


def test_every_operation_stays_below_its_target_and_baseline(report: dict[str, Any]) -> None:
    for operation in report["operations"]:
        assert operation["is_met"], operation
        assert operation["requests"] < operation["baseline"]["least"], operation


def _compared(report: dict[str, Any], job: str) -> list[dict[str, Any]]:
    return [each for each in report["comparisons"] if each["name"] == job]


@pytest.mark.parametrize("job", ["spawn, started", "destroy", "port bind, VLAN, 10 rules"])
def test_jobs_that_change_something_are_compared_on_a_host_that_answers_by_jobs(
    report: dict[str, Any], job: str
) -> None:
    _, at_once, by_job = _compared(report, job)
    assert by_job["manner"] == {"delay_s": 0.002, "job_s": 0.005}
    for way in ("old", "ours"):
        assert by_job[way]["requests"] > at_once[way]["requests"]
    assert by_job["old"]["naps"] >= at_once["old"]["naps"]


@pytest.mark.parametrize(("job", "old", "ours"), COMPARED)
def test_requests_of_the_same_job_done_by_os_win_and_here(
    report: dict[str, Any], job: str, old: int | None, ours: int
) -> None:
    found = [each for each in _compared(report, job) if not each["manner"]["job_s"]]
    assert [each["manner"]["delay_s"] for each in found] == [0.0, 0.002]
    for each in found:
        assert ours - (job in WAITED_FOR) <= each["ours"]["requests"] <= ours
        assert old is None or each["old"]["requests"] == old
        assert each["old"]["requests"] > 2 * ours
        assert min(each["old"]["wire_bytes"], each["ours"]["wire_bytes"], each["ratio"]) > 0


def test_every_speed_is_measured(report: dict[str, Any]) -> None:
    assert len(report["speeds"]) == 11
    assert all(speed["value"] > 0 for speed in report["speeds"])
