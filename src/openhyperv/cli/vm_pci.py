"""``hv vm pci``: PCI devices of the host in a machine."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.device_words import Address, mmio_space
from openhyperv.cli.host_pci import show_devices
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import say
from openhyperv.machine.pci import PciAddress


@click.group(cls=Group)
def pci() -> None:
    """Give a machine PCI devices of its host, while it is off.

    Such a machine has static memory, is not saved or moved, and is turned off when its host stops.
    """


@pci.command("list")
@click.argument("machine")
@click.pass_obj
def list_(invocation: Invocation, machine: str) -> None:
    """List the devices that a machine has."""
    with connected(invocation) as host:
        show_devices(invocation, host.machine(machine).devices.assigned(), host)


@pci.command()
@click.argument("machine")
@click.argument("addresses", metavar="ADDRESS...", type=Address(), nargs=-1, required=True)
@click.option("--low-mmio", "low_mb", type=click.IntRange(0), metavar="MB", help="Address space below 4 GiB.")
@click.option(
    "--high-mmio", "high_mb", type=click.IntRange(0), metavar="MB", help="And above, for GPUs for example."
)
@click.pass_obj
def add(
    invocation: Invocation,
    machine: str,
    addresses: tuple[PciAddress, ...],
    low_mb: int | None,
    high_mb: int | None,
) -> None:
    """Give a machine the dismounted devices at these addresses."""
    mmio = mmio_space(low_mb, high_mb)
    with connected(invocation) as host:
        host.machine(machine).devices.add(*addresses, mmio=mmio)
        say(invocation, f"{machine} has {', '.join(map(str, addresses))}.")


@pci.command()
@click.argument("machine")
@click.argument("addresses", metavar="ADDRESS...", type=Address(), nargs=-1, required=True)
@click.option("--mount", is_flag=True, help="Give them back to the host.")
@click.pass_obj
def remove(invocation: Invocation, machine: str, addresses: tuple[PciAddress, ...], mount: bool) -> None:
    """Take devices from a machine; they stay free for the next one."""
    with connected(invocation) as host:
        had = host.machine(machine).devices.remove(*addresses, mount=mount)
        named = ", ".join(map(str, addresses))
        say(invocation, f"{named} taken from {machine}." if had else f"{machine} did not have {named}.")
