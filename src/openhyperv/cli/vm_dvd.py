"""``hv vm dvd``: ISOs in a machine's DVD drives."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.drive_words import SlotWord, place, slot_option
from openhyperv.cli.host_paths import on_host
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import say
from openhyperv.hyperv.disks.placing import contents
from openhyperv.machine.drives import Slot

_which = click.option("--slot", type=SlotWord(), help="Which drive, where the machine has several.")


@click.group(cls=Group)
def dvd() -> None:
    """Change what is in a machine's DVD drives, also while it runs.

    A drive is taken away by 'hv vm disk detach'.
    """


@dvd.command()
@click.argument("machine")
@click.argument("iso", required=False)
@slot_option
@click.pass_obj
def add(invocation: Invocation, machine: str, iso: str | None, slot: Slot | None) -> None:
    """Add a DVD drive, empty or with an ISO: a pushed one, or a file on the host."""
    with connected(invocation) as host:
        path = None if iso is None else str(on_host(host, iso))
        drive = host.machine(machine).disks.attach_dvd(path, slot=slot)
        say(invocation, f"{machine} has {contents(drive)} at {place(drive)}.")


@dvd.command()
@click.argument("machine")
@click.argument("iso")
@_which
@click.pass_obj
def insert(invocation: Invocation, machine: str, iso: str, slot: Slot | None) -> None:
    """Put an ISO in, instead of what is there: a pushed one, or a file on the host."""
    with connected(invocation) as host:
        path = str(on_host(host, iso))
        drive = host.machine(machine).disks.insert(path, slot=slot)
        say(invocation, f"{path} is in the drive at {place(drive)}.")


@dvd.command()
@click.argument("machine")
@_which
@click.pass_obj
def eject(invocation: Invocation, machine: str, slot: Slot | None) -> None:
    """Take the ISO out; an empty drive stays as it is."""
    with connected(invocation) as host:
        drive = host.machine(machine).disks.eject(slot=slot)
        say(invocation, f"The drive at {place(drive)} is empty.")
