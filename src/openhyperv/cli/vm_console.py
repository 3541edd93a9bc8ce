"""``hv vm console`` and ``hv vm log``: a machine's serial port at the terminal, and what was kept of it."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import say
from openhyperv.cli.terminal import Attachment, Ending, Keyboard, Screen
from openhyperv.hyperv.serial.log import ConsoleLog, read_log
from openhyperv.hyperv.serial.reader import PortReader, PortState
from openhyperv.hyperv.virtual_machine import VirtualMachine

_NEWS = {
    PortState.WAITING: "[The console was closed; waiting until the machine is back.]",
    PortState.CONNECTED: "[The console is back.]",
}


@click.command(cls=Command)
@click.argument("machine")
@click.option("--com", type=click.IntRange(1, 2), default=1, show_default=True, help="Which serial port.")
@click.option(
    "--log", "log_path", type=click.Path(dir_okay=False, path_type=Path), help="Append it here too."
)
@click.option("--read-only", is_flag=True, help="Type nothing.")
@click.option(
    "--reconnect/--no-reconnect",
    default=None,
    help="Wait for a machine or host that restarts. By default only at a terminal.",
)
@click.option("--timeout", "timeout_s", type=click.FloatRange(0), help="Leave after so many seconds.")
@click.pass_obj
def console(
    invocation: Invocation,
    machine: str,
    com: int,
    log_path: Path | None,
    read_only: bool,
    reconnect: bool | None,
    timeout_s: float | None,
) -> None:
    """Speak to a running machine over its serial port. Ctrl-] leaves.

    Without a terminal, stdin is sent as it comes, and the console stays open until the machine stops or
    --timeout has passed.
    """
    reconnects = sys.stdin.isatty() if reconnect is None else reconnect
    with ExitStack() as resources:
        host = resources.enter_context(connected(invocation))
        reader = host.machine(machine).serial.reader(com, reconnects=reconnects, shared_in=_state() / "ports")
        log = [resources.enter_context(log_path.open("ab"))] if log_path else []
        screen = Screen(sys.stdout.buffer, *log)
        reader.listen(screen)
        resources.enter_context(reader.start())
        if sys.stdin.isatty():
            say(invocation, f"Connected to COM{com} of {machine}; Ctrl-] leaves.")
        keyboard = None if read_only else resources.enter_context(Keyboard(sys.stdin.fileno()))
        ending = _attach(reader, screen, keyboard, timeout_s)
    say(invocation, f"\n{ending.value}")


def _attach(
    reader: PortReader,
    screen: Screen,
    keyboard: Keyboard | None,
    timeout_s: float | None,
) -> Ending:
    def tell(state: PortState) -> None:
        if state in _NEWS:  # a raw terminal needs to be told to go back to the line's beginning
            click.echo(f"\r\n{_NEWS[state]}\r\n", err=True, nl=False)

    ending = Attachment(reader, screen, keyboard, tell).run(timeout_s)
    if reader.error is not None:
        raise reader.error
    return ending


@click.command(cls=Command)
@click.argument("machine")
@click.option("--com", type=click.IntRange(1, 2), help="Which serial port.  [default: the one for logs]")
@click.option("--record", is_flag=True, help="Read the port and add to the log until Ctrl-C.")
@click.option("--timeout", "timeout_s", type=click.FloatRange(0), help="Record for so many seconds.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where logs are kept.  [default: openhyperv/consoles in $XDG_STATE_HOME]",
)
@click.pass_obj
def log(
    invocation: Invocation,
    machine: str,
    com: int | None,
    record: bool,
    timeout_s: float | None,
    folder: Path | None,
) -> None:
    """Print what was recorded of a machine's serial port, or record it.

    A log is kept in two files of 512 KiB: console.log, and console.log.1 with what came before. Recording
    goes on when the machine or its host restarts.
    """
    with connected(invocation) as host:
        found = host.machine(machine)
        place = (folder or _state() / "consoles") / found.guid
        if record:
            return _record(invocation, found, com, place, timeout_s)
        sys.stdout.buffer.write(read_log(place))
        return None


def _record(
    invocation: Invocation, machine: VirtualMachine, com: int | None, place: Path, timeout_s: float | None
) -> None:
    port = com if com is not None else machine.serial.logging_port()
    reader = machine.serial.reader(port, shared_in=_state() / "ports")
    with ConsoleLog(place) as kept:
        screen = Screen(sys.stdout.buffer)
        for listener in (kept, screen):
            reader.listen(listener)
        with reader.start():
            ending = _attach(reader, screen, None, timeout_s)
    say(invocation, f"\n{ending.value}")


def _state() -> Path:
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "openhyperv"
