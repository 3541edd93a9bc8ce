"""``hv vm set``: how a machine behaves."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import say
from openhyperv.hyperv.changing import MachineChanges
from openhyperv.machine.lifecycle import CheckpointKind, StopAction
from openhyperv.machine.memory import Memory

_STOP_ACTIONS = {each.name.lower().replace("_", "-"): each for each in StopAction}
_CHECKPOINTS = {each.name.lower().replace("_", "-"): each for each in CheckpointKind}
_MB = click.IntRange(32)


@click.command("set", cls=Command)
@click.argument("machine")
@click.option("--vcpus", type=click.IntRange(1), help="Processors.")
@click.option("--memory", type=_MB, metavar="MB", help="Memory; static, unless --dynamic stands by it.")
@click.option(
    "--dynamic", type=(_MB, _MB), metavar="MIN MAX", help="Let Hyper-V give and take memory between these."
)
@click.option("--buffer", type=click.IntRange(5, 2000), default=20, help="Percent of memory to hold ready.")
@click.option("--weight", type=click.IntRange(0, 10_000), default=5000, help="Who gets memory first.")
@click.option("--nested/--no-nested", default=None, help="Let the guest run machines of its own.")
@click.option("--limit-features/--all-features", default=None, help="Of processors, so that it can move.")
@click.option("--hide-hypervisor/--show-hypervisor", default=None, help="Tell the guest that it runs on one.")
@click.option("--stop-action", type=click.Choice(list(_STOP_ACTIONS)), help="When its host stops.")
@click.option("--checkpoints", type=click.Choice(list(_CHECKPOINTS)), help="What its checkpoints are.")
@click.option("--notes", help="Notes that the host keeps with it.")
@click.pass_obj
def set_(
    invocation: Invocation,
    /,
    *,
    machine: str,
    memory: int | None,
    dynamic: tuple[int, int] | None,
    buffer: int,
    weight: int,
    stop_action: str | None,
    checkpoints: str | None,
    **given: bool | int | str | None,
) -> None:
    """Change settings of a machine; whatever is not named stays.

    Most change while it is off. The size of static memory also changes while it runs, since Windows Server
    2016; so do the stop action, checkpoints and notes.
    """
    if dynamic is not None and memory is None:
        raise click.UsageError("--dynamic needs --memory, which the machine starts with.")
    changes = MachineChanges(
        memory=_memory(memory, dynamic, buffer, weight),
        stop_action=None if stop_action is None else _STOP_ACTIONS[stop_action],
        checkpoints=None if checkpoints is None else _CHECKPOINTS[checkpoints],
        **given,  # type: ignore[arg-type]  # click has checked each by its own option
    )
    if changes == MachineChanges():
        raise click.UsageError("Name at least one setting.")
    with connected(invocation) as host:
        host.machine(machine).change(changes)
        say(invocation, f"{machine} is changed.")


def _memory(
    startup_mb: int | None, dynamic: tuple[int, int] | None, buffer_percent: int, weight: int
) -> Memory | None:
    if startup_mb is None or dynamic is None:
        return None if startup_mb is None else Memory.static(startup_mb)
    minimum_mb, maximum_mb = dynamic
    if not minimum_mb <= startup_mb <= maximum_mb:
        raise click.UsageError("Memory at the start has to be between MIN and MAX.")
    return Memory(startup_mb, minimum_mb, maximum_mb, buffer_percent, weight)
