"""What the lab is said to do, shown and held to."""

from __future__ import annotations

import click

from lab.errors import LabError


def must(fact: str, *, be: bool) -> None:
    """Show a fact.

    :raises LabError: it is not as it has to be
    """
    click.echo(f"  {fact}")
    if not be:
        raise LabError(f"That is not as it has to be: {fact}")
