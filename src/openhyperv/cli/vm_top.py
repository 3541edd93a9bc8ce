"""``hv vm top``: what machines do now, again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from itertools import islice
from time import sleep

import click
from rich.console import Console
from rich.live import Live

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Format, Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import Column, show_list, table_of
from openhyperv.cli.sizes import duration_text
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.summary import MachineSummary, summarize_all


class Order(StrEnum):
    """What the list is sorted by."""

    CPU = "cpu"
    MEMORY = "memory"
    NAME = "name"


_KEYS: dict[Order, Callable[[MachineSummary], float | str]] = {
    Order.CPU: lambda machine: -machine.processor_load_percent * machine.vcpus,
    Order.MEMORY: lambda machine: -machine.memory_mb,
    Order.NAME: lambda machine: machine.name.lower(),
}
_COLUMNS = (
    Column[MachineSummary]("NAME", lambda machine: machine.name),
    Column[MachineSummary]("STATE", lambda machine: machine.state.label),
    Column[MachineSummary]("CPU %", lambda machine: f"{machine.processor_load_percent}", is_number=True),
    Column[MachineSummary]("VCPUS", lambda machine: f"{machine.vcpus}", is_number=True),
    Column[MachineSummary]("MEMORY MB", lambda machine: f"{machine.memory_mb}", is_number=True),
    Column[MachineSummary]("UPTIME", lambda machine: duration_text(machine.uptime_s), is_number=True),
)


@click.command(cls=Command)
@click.option(
    "--interval",
    "interval_s",
    type=click.FloatRange(min=0.1),
    default=2.0,
    show_default=True,
    help="Seconds between looks.",
)
@click.option("--count", type=click.IntRange(min=1), help="End after so many looks.")
@click.option(
    "--sort",
    "order",
    type=click.Choice([each.value for each in Order]),
    default="cpu",
    show_default=True,
    help="What comes first.",
)
@click.option("--all", "with_idle", is_flag=True, help="Show machines that do not run, too.")
@click.pass_obj
def top(invocation: Invocation, interval_s: float, count: int | None, order: str, with_idle: bool) -> None:
    """Show what running machines do, busiest first, until Ctrl-C; each look is one request.

    CPU is the load of the machine's own processors.
    """
    with connected(invocation) as host, suppress(KeyboardInterrupt):
        looks = islice(_looks(host, interval_s, Order(order), with_idle), count)
        if invocation.format is Format.TABLE and Console().is_terminal:
            with Live(auto_refresh=False) as live:
                for machines in looks:
                    live.update(table_of(machines, _COLUMNS), refresh=True)
        else:
            for machines in looks:
                show_list(invocation, machines, _COLUMNS)


def _looks(host: Host, interval_s: float, order: Order, with_idle: bool) -> Iterator[list[MachineSummary]]:
    while True:
        machines = sorted(
            summarize_all(host.session), key=lambda machine: (_KEYS[order](machine), machine.name)
        )
        yield [each for each in machines if with_idle or each.state is MachineState.RUNNING]
        sleep(interval_s)
