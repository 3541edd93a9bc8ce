"""``hv completion``: what a shell needs to complete hv's commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from openhyperv.cli.options import Command

COMPLETION_VARIABLE = "_HV_COMPLETE"
"""Set by the shell's function when it asks what may come next."""


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion for a shell.

    For bash: eval "$(hv completion bash)"
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(kind(ctx.find_root().command, {}, "hv", COMPLETION_VARIABLE).source())
