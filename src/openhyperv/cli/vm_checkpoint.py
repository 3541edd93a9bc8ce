"""``hv vm checkpoint``: take, show, go back to and delete checkpoints."""

from __future__ import annotations

import click

from openhyperv.cli.bars import job_bar
from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Format, Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_data, show_list
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.checkpoints.applying import WhenRunning
from openhyperv.hyperv.checkpoints.checkpoint import Checkpoint
from openhyperv.hyperv.checkpoints.taking import Consistency
from openhyperv.hyperv.checkpoints.tree import CheckpointNode

_LISTING = (
    Column[Checkpoint]("NAME", lambda checkpoint: checkpoint.name),
    Column[Checkpoint]("CREATED", lambda checkpoint: f"{checkpoint.created or ''}"),
    Column[Checkpoint]("MEMORY", lambda checkpoint: "yes" if checkpoint.has_memory else "no"),
    Column[Checkpoint]("GUID", lambda checkpoint: checkpoint.guid),
    Column[Checkpoint]("GREW FROM", lambda checkpoint: checkpoint.parent or ""),
)
_Line = tuple[int, CheckpointNode]
_TREE = (
    Column[_Line]("CHECKPOINT", lambda line: "  " * line[0] + line[1].checkpoint.name),
    Column[_Line]("NOW", lambda line: "here" if line[1].is_current else "", style=lambda _text: "green"),
    Column[_Line]("CREATED", lambda line: f"{line[1].checkpoint.created or ''}"),
    Column[_Line]("GUID", lambda line: line[1].checkpoint.guid),
)


@click.group(cls=Group)
def checkpoint() -> None:
    """Take checkpoints of a machine, and go back to them.

    A checkpoint is named by its name or its GUID; a name that several have is refused.
    """


@checkpoint.command("list")
@click.argument("machine")
@click.option("--tree", "as_tree", is_flag=True, help="Show what grew from what, and where the machine is.")
@click.pass_obj
def list_(invocation: Invocation, machine: str, *, as_tree: bool) -> None:
    """List a machine's checkpoints, oldest first."""
    with connected(invocation) as host:
        checkpoints = host.machine(machine).checkpoints
        if as_tree and invocation.format is Format.TABLE:
            show_list(invocation, checkpoints.tree().walk(), _TREE)
        elif as_tree:
            show_data(invocation, checkpoints.tree().roots)
        else:
            show_list(invocation, checkpoints.list(), _LISTING)


@checkpoint.command()
@click.argument("machine")
@click.argument("name", required=False)
@click.option("--production", is_flag=True, help="Of disks that the guest brings in order; or none at all.")
@click.option("--crash-consistent", is_flag=True, help="Of the disks as they are, without asking the guest.")
@click.pass_obj
def take(
    invocation: Invocation, machine: str, name: str | None, *, production: bool, crash_consistent: bool
) -> None:
    """Take a checkpoint; without NAME the host names it.

    What kind it is, the machine's own setting says, unless it is asked for here.
    """
    if production and crash_consistent:
        raise click.UsageError("--production and --crash-consistent exclude each other.")
    wanted = Consistency.PRODUCTION if production else Consistency.CRASH if crash_consistent else None
    with connected(invocation) as host, job_bar("taking") as on_progress:
        taken = host.machine(machine).checkpoints.take(name, wanted, on_progress=on_progress)
        if not invocation.dry_run:
            show_list(invocation, [taken], _LISTING)


@checkpoint.command()
@click.argument("machine")
@click.argument("name")
@click.option("--turn-off", is_flag=True, help="Turn a running machine off first; what it is now is lost.")
@click.option("--start", "starts", is_flag=True, help="Start it afterwards.")
@click.pass_obj
def apply(invocation: Invocation, machine: str, name: str, *, turn_off: bool, starts: bool) -> None:
    """Make a machine what it was; it has to be off or saved."""
    choice = WhenRunning.TURN_OFF if turn_off else WhenRunning.REFUSE
    with connected(invocation) as host:
        found = host.machine(machine)
        with job_bar("applying") as on_progress:
            found.checkpoints.apply(found.checkpoints.find(name), choice, on_progress=on_progress)
        if starts:
            found.start()
        say(invocation, f"{machine} is what it was at {name}.")


@checkpoint.command()
@click.argument("machine")
@click.argument("name")
@click.argument("new_name")
@click.pass_obj
def rename(invocation: Invocation, machine: str, name: str, new_name: str) -> None:
    """Call a checkpoint something else."""
    with connected(invocation) as host:
        checkpoints = host.machine(machine).checkpoints
        checkpoints.rename(checkpoints.find(name), new_name)
        say(invocation, f"The checkpoint {name} is called {new_name} now.")


@checkpoint.command()
@click.argument("machine")
@click.argument("name")
@click.option("--subtree", is_flag=True, help="Delete all that grew from it, too.")
@click.pass_obj
def delete(invocation: Invocation, machine: str, name: str, *, subtree: bool) -> None:
    """Delete one checkpoint; those that grew from it stay. Waits until the host has merged the disks."""
    with connected(invocation) as host:
        checkpoints = host.machine(machine).checkpoints
        with job_bar("deleting") as on_progress:
            checkpoints.delete(checkpoints.find(name), with_subtree=subtree, on_progress=on_progress)
        say(invocation, f"The checkpoint {name} is deleted.")


@checkpoint.command()
@click.argument("machine")
@click.argument("name")
@click.argument("folder")
@click.pass_obj
def export(invocation: Invocation, machine: str, name: str, folder: str) -> None:
    """Export what a machine was at a checkpoint, as a machine, into a FOLDER that holds nothing yet."""
    with connected(invocation) as host:
        checkpoints = host.machine(machine).checkpoints
        with job_bar("exporting") as on_progress:
            checkpoints.export(checkpoints.find(name), WindowsPath.parse(folder), on_progress=on_progress)
        say(invocation, f"The checkpoint {name} is exported to {folder}.")
