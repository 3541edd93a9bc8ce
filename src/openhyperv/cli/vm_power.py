"""``hv vm``: start, stop and what lies between."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import say

_TIMEOUT_S = 300.0
_RESTART_TIMEOUT_S = 60.0
_timeout = click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(1),
    default=_TIMEOUT_S,
    show_default=True,
    help="Seconds to wait for it.",
)


@click.command(cls=Command)
@click.argument("machine")
@_timeout
@click.pass_obj
def start(invocation: Invocation, machine: str, timeout_s: float) -> None:
    """Start a machine, or let a saved one go on."""
    with connected(invocation) as host:
        host.machine(machine).start(timeout_s=timeout_s)
        say(invocation, f"{machine} is running.")


@click.command(cls=Command)
@click.argument("machine")
@click.option("--force", is_flag=True, help="Turn it off at once; what is not written is lost.")
@click.option(
    "--ask-again", "ask_again_s", type=click.FloatRange(1), help="Ask again after so many seconds each."
)
@click.option("--then-force", is_flag=True, help="Turn it off where asking comes to nothing.")
@_timeout
@click.pass_obj
def stop(
    invocation: Invocation,
    machine: str,
    force: bool,
    ask_again_s: float | None,
    then_force: bool,
    timeout_s: float,
) -> None:
    """Let the guest shut down, and wait until the machine is off.

    With --ask-again a guest that does not listen yet, because it is still booting, is no error.
    """
    with connected(invocation) as host:
        found = host.machine(machine)
        if force:
            found.turn_off(timeout_s=timeout_s)
        else:
            found.shut_down(timeout_s=timeout_s, ask_again_s=ask_again_s, then_turn_off=then_force)
        say(invocation, f"{machine} is off.")


@click.command(cls=Command)
@click.argument("machine")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(1),
    default=_RESTART_TIMEOUT_S,
    show_default=True,
    help="Seconds to wait for the guest before it is reset.",
)
@click.pass_obj
def restart(invocation: Invocation, machine: str, timeout_s: float) -> None:
    """Let the guest shut down and start it again; one that does not go off is reset."""
    with connected(invocation) as host:
        host.machine(machine).restart(timeout_s=timeout_s)
        say(invocation, f"{machine} was restarted.")


@click.command(cls=Command)
@click.argument("machine")
@_timeout
@click.pass_obj
def reset(invocation: Invocation, machine: str, timeout_s: float) -> None:
    """Press a machine's reset button."""
    with connected(invocation) as host:
        host.machine(machine).reset(timeout_s=timeout_s)
        say(invocation, f"{machine} was reset.")


@click.command(cls=Command)
@click.argument("machine")
@_timeout
@click.pass_obj
def pause(invocation: Invocation, machine: str, timeout_s: float) -> None:
    """Freeze a machine in memory."""
    with connected(invocation) as host:
        host.machine(machine).pause(timeout_s=timeout_s)
        say(invocation, f"{machine} is paused.")


@click.command(cls=Command)
@click.argument("machine")
@_timeout
@click.pass_obj
def resume(invocation: Invocation, machine: str, timeout_s: float) -> None:
    """Let a paused machine go on."""
    with connected(invocation) as host:
        host.machine(machine).resume(timeout_s=timeout_s)
        say(invocation, f"{machine} is running.")


@click.command(cls=Command)
@click.argument("machine")
@_timeout
@click.pass_obj
def save(invocation: Invocation, machine: str, timeout_s: float) -> None:
    """Write a machine's memory to disk and stop it there."""
    with connected(invocation) as host:
        host.machine(machine).save(timeout_s=timeout_s)
        say(invocation, f"{machine} is saved.")


COMMANDS = (start, stop, restart, reset, pause, resume, save)
