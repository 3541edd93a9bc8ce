"""``hv vm disk``: a machine's disks come, go and grow."""

from __future__ import annotations

import click

from openhyperv.cli.bars import job_bar
from openhyperv.cli.connecting import connected
from openhyperv.cli.drive_words import DriveWord, place, slot_option
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_list
from openhyperv.cli.sizes import Size, size_text
from openhyperv.hyperv.disks.disk_files import format_of
from openhyperv.hyperv.disks.drives import Drive
from openhyperv.hyperv.disks.placing import contents
from openhyperv.hyperv.host import Host
from openhyperv.machine.drives import BlankDisk, Bus, DiskSource, ExistingDisk, FromImage, Slot
from openhyperv.machine.request import DiskRequest

_LISTING = (
    Column[Drive]("SLOT", place),
    Column[Drive]("KIND", lambda drive: "dvd" if drive.is_dvd else "disk"),
    Column[Drive](
        "IOPS", lambda drive: f"{drive.maximum_iops}" if drive.maximum_iops else "", is_number=True
    ),
    Column[Drive]("HOLDS", contents),
)
_drive = click.argument("drive", type=DriveWord())


@click.group(cls=Group)
def disk() -> None:
    """Attach, detach and change a machine's disks.

    DRIVE is a slot such as scsi:0:3, or the path of the file in it, or that file's name. What is on SCSI may
    come, go and grow while the machine runs.
    """


@disk.command("list")
@click.argument("machine")
@click.pass_obj
def list_(invocation: Invocation, machine: str) -> None:
    """List a machine's drives, DVD drives too, in one request."""
    with connected(invocation) as host:
        drives = host.machine(machine).disks.list()
    show_list(invocation, drives, _LISTING)


@disk.command()
@click.argument("machine")
@click.argument("file", required=False)
@click.option("--new", "name", metavar="NAME", help="Make a new disk of that name in the machine's folder.")
@click.option("--size", "size_bytes", type=Size(), help="The new disk's size.")
@click.option("--parent", metavar="FILE", help="Build the new disk on this one, which is not written.")
@click.option("--bus", type=click.Choice([bus.value for bus in Bus]), help="SCSI, unless told.")
@slot_option
@click.pass_obj
def attach(
    invocation: Invocation,
    /,
    *,
    machine: str,
    file: str | None,
    name: str | None,
    size_bytes: int | None,
    parent: str | None,
    bus: str | None,
    slot: Slot | None,
) -> None:
    """Attach the disk in FILE on the host, or a new one."""
    if (file is None) == (name is None):
        raise click.UsageError("Name either a FILE on the host or --new.")
    if file is not None and (size_bytes is not None or parent is not None):
        raise click.UsageError("--size and --parent are for a new disk.")
    with connected(invocation) as host:
        source = ExistingDisk(file, format_of(file)) if file is not None else _new(host, parent)
        request = DiskRequest(
            name or "", source, bus=None if bus is None else Bus(bus), size_bytes=size_bytes
        )
        drive = host.machine(machine).disks.attach(request, slot=slot)
        say(invocation, f"{contents(drive)} is at {place(drive)} of {machine}.")


def _new(host: Host, parent: str | None) -> DiskSource:
    if parent is None:
        return BlankDisk()
    found = host.disks.inspect(parent)
    return FromImage(found.path, found.format, found.size_bytes)


@disk.command()
@click.argument("machine")
@_drive
@click.pass_obj
def detach(invocation: Invocation, machine: str, drive: Slot | str) -> None:
    """Take a drive from a machine; the file stays on the host."""
    with connected(invocation) as host:
        taken = host.machine(machine).disks.detach(drive)
        say(invocation, f"{contents(taken)} is detached from {machine}.")


@disk.command()
@click.argument("machine")
@_drive
@click.argument("size_bytes", metavar="SIZE", type=Size())
@click.pass_obj
def grow(invocation: Invocation, machine: str, drive: Slot | str, size_bytes: int) -> None:
    """Make a disk larger: a VHDX on SCSI while the machine runs, any other while it is off."""
    with connected(invocation) as host, job_bar("growing") as on_progress:
        grown = host.machine(machine).disks.grow(drive, size_bytes, on_progress=on_progress)
    say(invocation, f"{contents(grown)} has {size_text(size_bytes)} now.")


@disk.command()
@click.argument("machine")
@_drive
@click.option("--iops", "maximum_iops", type=click.IntRange(0), default=0, help="At most; 0 is no bound.")
@click.option(
    "--least-iops", "minimum_iops", type=click.IntRange(0), default=0, help="Promised; 0 is nothing."
)
@click.pass_obj
def limit(
    invocation: Invocation, machine: str, drive: Slot | str, maximum_iops: int, minimum_iops: int
) -> None:
    """Bound a disk's operations per second, counted in units of 8 KiB; without options no bound is left."""
    with connected(invocation) as host:
        disks = host.machine(machine).disks
        disks.limit(drive, maximum_iops=maximum_iops, minimum_iops=minimum_iops)
        say(invocation, "The disk is bounded." if maximum_iops or minimum_iops else "The disk has no bounds.")
