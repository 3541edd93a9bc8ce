"""What ``--dry-run`` prints: the calls and file changes that were not sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click
from attrs import define, field

from openhyperv.cim.rehearsal import Call
from openhyperv.cim.schema import Schema
from openhyperv.cli.invocation import Format, Invocation
from openhyperv.cli.output import show_data
from openhyperv.cli.printable import printable
from openhyperv.hyperv.rehearsing import Change, FileChange
from openhyperv.wire.cimxml import instance_from_text
from openhyperv.wire.types import Value


@define
class ChangeList:
    """Collects changes, and prints them; ``has_more`` says that others would follow."""

    invocation: Invocation
    has_more: bool = False
    _changes: list[Change] = field(factory=list, init=False)

    def tell(self, change: Change) -> None:
        """Remember one."""
        self._changes.append(change)

    def show(self) -> None:
        """Print them all on stdout; nothing where the command only read."""
        if not self._changes:
            return
        if self.invocation.format is not Format.TABLE:
            show_data(self.invocation, [_record(change) for change in self._changes])
        for number, change in enumerate(self._changes, 1):
            if self.invocation.format is Format.TABLE:
                click.echo(printable(f"{number}. " + "\n".join(_lines(change))))
        ending = ", and more that depends on what they do" if self.has_more else ""
        click.echo(
            f"hv: nothing was changed; requests that would change: {len(self._changes)}{ending}", err=True
        )


def _record(change: Change) -> Mapping[str, object]:
    if isinstance(change, FileChange):
        return {"operation": change.operation, "path": str(change.path)}
    operation = f"{change.path.class_name}.{change.method}"
    return {"operation": operation, "object": str(change.path), "arguments": change.arguments}


def _lines(change: Change) -> Iterator[str]:
    if isinstance(change, FileChange):
        yield f"{change.operation} {change.path}"
    else:
        yield from _call_lines(change)


def _call_lines(call: Call) -> Iterator[str]:
    yield f"{call.path.class_name}.{call.method}"
    yield f"     on {call.path}"
    schema = Schema.load()
    for name, value in call.arguments.items():
        for each in value if isinstance(value, list | tuple) else [value]:
            yield from _argument_lines(name, each, schema)


def _argument_lines(name: str, value: Value, schema: Schema) -> Iterator[str]:
    """An argument in one line, or an embedded instance in one line a property."""
    if not (isinstance(value, str) and value.startswith("<INSTANCE")):
        yield f"     {name} = {value}"
        return
    instance = instance_from_text(value, schema)
    yield f"     {name} = {instance.class_name}"
    for property_name, held in instance.items():
        yield f"         {property_name} = {held}"
