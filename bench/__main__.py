"""Measure everything: ``python -m bench [--quick] [--only WHAT] [--json FILE]``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from bench.comparison.section import measure_comparison
from bench.event_latency import measure_events
from bench.footprint import measure_footprint
from bench.gets import measure_gets
from bench.lists import measure_lists
from bench.machines import measure_machines
from bench.ports.section import measure_ports
from bench.pushes import measure_pushes
from bench.report import show, write
from bench.results import Result
from bench.scale import FULL, QUICK, Scale

_BUILD = Path("build")
_MEASURES: dict[str, Callable[[Scale, Path], Iterable[Result]]] = {
    "machines": measure_machines,
    "lists": measure_lists,
    "events": measure_events,
    "gets": measure_gets,
    "footprint": measure_footprint,
    "pushes": measure_pushes,
    "comparison": measure_comparison,
    "ports": measure_ports,
}
_WHEN_ASKED_FOR = ("ports",)
"""It takes half an hour, and needs what ``make setup-openstack`` installs."""


@click.command()
@click.option("--quick", is_flag=True, help="Only see that everything works; the times mean nothing.")
@click.option("--only", multiple=True, type=click.Choice(list(_MEASURES)), help="Measure only this.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), default=_BUILD / "bench.json")
def main(quick: bool, only: Sequence[str], json_file: Path) -> None:
    """Requests and time per operation against the emulated host, beside the baseline and the targets."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    scale = QUICK if quick else FULL
    results: list[Result] = []
    _BUILD.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=_BUILD) as folder:
        for name in only or (name for name in _MEASURES if name not in _WHEN_ASKED_FOR):
            console.print(f"measuring {name}", style="dim")
            results += _MEASURES[name](scale, Path(folder))
    write(json_file, results)
    show(console, results)


if __name__ == "__main__":
    main()
