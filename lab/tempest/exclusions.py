"""Tests of what Hyper-V cannot do, which are skipped with the reason instead of run."""

from __future__ import annotations

import tomllib
from pathlib import Path

from lab.tempest.results import Outcome, Result

_FILE = Path(__file__).with_name("excluded.toml")
_REASONS: dict[str, str] = {
    entry["test"]: entry["reason"] for entry in tomllib.loads(_FILE.read_text("utf-8"))["excluded"]
}


def exclusion(test: str) -> Result | None:
    """The result of a test that is not to be run, None for one that is."""
    for part, reason in _REASONS.items():
        if part in test:
            return Result(test, Outcome.SKIPPED, f"{reason}.", 0.0)
    return None
