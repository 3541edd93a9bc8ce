"""The options that put an imported machine right, and the table of what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from openhyperv.cli.invocation import Invocation
from openhyperv.cli.output import Column, show_list
from openhyperv.hyperv.transfer.findings import Finding, FindingKind, UnfitMachineError
from openhyperv.hyperv.transfer.fitting import Fit

_Function = TypeVar("_Function", bound=Callable[..., Any])
_NONE = "none"


_OPTIONS = (
    click.option(
        "--switch",
        "switches",
        multiple=True,
        metavar="OLD=NEW",
        help="Connect to NEW what was connected to the switch OLD; NEW may be none.",
    ),
    click.option(
        "--disk",
        "disks",
        multiple=True,
        metavar="OLD=NEW",
        help="Use the file NEW for the disk or disc OLD; NEW may be none.",
    ),
    click.option(
        "--memory", "memory_mb", type=click.IntRange(32), metavar="MB", help="Another size of memory."
    ),
    click.option(
        "--drop-missing-checkpoints", is_flag=True, help="Give up checkpoints that did not come along."
    ),
)


def fit_options(function: _Function) -> _Function:
    """Give a command these options."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def fit_to(
    switches: Sequence[str], disks: Sequence[str], memory_mb: int | None, *, drop_missing_checkpoints: bool
) -> Fit:
    """What the options ask for.

    :raises UsageError: one of them does not read OLD=NEW
    """
    return Fit(
        dict(_pair("--switch", each) for each in switches),
        dict(_pair("--disk", each) for each in disks),
        memory_mb,
        drop_missing_checkpoints,
    )


def _pair(option: str, text: str) -> tuple[str, str | None]:
    old, separator, new = text.partition("=")
    if not (old and separator and new):
        raise click.UsageError(f"{option} takes OLD=NEW.")
    return old, None if new.lower() == _NONE else new


_REMEDIES = {
    FindingKind.SWITCH: "--switch {}=NEW",
    FindingKind.DISK: "--disk {}=NEW",
    FindingKind.CHECKPOINT: "--drop-missing-checkpoints",
    FindingKind.MEMORY: "--memory MB",
}


def _remedy(finding: Finding) -> str:
    """The option that helps, quoted as shells take it."""
    words = _REMEDIES.get(finding.kind, "").format(finding.subject or "OLD")
    option, _, value = words.partition(" ")
    return f"{option} '{value}'" if " " in value or "\\" in value else words


_FINDINGS = (
    Column[Finding]("KIND", lambda finding: finding.kind.value),
    Column[Finding]("PUT RIGHT BY", _remedy),
    Column[Finding]("PROBLEM", lambda finding: finding.text),
)


@contextmanager
def told_findings(invocation: Invocation) -> Iterator[None]:
    """Print what a machine lacks, before the error that says so goes on."""
    try:
        yield
    except UnfitMachineError as error:
        show_list(invocation, error.findings, _FINDINGS)
        raise
