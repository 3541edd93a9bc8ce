"""``hv vm guest``: what the system inside a machine says, and what it is given."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import frozen

from openhyperv.cli.bars import file_bars
from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_list, show_one
from openhyperv.hyperv.guest.items import Item
from openhyperv.hyperv.guest.report import GuestReport
from openhyperv.hyperv.guest.services import Service

_REPORT = (
    Column[GuestReport]("Heartbeat", lambda report: report.heartbeat.label if report.heartbeat else "off"),
    Column[GuestReport]("Host name", lambda report: report.host_name),
    Column[GuestReport]("System", lambda report: report.os_name),
    Column[GuestReport]("Version", lambda report: report.os_version),
    Column[GuestReport]("Build", lambda report: report.os_build),
    Column[GuestReport]("Addresses", lambda report: "\n".join(report.addresses)),
)
_ITEMS = (
    Column[Item]("NAME", lambda item: item.name),
    Column[Item]("DATA", lambda item: item.data),
    Column[Item]("SET BY", lambda item: item.source.name.lower().replace("_", " ")),
)


@frozen
class ServiceView:
    """A line of what ``hv vm guest service`` lists."""

    service: Service
    is_on: bool


_SERVICES = (
    Column[ServiceView]("SERVICE", lambda view: view.service.value),
    Column[ServiceView]("STATE", lambda view: "on" if view.is_on else "off"),
)


@click.group(cls=Group)
def guest() -> None:
    """Exchange facts and files with the system inside a machine.

    The guest has to run integration services: Windows does, and Linux with the daemons of Hyper-V.
    """


@guest.command()
@click.argument("machine")
@click.pass_obj
def show(invocation: Invocation, machine: str) -> None:
    """Show whether the guest is alive, what it is, and its addresses."""
    with connected(invocation) as host:
        show_one(invocation, host.machine(machine).guest.report(), _REPORT)


@guest.command()
@click.argument("machine")
@click.pass_obj
def items(invocation: Invocation, machine: str) -> None:
    """List the key-value pairs that host and guest have set for each other."""
    with connected(invocation) as host:
        show_list(invocation, host.machine(machine).guest.items(), _ITEMS)


@guest.command("set")
@click.argument("machine")
@click.argument("pairs", metavar="NAME=DATA...", nargs=-1, required=True)
@click.pass_obj
def set_(invocation: Invocation, machine: str, pairs: tuple[str, ...]) -> None:
    """Have the guest know these key-value pairs, now or when it starts."""
    wanted = dict(_pair(text) for text in pairs)
    with connected(invocation) as host:
        host.machine(machine).guest.set_items(wanted)
        say(invocation, f"{machine} is told {', '.join(wanted)}.")


def _pair(text: str) -> tuple[str, str]:
    name, equals, data = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text} is not NAME=DATA.")
    return name, data


@guest.command()
@click.argument("machine")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.pass_obj
def unset(invocation: Invocation, machine: str, names: tuple[str, ...]) -> None:
    """Have the guest forget what the host has set under these names."""
    with connected(invocation) as host:
        host.machine(machine).guest.unset_items(names)
        say(invocation, f"{machine} is not told {', '.join(names)} any more.")


@guest.command()
@click.argument("machine")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("destination")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@click.option("--parents", is_flag=True, help="Make the folders of the destination.")
@click.pass_obj
def copy(
    invocation: Invocation, machine: str, source: Path, destination: str, overwrite: bool, parents: bool
) -> None:
    """Copy a file of this computer into a running guest, without its network.

    It needs the service files, which is off in new machines: hv vm guest service MACHINE files on.
    """
    with connected(invocation) as host, file_bars() as progress:
        host.machine(machine).guest.copy_file(
            source, destination, overwrite=overwrite, create_folders=parents, progress=progress
        )
    say(invocation, f"{source.name} is in {machine}.")


@guest.command()
@click.argument("machine")
@click.argument(
    "service", metavar="[SERVICE]", type=click.Choice([each.value for each in Service]), required=False
)
@click.argument("switch", metavar="[on|off]", type=click.Choice(["on", "off"]), required=False)
@click.pass_obj
def service(invocation: Invocation, machine: str, service: str | None, switch: str | None) -> None:
    """List the integration services of a machine, or switch one of them.

    They are heartbeat, key-value-pairs, shutdown, time, backup and files.
    """
    if (service is None) != (switch is None):
        raise click.UsageError("Name a service and on or off, or neither.")
    with connected(invocation) as host:
        found = host.machine(machine).guest
        if service is not None:
            found.switch_service(Service(service), on=switch == "on")
            say(invocation, f"{service} of {machine} is {switch}.")
        else:
            show_list(invocation, [ServiceView(*each) for each in found.services().items()], _SERVICES)


@guest.command()
@click.argument("machine")
@click.pass_obj
def nmi(invocation: Invocation, machine: str) -> None:
    """Send a non-maskable interrupt: guests that are set up so write a crash dump then."""
    with connected(invocation) as host:
        host.machine(machine).guest.interrupt()
        say(invocation, f"{machine} was interrupted.")
