"""``hv vm gpu``: what a machine has of the host's GPUs."""

from __future__ import annotations

from collections.abc import Iterator

import click
from attrs import frozen

from openhyperv.cli.connecting import connected
from openhyperv.cli.device_words import Screen, mmio_space
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_list
from openhyperv.hyperv.host import Host
from openhyperv.machine.graphics import GpuPartition, RemoteFx, Resolution
from openhyperv.machine.pci import MmioSpace


@frozen
class GpuUse:
    """A machine's part of a GPU: ``remotefx`` or ``partition``, and which."""

    sharing: str
    detail: str


_LISTING = (
    Column[GpuUse]("SHARED BY", lambda use: use.sharing),
    Column[GpuUse]("WHAT", lambda use: use.detail),
)


@click.group(cls=Group)
def gpu() -> None:
    """Give a machine a part of a GPU, while it is off.

    On Windows Server 2012 R2 and 2016 that is a RemoteFX display, on 2025 a partition.
    """


@gpu.command("list")
@click.argument("machine")
@click.pass_obj
def list_(invocation: Invocation, machine: str) -> None:
    """List what a machine has of the host's GPUs."""
    with connected(invocation) as host:
        show_list(invocation, list(_uses(host, machine)), _LISTING)


def _uses(host: Host, machine: str) -> Iterator[GpuUse]:
    gpus = host.machine(machine).gpus
    if (display := gpus.remotefx()) is not None:
        memory = f", {display.vram_mb} MB" if display.vram_mb else ""
        yield GpuUse("remotefx", f"{display.monitors} x {display.resolution.label}{memory}")
    if (partition := gpus.partition()) is not None:
        yield GpuUse("partition", partition.gpu or "of any GPU")


@gpu.command()
@click.argument("machine")
@click.option("--gpu", "name", help="A partition of this GPU; its device path, or a part of it.")
@click.option("--resolution", type=Screen(), help="A RemoteFX display of this size, such as 1920x1200.")
@click.option("--monitors", type=click.IntRange(1), default=1, help="How many, for RemoteFX.")
@click.option(
    "--vram", "vram_mb", type=click.IntRange(64), metavar="MB", help="Its video memory, from 2016 on."
)
@click.option("--low-mmio", "low_mb", type=click.IntRange(0), metavar="MB", help="Address space below 4 GiB.")
@click.option("--high-mmio", "high_mb", type=click.IntRange(0), metavar="MB", help="And above.")
@click.pass_obj
def add(
    invocation: Invocation,
    machine: str,
    name: str | None,
    resolution: Resolution | None,
    monitors: int,
    vram_mb: int | None,
    low_mb: int | None,
    high_mb: int | None,
) -> None:
    """Give a machine a partition of a GPU, or with --resolution a RemoteFX display."""
    mmio = mmio_space(low_mb, high_mb)
    with connected(invocation) as host:
        if resolution is None:
            _add_partition(host, machine, name, mmio)
            say(invocation, f"{machine} has a GPU partition.")
        else:
            host.machine(machine).gpus.enable_remotefx(RemoteFx(resolution, monitors, vram_mb))
            say(invocation, f"{machine} has a RemoteFX display.")


def _add_partition(host: Host, machine: str, name: str | None, mmio: MmioSpace | None) -> None:
    gpu_name = None if name is None else host.gpus.find(name).name
    host.machine(machine).gpus.add_partition(GpuPartition(gpu=gpu_name), mmio=mmio)


@gpu.command()
@click.argument("machine")
@click.pass_obj
def remove(invocation: Invocation, machine: str) -> None:
    """Take its part of a GPU from a machine; a plain display takes the place of a RemoteFX one."""
    with connected(invocation) as host:
        gpus = host.machine(machine).gpus
        had = gpus.remove_partition() or (gpus.remotefx() is not None and gpus.disable_remotefx())
        say(invocation, f"{machine} {'has' if had else 'had'} nothing of a GPU{' any more' if had else ''}.")
