"""``hv disk``: the disk files of a host, which its own image service makes and changes."""

from __future__ import annotations

import click
from attrs import frozen

from openhyperv.cli.bars import job_bar
from openhyperv.cli.confirming import confirm
from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.members import member_of, names_of
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_one
from openhyperv.cli.sizes import Size, size_text
from openhyperv.hyperv.disks.disk_files import CompactMode, DiskFileState, VirtualDisk


@frozen
class DiskView:
    """What ``hv disk show`` shows."""

    disk: VirtualDisk
    state: DiskFileState
    parents: tuple[VirtualDisk, ...]


_VIEW = (
    Column[DiskView]("Path", lambda view: view.disk.path),
    Column[DiskView]("Format", lambda view: view.disk.format.upper()),
    Column[DiskView]("Type", lambda view: view.disk.type.name.lower()),
    Column[DiskView]("Disk", lambda view: size_text(view.disk.size_bytes)),
    Column[DiskView]("File", lambda view: size_text(view.state.file_bytes)),
    Column[DiskView]("In use", lambda view: "yes" if view.state.in_use else "no"),
    Column[DiskView]("Builds on", lambda view: "\n".join(disk.path for disk in view.parents)),
)
_fixed = click.option("--fixed", "is_fixed", is_flag=True, help="Take all its room at once.")
_block = click.option("--block", "block_bytes", type=Size(), default=0, help="The size of its blocks.")
_file = click.argument("file")


@click.group(cls=Group)
def disk() -> None:
    """Create, change and delete the disk files of a host.

    FILE is a path on the host, such as C:\\disks\\data.vhdx; its name tells the format. The disks of a
    machine are changed by 'hv vm disk'.
    """


@disk.command()
@_file
@click.option("--size", "size_bytes", type=Size(), help="The disk's size; a parent's is taken without.")
@click.option("--parent", metavar="FILE", help="Hold only what differs from this disk, which is not written.")
@_fixed
@_block
@click.pass_obj
def create(
    invocation: Invocation,
    file: str,
    size_bytes: int | None,
    parent: str | None,
    is_fixed: bool,
    block_bytes: int,
) -> None:
    """Create a disk: dynamic, fixed, or one that builds on another."""
    with connected(invocation) as host, job_bar("creating") as on_progress:
        host.disks.create(
            file,
            size_bytes=size_bytes,
            parent=parent,
            is_fixed=is_fixed,
            block_bytes=block_bytes,
            on_progress=on_progress,
        )
    say(invocation, f"{file} is created.")


@disk.command()
@_file
@click.pass_obj
def show(invocation: Invocation, file: str) -> None:
    """Show a disk, and what it builds on."""
    with connected(invocation) as host:
        found, *parents = host.disks.chain(file)
        view = DiskView(found, host.disks.state(file), tuple(parents))
    show_one(invocation, view, _VIEW)


@disk.command()
@_file
@click.argument("target")
@_fixed
@_block
@click.pass_obj
def convert(invocation: Invocation, file: str, target: str, is_fixed: bool, block_bytes: int) -> None:
    """Make a new disk TARGET with the contents of FILE and of what that builds on; FILE stays."""
    with connected(invocation) as host, job_bar("converting") as on_progress:
        host.disks.convert(file, target, is_fixed=is_fixed, block_bytes=block_bytes, on_progress=on_progress)
    say(invocation, f"{target} holds what {file} holds.")


@disk.command()
@_file
@click.option("--into", "ancestor", metavar="FILE", help="An earlier ancestor, instead of its parent.")
@click.pass_obj
def merge(invocation: Invocation, file: str, ancestor: str | None) -> None:
    """Write what a disk holds into its parent; FILE stays, and is of no more use."""
    with connected(invocation) as host, job_bar("merging") as on_progress:
        target = host.disks.merge(file, ancestor, on_progress=on_progress)
    say(invocation, f"{target} holds what {file} held.")


@disk.command()
@_file
@click.option(
    "--mode",
    type=names_of(CompactMode),
    callback=member_of(CompactMode),
    default="full",
    show_default=True,
    help="How room that nobody uses is found.",
)
@click.pass_obj
def compact(invocation: Invocation, file: str, mode: CompactMode) -> None:
    """Give room that a disk does not use back to the host."""
    with connected(invocation) as host, job_bar("compacting") as on_progress:
        host.disks.compact(file, mode, on_progress=on_progress)
    say(invocation, f"{file} is compacted.")


@disk.command()
@_file
@click.argument("size_bytes", metavar="SIZE", type=Size())
@click.pass_obj
def grow(invocation: Invocation, file: str, size_bytes: int) -> None:
    """Make a disk larger that no machine is running on."""
    with connected(invocation) as host, job_bar("growing") as on_progress:
        host.disks.grow(file, size_bytes, on_progress=on_progress)
    say(invocation, f"{file} has {size_text(size_bytes)} now.")


@disk.command()
@_file
@click.argument("parent")
@click.option("--ignore-mismatch", is_flag=True, help="Take a parent that was changed since.")
@click.pass_obj
def reconnect(invocation: Invocation, file: str, parent: str, ignore_mismatch: bool) -> None:
    """Tell a disk where the one that it builds on is now."""
    with connected(invocation) as host:
        host.disks.reconnect(file, parent, ignore_mismatch=ignore_mismatch)
        say(invocation, f"{file} builds on {parent}.")


@disk.command()
@_file
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(invocation: Invocation, file: str, yes: bool) -> None:
    """Delete a disk's file, unless a machine has it."""
    confirm(invocation, f"Delete {file}?", yes=yes)
    with connected(invocation) as host:
        host.disks.delete(file)
        say(invocation, f"{file} is deleted.")
