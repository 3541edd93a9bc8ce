"""``hv switch host-port``: the host's own port at a virtual switch."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import say, show_one
from openhyperv.cli.port_edit import Words, edit_of, port_options
from openhyperv.cli.port_view import VIEW, PortView

_switch = click.argument("switch")
_adapter = click.option("--adapter", help="Which one, where the host has several.")


@click.group("host-port", cls=Group)
def host_port() -> None:
    """Look at the host's own port at a switch, and change it.

    It comes and goes by --management-port of 'hv switch create' and 'hv switch set'.
    """


@host_port.command()
@_switch
@_adapter
@click.pass_obj
def show(invocation: Invocation, switch: str, adapter: str | None) -> None:
    """Show what the host's port is, with its rules."""
    with connected(invocation) as host:
        state = host.switches.host_port(switch, adapter)
    show_one(invocation, PortView("", adapter or "", switch, state, None), VIEW)


@host_port.command("set")
@_switch
@_adapter
@port_options
@click.pass_obj
def set_(invocation: Invocation, /, switch: str, adapter: str | None, **words: Words) -> None:
    """Change the host's port; what is not named stays. Options are those of 'hv port set'.

    Whoever puts it into another VLAN may cut the way that the host is managed by.
    """
    edit = edit_of(words, "switch", "adapter")
    with connected(invocation) as host:
        host.switches.change_host_port(switch, edit, adapter)
        say(invocation, f"The host's port at {switch} is changed.")
