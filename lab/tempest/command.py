"""``python -m lab tempest``."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from lab import clouds
from lab.places import Places
from lab.processes import Processes
from lab.settings import Lab
from lab.tempest.accounting import account
from lab.tempest.exclusions import exclusion
from lab.tempest.record import Record
from lab.tempest.report import Run
from lab.tempest.results import Outcome, Result
from lab.tempest.running import list_tests, run
from lab.tempest.selection import Selection, choose, needs_guest
from lab.tempest.workspace import have_workspace, provide


@click.command()
@click.option(
    "--only",
    type=click.Choice([each.value for each in Selection]),
    default=Selection.ALL.value,
    help="Run these tests.",
)
@click.option("--matching", default="", help="Of these, the tests whose names a regular expression finds.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="Write a page about the latest result of each test here.",
)
def tempest(only: str, matching: str, report: Path | None) -> None:
    """Judge the lab, which has to be up, by Tempest; exit code 1 if a test fails.

    Without guests (up --guests none) the tests that read a guest's console are left out: --only guest
    runs them when there are guests.
    """
    lab = Lab.open(Places.from_environment())
    processes = Processes(lab.places)
    workspace = have_workspace(lab, processes, provide(lab, clouds.connect(lab)))
    click.echo(f"Tempest prints to {processes.log('tempest-run')}.")
    record = Record(workspace / "results.json")
    tests = list_tests(lab, processes, workspace)
    latest = record.read()
    chosen = [test for test in choose(tests, Selection(only), latest) if re.search(matching, test)]
    if lab.guests == "none":
        chosen = [test for test in chosen if not needs_guest(test)]
    excluded = [result for test in chosen if (result := exclusion(test))]
    runnable = [test for test in chosen if exclusion(test) is None]
    results = [*excluded, *account(runnable, run(lab, processes, workspace, runnable))]
    record.add(results)
    if report:
        everything = account(choose(tests, Selection.ALL), record.read())
        report.write_text(Run(lab, everything).page(), "utf-8")
    sys.exit(_tell(results))


def _tell(results: Sequence[Result]) -> int:
    """Say which tests failed, and how many did what; gives the exit code."""
    for result in results:
        if result.outcome is Outcome.FAILED:
            click.echo(f"FAILED {result.name}: {result.reason}")
    count = Counter(result.outcome for result in results)
    click.echo(", ".join(f"{count[outcome]} {outcome}" for outcome in Outcome))
    return int(bool(count[Outcome.FAILED] or count[Outcome.NOT_RUN]))
