"""Options that take a member of an enumeration, by its name in lower case."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TypeVar

import click

E = TypeVar("E", bound=Enum)


def names_of(members: type[Enum]) -> click.Choice[str]:
    """The words that the option takes."""
    return click.Choice([member.name.lower() for member in members])


def member_of(members: type[E]) -> Callable[[click.Context, click.Parameter, str | None], E | None]:
    """The callback of such an option; None where it was not given."""

    def read(_ctx: click.Context, _param: click.Parameter, word: str | None) -> E | None:
        return None if word is None else members[word.upper()]

    return read
