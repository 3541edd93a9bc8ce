"""``hv vm nic``: a machine's network adapters come, go and change."""

from __future__ import annotations

from collections.abc import Mapping

import click
from attrs import evolve

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.nic_words import NicChanges, nic_options
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_list
from openhyperv.cli.port_bandwidth import megabits_text
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.adapters.machine_adapter import MachineAdapter
from openhyperv.machine.network_adapter import NetworkAdapter

_GUARDS = {"mac_spoofing": "spoofing", "dhcp_guard": "dhcp-guard", "router_guard": "router-guard"}


def _guards(adapter: MachineAdapter) -> str:
    return ", ".join(word for name, word in _GUARDS.items() if getattr(adapter.specification, name))


def _listing(switches: Mapping[str, str]) -> tuple[Column[MachineAdapter], ...]:
    """The columns; ``switches`` are names by GUID."""

    def switch(adapter: MachineAdapter) -> str:
        guid = adapter.specification.switch or ""
        return switches.get(guid, guid)

    return (
        Column[MachineAdapter]("NAME", lambda adapter: adapter.name),
        Column[MachineAdapter]("MAC", lambda adapter: adapter.address),
        Column[MachineAdapter]("VLAN", lambda each: f"{each.specification.vlan_id or ''}", is_number=True),
        Column[MachineAdapter](
            "AT MOST", lambda each: megabits_text(each.specification.maximum_bandwidth_bps)
        ),
        Column[MachineAdapter]("GUARDS", _guards),
        Column[MachineAdapter]("SWITCH", switch),
    )


@click.group(cls=Group)
def nic() -> None:
    """Add, change and remove a machine's network adapters.

    Since Windows Server 2016, those of generation 2 come and go while the machine runs. What else their ports
    on switches can be, rules included, is the business of 'hv port'.
    """


@nic.command("list")
@click.argument("machine")
@click.pass_obj
def list_(invocation: Invocation, machine: str) -> None:
    """List a machine's network adapters."""
    with connected(invocation) as host:
        adapters = host.machine(machine).adapters.list()
        switches = {switch.guid: switch.name for switch in host.switches.list()}
    show_list(invocation, adapters, _listing(switches))


@nic.command()
@click.argument("machine")
@click.argument("name")
@nic_options
@click.pass_obj
def add(invocation: Invocation, machine: str, name: str, changes: NicChanges) -> None:
    """Add a network adapter; one of that NAME becomes what is asked for."""
    with connected(invocation) as host:
        host.machine(machine).adapters.add(evolve(NetworkAdapter(name), **changes.values()))
        say(invocation, f"{machine} has {name}.")


@nic.command("set")
@click.argument("machine")
@click.argument("name")
@nic_options
@click.pass_obj
def set_(invocation: Invocation, machine: str, name: str, changes: NicChanges) -> None:
    """Change a network adapter; whatever is not named stays."""
    if not changes.values():
        raise click.UsageError("Name at least one thing to change.")
    with connected(invocation) as host:
        adapters = host.machine(machine).adapters
        present = next((each for each in adapters.list() if name in (each.name, each.key)), None)
        if present is None:
            raise NotFoundError("The machine has no such network adapter.", target=name)
        adapters.change(evolve(present.specification, **changes.values()), key=present.key)
        say(invocation, f"{name} of {machine} is changed.")


@nic.command()
@click.argument("machine")
@click.argument("name")
@click.pass_obj
def remove(invocation: Invocation, machine: str, name: str) -> None:
    """Remove a network adapter."""
    with connected(invocation) as host:
        host.machine(machine).adapters.remove(name)
        say(invocation, f"{machine} has no {name} any more.")
