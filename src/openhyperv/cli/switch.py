"""``hv switch``: the virtual switches of a host."""

from __future__ import annotations

import click

from openhyperv.cli.confirming import confirm
from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import say, show_list, show_one
from openhyperv.cli.switch_host_port import host_port
from openhyperv.cli.switch_view import CARDS, LISTING, VIEW
from openhyperv.cli.switch_words import NewSwitch, SwitchWords, new_switch_options, switch_options
from openhyperv.machine.switch import SwitchChange

_name = click.argument("name")


@click.group(cls=Group)
def switch() -> None:
    """Create, change and remove virtual switches.

    NAME is a display name or a GUID. What adapters of machines have at a switch is shown and changed by
    'hv port'.
    """


@switch.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the switches."""
    with connected(invocation) as host:
        show_list(invocation, host.switches.states(), LISTING)


@switch.command()
@_name
@click.pass_obj
def show(invocation: Invocation, name: str) -> None:
    """Show a switch, and what is plugged into it."""
    with connected(invocation) as host:
        show_one(invocation, host.switches.state(name), VIEW)


@switch.command()
@click.pass_obj
def adapters(invocation: Invocation) -> None:
    """List the host's network adapters, which switches can be bound to."""
    with connected(invocation) as host:
        show_list(invocation, host.switches.cards(), CARDS)


@switch.command()
@_name
@new_switch_options
@click.pass_obj
def create(invocation: Invocation, name: str, new: NewSwitch) -> None:
    """Create a switch: external with --adapter, internal with --management-port alone, else private.

    An external switch gets a port to the host, unless --no-management-port says that the host is reached
    another way. Teaming, SR-IOV, PacketDirect and the bandwidth mode are for life.
    """
    with connected(invocation) as host:
        host.switches.create(new.spec(name))
    say(invocation, f"The switch {name} is created.")


@switch.command("set")
@_name
@switch_options
@click.pass_obj
def set_(invocation: Invocation, name: str, words: SwitchWords) -> None:
    """Change a switch; whatever is not named stays, and machines stay plugged in.

    The adapters given take the place of all that it has.
    """
    change = words.change()
    with connected(invocation) as host:
        host.switches.change(name, change)
        say(invocation, f"The switch {name} is changed.")


@switch.command()
@_name
@click.argument("new_name")
@click.pass_obj
def rename(invocation: Invocation, name: str, new_name: str) -> None:
    """Give a switch another display name; its GUID stays.

    Where no switch has the name and one has the new one, it is taken for renamed already.
    """
    with connected(invocation) as host:
        host.switches.change(name, SwitchChange(name=new_name))
        say(invocation, f"{name} is called {new_name} now.")


@switch.command()
@_name
@click.option("--force", is_flag=True, help="Even if adapters of machines are plugged in: unplug them first.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(invocation: Invocation, name: str, force: bool, yes: bool) -> None:
    """Remove a switch that no adapter of a machine is plugged into."""
    confirm(invocation, f"Delete the switch {name}?", yes=yes)
    with connected(invocation) as host:
        host.switches.remove(name, force=force)
        say(invocation, f"The switch {name} is removed.")


switch.add_command(host_port)
