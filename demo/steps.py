"""What was done, how long it took, and what it cost on the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from attrs import asdict, define, field, frozen
from rich.console import Console
from rich.table import Table

from openhyperv.transport.pool import Pool


@frozen
class Step:
    """One finished step; ``requests`` are WS-Management requests, event pulls included."""

    title: str
    seconds: float
    requests: int
    outcome: str


@define
class Steps:
    """Times and counts steps, and says what happens as it happens."""

    console: Console
    done: list[Step] = field(factory=list)
    pool: Pool | None = None

    @contextmanager
    def step(self, title: str) -> Iterator[list[str]]:
        """A step; what the block appends to the list is its outcome."""
        self.console.print(f"[bold]{title}[/bold]", highlight=False)
        outcome: list[str] = []
        started_s, requests = monotonic(), self._requests()
        yield outcome
        step = Step(title, round(monotonic() - started_s, 2), self._requests() - requests, "; ".join(outcome))
        self.done.append(step)
        self.console.print(f"  {step.outcome} ({step.seconds:.2f} s)", highlight=False, markup=False)

    def _requests(self) -> int:
        return 0 if self.pool is None else self.pool.traffic.requests

    def table(self) -> Table:
        """All steps."""
        table = Table("step", "outcome", title="What was done")
        table.add_column("seconds", justify="right")
        table.add_column("requests", justify="right")
        for step in self.done:
            table.add_row(step.title, step.outcome, f"{step.seconds:.2f}", str(step.requests))
        return table

    def write(self, path: Path) -> None:
        """All steps as JSON."""
        path.write_text(json.dumps([asdict(step) for step in self.done], indent=1) + "\n", "utf-8")
