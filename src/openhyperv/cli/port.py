"""``hv port``: what the ports are that adapters of machines have on virtual switches."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import say, show_list, show_one
from openhyperv.cli.port_edit import Words, edit_of, port_options
from openhyperv.cli.port_switch import NOWHERE, SWITCH_OPTION
from openhyperv.cli.port_view import LISTING, VIEW, PortView

_machine = click.argument("machine")
_adapter = click.argument("adapter")


@click.group(cls=Group)
def port() -> None:
    """Look at the ports that adapters of machines have on virtual switches, and change them.

    Adapters themselves come and go by 'hv vm nic'. A port is plugged in after it is what it should be, and
    while it is changed, at no moment passes more than before or afterwards.
    """


@port.command("list")
@click.option("--machine", help="Only this machine's.")
@click.option("--switch", help="Only those that are plugged into this switch.")
@click.pass_obj
def list_(invocation: Invocation, machine: str | None, switch: str | None) -> None:
    """List the ports of all machines' adapters."""
    with connected(invocation) as host:
        ports = [
            each
            for each in host.switches.ports()
            if (machine is None or machine.lower() == each.machine.lower())
            and (switch is None or switch.lower() == (each.switch or "").lower())
        ]
    show_list(invocation, ports, LISTING)


@port.command()
@_machine
@_adapter
@click.pass_obj
def show(invocation: Invocation, machine: str, adapter: str) -> None:
    """Show what the port of an adapter is, with its rules."""
    with connected(invocation) as host:
        state = host.switches.port(host.machine(machine).adapters.key(adapter))
        use = host.switches.hardware_use(state)
        names = {switch.guid: switch.name for switch in host.switches.list()}
    switch = None if state.switch_guid is None else names.get(state.switch_guid, state.switch_guid)
    show_one(invocation, PortView(machine, adapter, switch, state, use), VIEW)


@port.command("set")
@_machine
@_adapter
@SWITCH_OPTION
@port_options
@click.pass_obj
def set_(invocation: Invocation, /, machine: str, adapter: str, switch: str | None, **words: Words) -> None:
    """Change the port of an adapter; whatever is not named stays, but rules are given all together.

    With rules, what none of them allows is dropped, of every protocol and in both directions, and what one
    of them denies is dropped whatever the others say. A rule is in or out, then any of a protocol (any, tcp,
    udp, icmp, icmpv6, or a number), port=N or port=N-M, remote=NET, local=NET and stateful, separated by
    commas.
    """
    edit = edit_of(words, "machine", "adapter")
    with connected(invocation) as host:
        key = host.machine(machine).adapters.key(adapter)
        if switch == NOWHERE:
            host.switches.unplug_port(key)
        host.switches.change_port(key, edit, switch=None if switch == NOWHERE else switch)
        say(invocation, f"The port of {adapter} of {machine} is changed.")


@port.command()
@_machine
@_adapter
@click.pass_obj
def reset(invocation: Invocation, machine: str, adapter: str) -> None:
    """Unplug an adapter, and forget all that its port was."""
    with connected(invocation) as host:
        host.unbind_port(host.machine(machine).adapters.key(adapter))
        say(invocation, f"{adapter} of {machine} is plugged in nowhere, and its port is as new.")
