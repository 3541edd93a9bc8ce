"""Progress bars on stderr, where that is a terminal; silence where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from openhyperv.cim.jobs import JobProgress
from openhyperv.files.progress import Phase
from openhyperv.files.progress import Progress as FileProgress

_PHASES = {
    Phase.HASH: "reading",
    Phase.CONVERT: "converting",
    Phase.COMPARE: "comparing",
    Phase.SEND: "sending",
    Phase.READ_BACK: "verifying",
}


@contextmanager
def job_bar(words: str) -> Iterator[JobProgress]:
    """A bar for a job of the host."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not _shows()) as bars:
        task = bars.add_task(words, total=100)
        yield lambda percent: bars.update(task, completed=percent)


@contextmanager
def file_bars() -> Iterator[FileProgress]:
    """A bar for each phase of the work on a file."""
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    tasks: dict[Phase, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), disable=not _shows()) as bars:

        def update(phase: Phase, done_bytes: int, total_bytes: int) -> None:
            if phase not in tasks:
                tasks[phase] = bars.add_task(_PHASES[phase], total=total_bytes)
            bars.update(tasks[phase], completed=done_bytes, total=total_bytes)

        yield update


def _shows() -> bool:
    return Console(stderr=True).is_terminal
