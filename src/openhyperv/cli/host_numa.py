"""``hv host show --numa``: the host's NUMA nodes, and the machines on them."""

from __future__ import annotations

import click

from openhyperv.cli.invocation import Format, Invocation
from openhyperv.cli.output import Column, show_data, show_list
from openhyperv.cli.sizes import size_text
from openhyperv.hyperv.numa.nodes import NumaNode
from openhyperv.hyperv.numa.reading import HostNuma
from openhyperv.hyperv.numa.running import RunningMachine

_MIB = 1024**2
_NODES = (
    Column[NumaNode]("NODE", lambda node: f"{node.number}", is_number=True),
    Column[NumaNode]("PROCESSORS", lambda node: f"{node.logical_processors}", is_number=True),
    Column[NumaNode]("MEMORY", lambda node: size_text(node.memory_mb * _MIB), is_number=True),
    Column[NumaNode]("FREE", lambda node: size_text(node.free_memory_mb * _MIB), is_number=True),
)


def _starts(machine: RunningMachine) -> str:
    return "perhaps not" if machine.may_not_start_again else "always"


_MACHINES = (
    Column[RunningMachine]("MACHINE", lambda machine: machine.demand.name),
    Column[RunningMachine]("NODES", lambda machine: f"{machine.demand.nodes}", is_number=True),
    Column[RunningMachine](
        "MEMORY OF EACH", lambda m: size_text(m.demand.memory_mb_per_node * _MIB), is_number=True
    ),
    Column[RunningMachine]("ON NODE", lambda machine: ", ".join(map(str, machine.host_nodes))),
    Column[RunningMachine](
        "STARTS AGAIN", _starts, style=lambda text: "yellow" if text == "perhaps not" else ""
    ),
)


def show_numa(invocation: Invocation, numa: HostNuma) -> None:
    """Print the nodes, then the machines, then what is to know about starting them again."""
    if invocation.format is not Format.TABLE:
        show_data(invocation, numa)
        return
    show_list(invocation, numa.nodes, _NODES)
    if numa.machines:
        click.echo()
        show_list(invocation, numa.machines, _MACHINES)
    click.echo()
    if numa.is_spanning:
        click.echo("NUMA spanning is on: a node of a machine may lie on several of the host's.")
    else:
        click.echo("NUMA spanning is off: each node of a machine must fit into one of the host's.")
    if any(machine.may_not_start_again for machine in numa.machines):
        click.echo("Stopped, some machines may not start again before others are stopped or moved away.")
