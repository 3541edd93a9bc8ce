"""``hv vm meter`` and ``hv vm metrics``: what machines use."""

from __future__ import annotations

import click
from attrs import frozen

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import Column, say, show_list
from openhyperv.hyperv.metrics.use import MachineUse


@frozen
class NamedUse:
    """What one machine uses, with its name."""

    name: str
    use: MachineUse


_LISTING = (
    Column[NamedUse]("NAME", lambda each: each.name),
    Column[NamedUse]("CPU MHZ", lambda each: f"{each.use.processor_mhz}", is_number=True),
    Column[NamedUse]("MEMORY MB", lambda each: f"{each.use.memory_mb}", is_number=True),
    Column[NamedUse]("READ MB", lambda each: f"{each.use.disk.read_mb}", is_number=True),
    Column[NamedUse]("WRITTEN MB", lambda each: f"{each.use.disk.written_mb}", is_number=True),
    Column[NamedUse]("RECEIVED MB", lambda each: f"{each.use.network.received_mb}", is_number=True),
    Column[NamedUse]("SENT MB", lambda each: f"{each.use.network.sent_mb}", is_number=True),
)


@click.command(cls=Command)
@click.argument("machine")
@click.option("--off", is_flag=True, help="Meter it no more, and forget what was counted.")
@click.pass_obj
def meter(invocation: Invocation, machine: str, off: bool) -> None:
    """Meter what a machine uses from now on: processors, memory, disks and traffic."""
    with connected(invocation) as host:
        found = host.machine(machine)
        if off:
            found.stop_metering()
        else:
            found.start_metering()
        say(invocation, f"{machine} is {'not metered any more' if off else 'metered'}.")


@click.command(cls=Command)
@click.pass_obj
def metrics(invocation: Invocation) -> None:
    """Show what all metered machines use, in four requests however many they are."""
    with connected(invocation) as host:
        names = {machine.guid: machine.name for machine in host.machines()}
        use = host.metrics().machines
    rows = [NamedUse(names.get(guid, guid), each) for guid, each in use.items()]
    show_list(invocation, sorted(rows, key=lambda row: (row.name.lower(), row.use.guid)), _LISTING)


COMMANDS = (meter, metrics)
