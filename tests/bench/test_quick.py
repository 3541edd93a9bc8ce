"""The bench runs, and the requests per operation are what they are: exact, so a change here is a change."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parent.parent.parent
TIMEOUT_S = 240
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
    written: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return written


def test_requests_per_operation(report: dict[str, Any]) -> None:
    assert {operation["name"]: operation["requests"] for operation in report["operations"]} == REQUESTS


def test_every_operation_stays_below_its_target_and_baseline(report: dict[str, Any]) -> None:
    for operation in report["operations"]:
        assert operation["is_met"], operation
        assert operation["requests"] < operation["baseline"]["least"], operation


def test_every_speed_is_measured(report: dict[str, Any]) -> None:
    assert len(report["speeds"]) == 11
    assert all(speed["value"] > 0 for speed in report["speeds"])
