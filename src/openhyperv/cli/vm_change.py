"""``hv vm``: rename, resize and delete."""

from __future__ import annotations

import click

from openhyperv.cli.confirming import confirm
from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import say


@click.command(cls=Command)
@click.argument("machine")
@click.argument("name")
@click.pass_obj
def rename(invocation: Invocation, machine: str, name: str) -> None:
    """Give a machine another display name; its GUID stays."""
    with connected(invocation) as host:
        host.machine(machine).rename(name)
        say(invocation, f"{machine} is called {name} now.")


@click.command(cls=Command)
@click.argument("machine")
@click.option("--vcpus", type=click.IntRange(1), help="Processors.")
@click.option("--memory", "memory_mb", type=click.IntRange(32), metavar="MB", help="Memory.")
@click.pass_obj
def resize(invocation: Invocation, machine: str, vcpus: int | None, memory_mb: int | None) -> None:
    """Change processors and memory; whatever is not named stays."""
    if vcpus is None and memory_mb is None:
        raise click.UsageError("Name at least one of --vcpus and --memory.")
    with connected(invocation) as host:
        host.machine(machine).resize(vcpus=vcpus, memory_mb=memory_mb)
        say(invocation, f"{machine} is resized.")


@click.command(cls=Command)
@click.argument("machine")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(invocation: Invocation, machine: str, yes: bool) -> None:
    """Delete a machine with its checkpoints and the disks that were made for it; turns it off first."""
    confirm(invocation, f"Delete {machine} with its disks?", yes=yes)
    with connected(invocation) as host:
        host.machine(machine).delete()
        say(invocation, f"{machine} is deleted.")


COMMANDS = (rename, resize, delete)
