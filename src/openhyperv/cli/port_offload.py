"""What a port asks of hardware, as options."""

from __future__ import annotations

import click
from attrs import evolve, frozen

from openhyperv.cli.gathering import gathered, given
from openhyperv.cli.members import member_of, names_of
from openhyperv.machine.port import PortSettings
from openhyperv.machine.port_offload import InterruptModeration, PortOffload

_WEIGHT = click.IntRange(0, 100)


@frozen(kw_only=True)
class OffloadWords:
    """What was given; None where it was not."""

    iov_weight: int | None
    iov_queue_pairs: int | None
    iov_interrupt_moderation: InterruptModeration | None
    vmq_weight: int | None
    ipsec_associations: int | None
    vrss: bool | None
    vmmq: bool | None
    vmmq_queue_pairs: int | None
    rdma_weight: int | None

    def edit(self, port: PortSettings) -> PortSettings:
        """The port with these shares."""
        changed = given(self)
        rdma_weight = changed.pop("rdma_weight", port.rdma_weight)
        offload = evolve(port.offload or PortOffload(), **changed) if changed else port.offload
        return evolve(port, offload=offload, rdma_weight=rdma_weight)


offload_options = gathered(
    "offload",
    OffloadWords,
    (
        click.option("--iov-weight", type=_WEIGHT, help="Give it SR-IOV; 0 is none."),
        click.option(
            "--iov-queue-pairs", type=click.IntRange(1), help="Queue pairs of its virtual function."
        ),
        click.option(
            "--iov-moderation",
            "iov_interrupt_moderation",
            type=names_of(InterruptModeration),
            callback=member_of(InterruptModeration),
            help="How often its virtual function interrupts.",
        ),
        click.option("--vmq-weight", type=_WEIGHT, help="Give it a virtual machine queue; 0 is none."),
        click.option(
            "--ipsec", "ipsec_associations", type=click.IntRange(0), help="Offload so many associations."
        ),
        click.option("--vrss/--no-vrss", default=None, help="Spread it over processors."),
        click.option("--vmmq/--no-vmmq", default=None, help="Spread it over queues of the card."),
        click.option("--vmmq-queue-pairs", type=click.IntRange(1), help="So many queues."),
        click.option("--rdma-weight", type=_WEIGHT, help="Give the guest RDMA; 0 is none."),
    ),
)
