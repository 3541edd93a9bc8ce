"""``hv host pci``: PCI devices of a host, given up for machines and taken back; cards that lend functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.device_words import Address, Pattern
from openhyperv.cli.host_offload import capacity_text
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_list
from openhyperv.hyperv.devices.allow_list import AllowList, DevicePattern
from openhyperv.hyperv.devices.assignable_device import AssignableDevice
from openhyperv.hyperv.devices.sriov_cards import SriovCard
from openhyperv.hyperv.host import Host
from openhyperv.machine.pci import PciAddress

_COLOURS = {"free": "green", "host": "dim"}


def show_devices(invocation: Invocation, devices: Sequence[AssignableDevice], host: Host) -> None:
    """Print devices; a table says the names of their machines, which takes a request where there are any."""
    is_asked = any(device.machine for device in devices)
    names = {machine.guid: machine.name for machine in host.machines()} if is_asked else {}
    columns = (
        Column[AssignableDevice]("ADDRESS", lambda device: f"{device.address}"),
        Column[AssignableDevice]("VENDOR", lambda device: device.vendor_id),
        Column[AssignableDevice]("PRODUCT", lambda device: device.product_id),
        Column[AssignableDevice](
            "WHOSE", lambda device: _whose(device, names), style=lambda text: _COLOURS.get(text, "")
        ),
        Column[AssignableDevice]("NAME", lambda device: device.name),
        Column[AssignableDevice]("LOCATION", lambda device: device.location_path),
    )
    show_list(invocation, devices, columns)


def _whose(device: AssignableDevice, names: Mapping[str, str]) -> str:
    if device.machine is not None:
        return names.get(device.machine, device.machine)
    return "free" if device.is_dismounted else "host"


@click.group(cls=Group)
def pci() -> None:
    """Give PCI devices of the host to machines (Discrete Device Assignment).

    A device is dismounted from the host, then added to machines by its address; from Windows Server 2016 on.
    """


@pci.command("list")
@click.option("--all", "all_", is_flag=True, help="What the host uses itself, too.")
@click.option(
    "--allow",
    type=Pattern(),
    multiple=True,
    help="Only devices like vendor_id=10de,product_id=13f2,address=0000:3b:*.*; may be repeated.",
)
@click.pass_obj
def list_(invocation: Invocation, all_: bool, allow: tuple[DevicePattern, ...]) -> None:
    """List devices that the host has given up: free, or in which machine."""
    with connected(invocation) as host:
        patterns = AllowList(allow)
        devices = host.devices.all(patterns) if all_ else host.devices.assignable(patterns)
        show_devices(invocation, devices, host)


_CARDS = (
    Column[SriovCard]("ADDRESS", lambda card: str(card.device.address)),
    Column[SriovCard]("VENDOR", lambda card: card.device.vendor_id),
    Column[SriovCard]("PRODUCT", lambda card: card.device.product_id),
    Column[SriovCard]("SWITCH", lambda card: card.switch),
    Column[SriovCard]("FUNCTIONS", lambda card: capacity_text(card.virtual_functions), is_number=True),
)


@pci.command()
@click.pass_obj
def cards(invocation: Invocation) -> None:
    """List the network cards whose virtual functions (SR-IOV) a switch lends to ports, and how many are lent.

    A team is listed by the card that has the lowest address, with the functions of all.
    """
    with connected(invocation) as host:
        show_list(invocation, host.devices.sriov_cards(), _CARDS)


@pci.command()
@click.argument("address", type=Address())
@click.option("--force", is_flag=True, help="Though the device is safe for trusted guests alone.")
@click.pass_obj
def dismount(invocation: Invocation, address: PciAddress, force: bool) -> None:
    """Take a device from the host, so that machines can have it.

    A device without Access Control Services or a mitigation driver of its vendor is given up by --force only.
    """
    with connected(invocation) as host:
        host.devices.dismount(address, force=force)
        say(invocation, f"{address} is free for machines.")


@pci.command()
@click.argument("address", type=Address())
@click.pass_obj
def mount(invocation: Invocation, address: PciAddress) -> None:
    """Give a device that no machine has back to the host."""
    with connected(invocation) as host:
        host.devices.mount(address)
        say(invocation, f"{address} is the host's again.")
