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

from bench.comparison.results import ComparisonResult
from bench.ports.results import PortResult
from bench.ports.table import port_table
from bench.results import OperationResult, Result, SpeedResult

_VERDICTS = {True: "[green]met[/green]", False: "[red]missed[/red]", None: ""}
_NOTE = (
    "Requests are WS-Management requests of the operation itself; waits are pulls of further batches or of "
    "events, and looks at jobs. The baseline was counted by running os-win 5.9.0, see bench/baseline.py. "
    "Seconds and speeds are medians, on this machine, with everything else that ran on it: "
)


def show(console: Console, results: Sequence[Result]) -> None:
    """Print both tables."""
    console.print(_operations([result for result in results if isinstance(result, OperationResult)]))
    console.print(_speeds([result for result in results if isinstance(result, SpeedResult)]))
    console.print(_comparisons([result for result in results if isinstance(result, ComparisonResult)]))
    console.print(port_table([result for result in results if isinstance(result, PortResult)]))
    load = os.getloadavg()[1]
    console.print(f"{_NOTE}its load was {load:.1f} on {os.cpu_count()} processors.", highlight=False)


def _operations(results: Sequence[OperationResult]) -> Table:
    table = Table("operation", title="Requests and time per operation")
    for column in ("baseline", "requests", "target", "", "waits", "seconds", "runs"):
        table.add_column(column, justify="left" if column == "" else "right")
    for result in results:
        table.add_row(
            result.name,
            str(result.baseline),
            f"{result.requests:,}",
            f"{result.most_requests:,}",
            _VERDICTS[result.is_met],
            f"{result.waits:,}",
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


def _comparisons(results: Sequence[ComparisonResult]) -> Table:
    """Pairs are os-win's and ours; "on Windows" is what os-win's calls take where their ``wmi`` is native."""
    table = Table("job", title="os-win 5.9.0 over openhyperv.wmi, and openhyperv.hyperv")
    for column in (
        "delay",
        "jobs of",
        "on Windows",
        "requests",
        "pulls",
        "KiB",
        "seconds",
        "naps",
        "ratio",
        "target",
    ):
        table.add_column(column, justify="right")
    table.add_column("")
    for result in results:
        old, ours = result.old, result.ours
        table.add_row(
            result.name,
            f"{result.manner.delay_s * 1000:g} ms",
            f"{result.manner.job_s * 1000:g} ms" if result.manner.job_s else "",
            result.windows_round_trips,
            f"{old.requests:,} / {ours.requests:,}",
            f"{old.pulls:,} / {ours.pulls:,}",
            f"{old.wire_bytes / 1024:,.0f} / {ours.wire_bytes / 1024:,.0f}",
            f"{old.seconds:.3f} / {ours.seconds:.3f}",
            f"{old.naps}",
            f"{result.ratio:,.1f}",
            "" if result.least_ratio is None else f"{result.least_ratio:g}",
            _VERDICTS[result.is_met],
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
        "comparisons": [_record(result) for result in results if isinstance(result, ComparisonResult)],
        "ports": [_record(result) for result in results if isinstance(result, PortResult)],
        "speeds": [_record(result) for result in results if isinstance(result, SpeedResult)],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def _record(result: Result) -> dict[str, object]:
    ratio = {"ratio": result.ratio} if isinstance(result, ComparisonResult) else {}
    return {**asdict(result), **ratio, "is_met": result.is_met}
