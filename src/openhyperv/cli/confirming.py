"""Asking before something goes for good."""

from __future__ import annotations

import sys

import click

from openhyperv.cli.invocation import Invocation


def confirm(invocation: Invocation, question: str, *, yes: bool) -> None:
    """Ask, unless somebody has said yes already or nothing is going to happen.

    :raises UsageError: nobody is there to answer
    """
    if yes or invocation.dry_run:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("Deleting asks first, and here is no terminal; say --yes.")
    click.confirm(question, abort=True, err=True)
