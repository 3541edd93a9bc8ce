"""Data on stdout, in the form asked for; talk on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

import click
import yaml
from attrs import frozen
from rich.console import Console
from rich.table import Table
from rich.text import Text

from openhyperv.cli.invocation import Format, Invocation
from openhyperv.cli.plain import plain
from openhyperv.cli.printable import printable

Row = TypeVar("Row")
_UNLIMITED_WIDTH = 10_000


@frozen
class Column(Generic[Row]):
    """A column of a table; ``style`` may colour a cell by its text."""

    title: str
    text: Callable[[Row], str]
    is_number: bool = False
    style: Callable[[str], str] = lambda _text: ""


def show_list(invocation: Invocation, rows: Iterable[Row], columns: Sequence[Column[Row]]) -> None:
    """Print rows: as a table of some columns, or whole."""
    if invocation.format is not Format.TABLE:
        return show_data(invocation, list(rows))
    return _print(table_of(rows, columns))


def table_of(rows: Iterable[Row], columns: Sequence[Column[Row]]) -> Table:
    """Rows as a table."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column.title, justify="right" if column.is_number else "left", no_wrap=True)
    for row in rows:
        texts = [(printable(column.text(row)), column.style) for column in columns]
        table.add_row(*(Text(text, style=style(text)) for text, style in texts))
    return table


def show_one(invocation: Invocation, value: Row, lines: Sequence[Column[Row]]) -> None:
    """Print one thing: line by line, or whole."""
    if invocation.format is not Format.TABLE:
        return show_data(invocation, value)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for line in lines:
        if text := printable(line.text(value)):
            table.add_row(Text(line.title, style="bold"), Text(text, style=line.style(text)))
    return _print(table)


def show_data(invocation: Invocation, value: object) -> None:
    """Print a value as JSON or YAML."""
    if invocation.format is Format.YAML:
        click.echo(yaml.safe_dump(plain(value), sort_keys=False, allow_unicode=True), nl=False)
    else:
        click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))


def _print(table: Table) -> None:
    """Print a table; lines are as long as they are, and do not end in blanks."""
    console = Console(width=_UNLIMITED_WIDTH, highlight=False)
    with console.capture() as captured:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def say(invocation: Invocation, text: str) -> None:
    """Tell the user what was done; a rehearsal did nothing."""
    if not invocation.dry_run:
        click.echo(printable(text), err=True)
