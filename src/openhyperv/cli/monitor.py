"""``hv monitor``: what happens on a host, as it happens."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import islice

import click
import yaml

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Format, Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import say
from openhyperv.cli.plain import plain
from openhyperv.cli.printable import printable
from openhyperv.hyperv.monitoring import Happening, HostEvent, JobEvent, MachineEvent, Monitor


@click.command(cls=Command)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; the same as -f json.")
@click.option("--jobs/--no-jobs", default=True, help="Jobs too, or machines only.")
@click.option("--count", type=click.IntRange(1), help="End after so many events.")
@click.pass_obj
def monitor(invocation: Invocation, as_json: bool, jobs: bool, count: int | None) -> None:
    """Print what happens on a host, as it happens: machines that come, go and change, and jobs.

    Ctrl-C ends it.
    """
    form = Format.JSON if as_json else invocation.format
    with (
        connected(invocation) as host,
        suppress(KeyboardInterrupt),
        Monitor(host.session, with_jobs=jobs) as heard,
    ):
        say(invocation, f"Listening to {host.session.host}.")
        for event in islice(heard.events(), count):
            click.echo(_text(event, form))


def _text(event: HostEvent, form: Format) -> str:
    kind = "machine" if isinstance(event, MachineEvent) else "job"
    record = {"kind": kind, **event_fields(event)}
    match form:
        case Format.JSON:
            return json.dumps(record, ensure_ascii=False)
        case Format.YAML:
            return "---\n" + yaml.safe_dump(record, sort_keys=False, allow_unicode=True).rstrip()
    words = _machine_words(event) if isinstance(event, MachineEvent) else _job_words(event)
    return printable(f"{event.at.astimezone():%H:%M:%S}  {words}")


def event_fields(event: HostEvent) -> dict[str, object]:
    """An event's fields as JSON has them."""
    fields = plain(event)
    return dict(fields) if isinstance(fields, dict) else {}


def _machine_words(event: MachineEvent) -> str:
    match event.happening:
        case Happening.STATE:
            what = f"{event.before} -> {event.state.label}"
        case Happening.RENAMED:
            what = f"was called {event.before}"
        case happening:
            what = happening.value
    return f"{event.name}  {what}  ({event.guid})"


def _job_words(event: JobEvent) -> str:
    error = f": {event.error}" if event.error else ""
    return f"job  {event.description} {event.percent} % {event.status}{error}"
