"""What is being done, and how long it has taken so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import click
from attrs import field, frozen


@frozen
class Timeline:
    """Says each step when it is over."""

    started_s: float = field(factory=monotonic)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """A step; nothing is said of one that fails, because the error will be."""
        yield
        self.say(what)

    def say(self, what: str) -> None:
        """Something was done."""
        click.echo(f"[{monotonic() - self.started_s:6.1f} s] {what}")
