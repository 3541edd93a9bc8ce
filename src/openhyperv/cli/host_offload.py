"""``hv host offload``: what network cards do for machines."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import Column, show_list
from openhyperv.hyperv.switches.offload import Capacity, SwitchOffload


def capacity_text(capacity: Capacity) -> str:
    """How much of it is taken."""
    return f"{capacity.used} of {capacity.total}"


def _cards(offload: SwitchOffload) -> str:
    return ", ".join(card.description for card in offload.cards)


_LISTING = (
    Column[SwitchOffload]("SWITCH", lambda each: each.switch),
    Column[SwitchOffload]("FUNCTIONS", lambda each: capacity_text(each.virtual_functions), is_number=True),
    Column[SwitchOffload]("QUEUE PAIRS", lambda each: capacity_text(each.queue_pairs), is_number=True),
    Column[SwitchOffload]("VMQS", lambda each: capacity_text(each.vmqs), is_number=True),
    Column[SwitchOffload]("IPSEC", lambda each: capacity_text(each.ipsec_associations), is_number=True),
    Column[SwitchOffload]("ADAPTERS", _cards),
)


@click.command(cls=Command)
@click.pass_obj
def offload(invocation: Invocation) -> None:
    """Show what the network cards behind external switches take off the processors, and how much is in use.

    SR-IOV functions and their queue pairs, virtual machine queues, and IPsec associations.
    """
    with connected(invocation) as host:
        show_list(invocation, host.switches.offload(), _LISTING)
