"""The latest result of every test of a lab, over all runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from attrs import asdict, frozen

from lab.tempest.results import Outcome, Result


@frozen
class Record:
    """Results by test, in a file."""

    path: Path

    def read(self) -> list[Result]:
        """Every test that was ever run, in the order of names."""
        if not self.path.exists():
            return []
        kept = json.loads(self.path.read_text("utf-8"))
        return [Result(**each | {"outcome": Outcome(each["outcome"])}) for each in kept]

    def add(self, results: Iterable[Result]) -> None:
        """Put newer results in the place of older ones; what did not run has none."""
        ran = (result for result in results if result.outcome is not Outcome.NOT_RUN)
        latest = {result.test: result for result in (*self.read(), *ran)}
        kept = [asdict(latest[test]) for test in sorted(latest)]
        self.path.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
