"""Results as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from attrs import asdict
from rich.console import Console
from rich.table import Table

from bench.results import OperationResult, Result, SpeedResult

_VERDICTS = {True: "[green]met[/green]", False: "[red]missed[/red]", None: ""}
_NOTE = (
    "Requests are WS-Management requests of the operation itself; pulls are further batches of a list, or "
    "waits for events. The baseline was counted by running os-win 5.9.0, see bench/baseline.py. "
    "Seconds and speeds are medians, on this machine, with everything else that ran on it: "
)


def show(console: Console, results: Sequence[Result]) -> None:
    """Print both tables."""
    console.print(_operations([result for result in results if isinstance(result, OperationResult)]))
    console.print(_speeds([result for result in results if isinstance(result, SpeedResult)]))
    load = os.getloadavg()[1]
    console.print(f"{_NOTE}its load was {load:.1f} on {os.cpu_count()} processors.", highlight=False)


def _operations(results: Sequence[OperationResult]) -> Table:
    table = Table("operation", title="Requests and time per operation")
    for column in ("baseline", "requests", "target", "", "pulls", "seconds", "runs"):
        table.add_column(column, justify="left" if column == "" else "right")
    for result in results:
        table.add_row(
            result.name,
            str(result.baseline),
            f"{result.requests:,}",
            f"{result.most_requests:,}",
            _VERDICTS[result.is_met],
            f"{result.pulls:,}",
            f"{result.seconds:.3f}",
            str(result.repetitions),
        )
    return table


def _speeds(results: Sequence[SpeedResult]) -> Table:
    table = Table("what", title="Speed and size")
    for column in ("got", "unit", "target", "", "runs", "remark"):
        table.add_column(column, justify="right" if column in ("got", "runs") else "left")
    for result in results:
        table.add_row(
            result.name,
            f"{result.value:,.2f}" if result.value < 100 else f"{result.value:,.0f}",
            result.unit,
            "" if result.goal is None else str(result.goal),
            _VERDICTS[result.is_met],
            str(result.repetitions),
            result.remark,
        )
    return table


def write(path: Path, results: Sequence[Result]) -> None:
    """Everything that was measured, and on what."""
    report = {
        "machine": {
            "processors": os.cpu_count(),
            "load_average": os.getloadavg(),
            "kernel": platform.release(),
            "python": platform.python_version(),
        },
        "operations": [_record(result) for result in results if isinstance(result, OperationResult)],
        "speeds": [_record(result) for result in results if isinstance(result, SpeedResult)],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def _record(result: Result) -> dict[str, object]:
    return {**asdict(result), "is_met": result.is_met}
