"""``hv host power`` and ``hv host maintenance``: taking a host down, and emptying it before."""

from __future__ import annotations

from collections.abc import Iterator

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command, Group
from openhyperv.cli.output import Column, say, show_list
from openhyperv.hyperv.host_power import HostPowerAction, press
from openhyperv.hyperv.maintenance import Rest, Rested, begin_maintenance, end_maintenance

_RESTED = (
    Column[Rested]("NAME", lambda machine: machine.name),
    Column[Rested]("GUID", lambda machine: machine.guid),
)
_ACTIONS = {"shut-down": HostPowerAction.SHUT_DOWN, "reboot": HostPowerAction.REBOOT}
_timeout = click.option(
    "--timeout", "timeout_s", type=float, default=300, show_default=True, help="Seconds for each machine."
)


@click.command(cls=Command)
@click.argument("action", type=click.Choice(list(_ACTIONS)))
@click.confirmation_option(prompt="Really take the host down?")
@click.pass_obj
def power(invocation: Invocation, action: str) -> None:
    """Shut the host down, or reboot it, without asking its programs.

    Machines that run do what their stop actions say, as a rule: they are saved. See hv host maintenance.
    """
    with connected(invocation) as host:
        press(host.session, _ACTIONS[action])
        say(invocation, f"{host.session.host} goes down.")


@click.group(cls=Group)
def maintenance() -> None:
    """Bring all machines of a host to rest, and let the same ones run again."""


@maintenance.command()
@click.option("--rest", type=click.Choice(list(Rest)), default=Rest.SAVE, show_default=True)
@_timeout
@click.pass_obj
def begin(invocation: Invocation, rest: Rest, timeout_s: float) -> None:
    """Save or shut down what runs, and note on the host what that was. May be repeated."""
    with connected(invocation) as host:
        _show(invocation, begin_maintenance(host, rest, timeout_s=timeout_s))


@maintenance.command()
@_timeout
@click.pass_obj
def end(invocation: Invocation, timeout_s: float) -> None:
    """Start the machines that were brought to rest. May be repeated."""
    with connected(invocation) as host:
        _show(invocation, end_maintenance(host, timeout_s=timeout_s))


def _show(invocation: Invocation, machines: Iterator[Rested]) -> None:
    show_list(invocation, list(machines), _RESTED)
