"""``python -m lab tempest``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from lab import clouds
from lab.places import Places
from lab.processes import Processes
from lab.settings import Lab
from lab.tempest.accounting import account
from lab.tempest.record import Record
from lab.tempest.report import Run
from lab.tempest.results import Outcome
from lab.tempest.running import list_tests, run
from lab.tempest.selection import Selection, choose
from lab.tempest.workspace import have_workspace, provide


@click.command()
@click.option(
    "--only",
    type=click.Choice([each.value for each in Selection]),
    default=Selection.ALL.value,
    help="Run these tests.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="Write a page about the latest result of each test here.",
)
def tempest(only: str, report: Path | None) -> None:
    """Judge the lab, which has to be up, by Tempest; exit code 1 if a test fails."""
    lab = Lab.open(Places.from_environment())
    processes = Processes(lab.places)
    workspace = have_workspace(lab, processes, provide(lab, clouds.connect(lab)))
    click.echo(f"Tempest prints to {processes.log('tempest-run')}.")
    record = Record(workspace / "results.json")
    chosen = choose(list_tests(lab, processes, workspace), Selection(only), record.read())
    results = account(chosen, run(lab, processes, workspace, chosen))
    record.add(results)
    if report:
        report.write_text(Run(lab, record.read()).page(), "utf-8")
    for result in results:
        if result.outcome is Outcome.FAILED:
            click.echo(f"FAILED {result.name}: {result.reason}")
    count = Counter(result.outcome for result in results)
    click.echo(", ".join(f"{count[outcome]} {outcome}" for outcome in Outcome))
    if count[Outcome.FAILED]:
        raise SystemExit(1)
