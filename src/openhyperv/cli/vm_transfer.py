"""``hv vm``: export, import and clone whole machines."""

from __future__ import annotations

import click

from openhyperv.cli.bars import job_bar
from openhyperv.cli.connecting import connected
from openhyperv.cli.fitting import fit_options, fit_to, told_findings
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import say
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.transfer.exporting import ExportChoices, LiveState

_LIVE_STATES = {
    "disks": LiveState.CRASH_CONSISTENT,
    "memory": LiveState.SAVED,
    "production": LiveState.APPLICATION_CONSISTENT,
}
_live = click.option(
    "--live",
    type=click.Choice(list(_LIVE_STATES)),
    help="Of a running machine: disks as after a power failure, memory too, or disks in order.",
)


@click.command(cls=Command)
@click.argument("machine")
@click.argument("folder")
@_live
@click.option("--no-checkpoints", is_flag=True, help="Leave its checkpoints out.")
@click.option("--no-disks", is_flag=True, help="Leave its disks where they are.")
@click.pass_obj
def export(
    invocation: Invocation,
    machine: str,
    folder: str,
    live: str | None,
    *,
    no_checkpoints: bool,
    no_disks: bool,
) -> None:
    """Export a machine into a FOLDER of its host that holds nothing yet; a running one goes on."""
    choices = ExportChoices(
        _LIVE_STATES.get(live or ""), with_checkpoints=not no_checkpoints, with_disks=not no_disks
    )
    with connected(invocation) as host:
        with job_bar("exporting") as on_progress:
            host.machine(machine).transfer.export(WindowsPath.parse(folder), choices, on_progress=on_progress)
        say(invocation, f"{machine} is exported to {folder}.")


@click.command("import", cls=Command)
@click.argument("folder")
@click.option(
    "--copy", "copies", is_flag=True, help="Copy its files first, and make another machine of them."
)
@click.option("--new-id", is_flag=True, help="Give it a new identifier, but leave its files where they are.")
@click.option("--name", help="Another name for it.")
@fit_options
@click.pass_obj
def import_(
    invocation: Invocation,
    folder: str,
    switches: tuple[str, ...],
    disks: tuple[str, ...],
    memory_mb: int | None,
    *,
    copies: bool,
    new_id: bool,
    name: str | None,
    drop_missing_checkpoints: bool,
) -> None:
    """Import the machine exported to a FOLDER of the host, or whose definition file that is.

    Without options it is the machine that was exported, and its files stay where they are. What it lacks on
    this host is told, thing by thing. Importing again after a failure goes on from there.
    """
    if copies and new_id:
        raise click.UsageError("A copy has a new identifier anyway.")
    source = WindowsPath.parse(folder)
    fit = fit_to(switches, disks, memory_mb, drop_missing_checkpoints=drop_missing_checkpoints)
    with connected(invocation) as host, told_findings(invocation):
        with job_bar("importing") as on_progress:
            if copies:
                guid = host.imports.copy(source, name=name, fit=fit, on_progress=on_progress)
            else:
                guid = host.imports.register(
                    source, name=name, with_new_identifier=new_id, fit=fit, on_progress=on_progress
                )
        say(invocation, f"{host.machine(guid).summary().name} is imported: {guid}.")


@click.command(cls=Command)
@click.argument("machine")
@click.argument("name")
@_live
@fit_options
@click.pass_obj
def clone(
    invocation: Invocation,
    machine: str,
    name: str,
    live: str | None,
    switches: tuple[str, ...],
    disks: tuple[str, ...],
    memory_mb: int | None,
    *,
    drop_missing_checkpoints: bool,
) -> None:
    """Make another machine like a MACHINE, running or not, called NAME, with files of its own.

    It gets new identifiers and addresses. With --live memory its guest goes on from where the other was, and
    keeps its addresses, so it is connected to no switch. Cloning again after a failure goes on from there.
    """
    fit = fit_to(switches, disks, memory_mb, drop_missing_checkpoints=drop_missing_checkpoints)
    state = _LIVE_STATES.get(live or "")
    with connected(invocation) as host, told_findings(invocation):
        with job_bar("cloning") as on_progress:
            guid = host.machine(machine).transfer.clone(name, state, fit=fit, on_progress=on_progress)
        say(invocation, f"{name} is a clone of {machine}: {guid}.")


COMMANDS = (export, import_, clone)
