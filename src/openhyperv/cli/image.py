"""``hv image``: inspect disk images, and bring them to a host."""

from __future__ import annotations

from pathlib import Path

import click

from openhyperv.cli.bars import file_bars
from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_list, show_one
from openhyperv.cli.sizes import size_text
from openhyperv.files.images.info import ImageFormat, ImageInfo
from openhyperv.files.images.inspection import inspect_image
from openhyperv.hyperv.images import HostImage, PushPlan

_FILE = click.Path(path_type=Path)
_INFO = (
    Column[ImageInfo]("Format", lambda info: f"{info.format} ({info.layout})"),
    Column[ImageInfo]("Disk", lambda info: size_text(info.virtual_size_bytes)),
    Column[ImageInfo]("File", lambda info: size_text(info.file_size_bytes)),
    Column[ImageInfo]("Boots with", lambda info: ", ".join(sorted(info.bootable_with))),
)
_LISTING = (
    Column[HostImage]("NAME", lambda image: image.name),
    Column[HostImage]("FORMAT", lambda image: image.format),
    Column[HostImage]("SIZE", lambda image: size_text(image.size_bytes), is_number=True),
    Column[HostImage]("CHANGED", lambda image: f"{image.changed_at:%Y-%m-%d %H:%M}"),
)
_PLAN = (
    Column[PushPlan]("Source", lambda plan: f"{plan.source} ({plan.info.format})"),
    Column[PushPlan]("Target", lambda plan: str(plan.target)),
    Column[PushPlan]("Converts", lambda plan: f"to {plan.target_format}" if plan.converts else "no"),
    Column[PushPlan]("Sends", lambda plan: "nothing, it is there" if plan.is_there else "the whole file"),
)
_declared = click.option(
    "--declared",
    metavar="FORMAT",
    help="What somebody says it is; refused if it is not. Raw images without a boot sector need it.",
)


@click.group(cls=Group)
def image() -> None:
    """Inspect disk images, and bring them to a host."""


@image.command()
@click.argument("file", type=_FILE)
@_declared
@click.pass_obj
def inspect(invocation: Invocation, file: Path, declared: str | None) -> None:
    """Tell what an image on this machine is, or why it is refused. Needs no host."""
    show_one(invocation, inspect_image(file, declared), _INFO)


@image.command()
@click.argument("file", type=_FILE)
@click.option("--name", help="What to call it; else as the file is called.")
@click.option("--as", "wanted", type=click.Choice(["vhdx", "vhd"]), help="Convert it to this.")
@_declared
@click.pass_obj
def push(
    invocation: Invocation, file: Path, name: str | None, wanted: str | None, declared: str | None
) -> None:
    """Bring an image to the host: inspect, convert where Hyper-V cannot use it, send, verify.

    A push that broke off goes on where it was. An image that the host has already is not sent again.
    """
    target_format = None if wanted is None else ImageFormat(wanted)
    with connected(invocation) as host, file_bars() as progress:
        images = host.images
        plan = images.plan(file, declared=declared, name=name, target_format=target_format, progress=progress)
        pushed = None if invocation.dry_run else images.push(plan, progress)
    if pushed is None:
        show_one(invocation, plan, _PLAN)
    else:
        show_list(invocation, [pushed], _LISTING)
        say(invocation, "It was there already." if plan.is_there else f"Pushed to {pushed.path}.")


@image.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the images on the host."""
    with connected(invocation) as host:
        images = host.images.list()
    show_list(invocation, images, _LISTING)
