"""``hv vm console``: a machine's serial port at the terminal."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import say
from openhyperv.cli.terminal import Attachment, Keyboard


@click.command(cls=Command)
@click.argument("machine")
@click.option("--com", type=click.IntRange(1, 2), default=1, show_default=True, help="Which serial port.")
@click.option(
    "--log", "log_path", type=click.Path(dir_okay=False, path_type=Path), help="Append it here too."
)
@click.option("--read-only", is_flag=True, help="Type nothing.")
@click.option("--timeout", "timeout_s", type=click.FloatRange(0), help="Leave after so many seconds.")
@click.pass_obj
def console(
    invocation: Invocation,
    machine: str,
    com: int,
    log_path: Path | None,
    read_only: bool,
    timeout_s: float | None,
) -> None:
    """Speak to a running machine over its serial port. Ctrl-] leaves.

    Without a terminal, stdin is sent as it comes, and the console stays open until the machine stops or
    --timeout has passed.
    """
    with ExitStack() as resources:
        host = resources.enter_context(connected(invocation))
        pipe = resources.enter_context(host.machine(machine).console(com))
        log = resources.enter_context(log_path.open("ab")) if log_path else None
        if sys.stdin.isatty():
            say(invocation, f"Connected to COM{com} of {machine}; Ctrl-] leaves.")
        keyboard = None if read_only else resources.enter_context(Keyboard(sys.stdin.fileno()))
        ending = Attachment(pipe, sys.stdout.buffer, log, keyboard).run(timeout_s)
    say(invocation, f"\n{ending.value}")
