"""``hv vm checkpoint``: take, list, go back to and delete checkpoints."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_list
from openhyperv.hyperv.checkpoints import Checkpoint

_LISTING = (
    Column[Checkpoint]("NAME", lambda checkpoint: checkpoint.name),
    Column[Checkpoint]("CREATED", lambda checkpoint: f"{checkpoint.created or ''}"),
    Column[Checkpoint]("GUID", lambda checkpoint: checkpoint.guid),
    Column[Checkpoint]("GREW FROM", lambda checkpoint: checkpoint.parent or ""),
)


@click.group(cls=Group)
def checkpoint() -> None:
    """Take checkpoints of a machine, and go back to them."""


@checkpoint.command("list")
@click.argument("machine")
@click.pass_obj
def list_(invocation: Invocation, machine: str) -> None:
    """List a machine's checkpoints, oldest first."""
    with connected(invocation) as host:
        checkpoints = host.machine(machine).checkpoints()
    show_list(invocation, checkpoints, _LISTING)


@checkpoint.command()
@click.argument("machine")
@click.argument("name", required=False)
@click.pass_obj
def create(invocation: Invocation, machine: str, name: str | None) -> None:
    """Take a checkpoint; without NAME the host names it."""
    with connected(invocation) as host:
        taken = host.machine(machine).take_checkpoint(name)
        if not invocation.dry_run:
            show_list(invocation, [taken], _LISTING)


@checkpoint.command()
@click.argument("machine")
@click.argument("name")
@click.pass_obj
def apply(invocation: Invocation, machine: str, name: str) -> None:
    """Make a machine what it was; it has to be off or saved. NAME may be a GUID."""
    with connected(invocation) as host:
        found = host.machine(machine)
        found.apply_checkpoint(found.checkpoint(name))
        say(invocation, f"{machine} is what it was at {name}.")


@checkpoint.command()
@click.argument("machine")
@click.argument("name")
@click.pass_obj
def delete(invocation: Invocation, machine: str, name: str) -> None:
    """Delete one checkpoint; those that grew from it stay. NAME may be a GUID."""
    with connected(invocation) as host:
        found = host.machine(machine)
        found.delete_checkpoint(found.checkpoint(name))
        say(invocation, f"The checkpoint {name} is deleted.")
