"""``hv vm boot``: what a machine boots from."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import Column, show_list
from openhyperv.hyperv.boot.entries import BootEntry

_LISTING = (
    Column[BootEntry]("DEVICE", lambda entry: entry.name),
    Column[BootEntry]("KIND", lambda entry: entry.kind.value),
    Column[BootEntry]("HOLDS", lambda entry: entry.detail),
)


@click.command(cls=Command)
@click.argument("machine")
@click.argument("devices", nargs=-1, metavar="[DEVICE]...")
@click.pass_obj
def boot(invocation: Invocation, machine: str, devices: tuple[str, ...]) -> None:
    """Show what a machine tries to boot from, first to last; put DEVICEs first, while it is off.

    In generation 1 a DEVICE is cd, hard-disk, network or floppy. In generation 2 it is a drive, by its slot
    such as scsi:0:0 or by the file in it, or a network adapter by its name.
    """
    with connected(invocation) as host:
        order = host.machine(machine).boot.put_first(devices)
    show_list(invocation, order, _LISTING)
