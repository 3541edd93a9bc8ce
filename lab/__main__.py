"""``python -m lab``: a real OpenStack on this machine."""

from __future__ import annotations

import sys

import click
from openstack.exceptions import SDKException

from lab import clouds
from lab.check.client import Client
from lab.check.scenario import Scenario
from lab.errors import LabError
from lab.instructions import print_instructions
from lab.places import Places
from lab.settings import HostSettings, Lab
from lab.stack import Stack
from lab.tempest.command import tempest
from openhyperv.emulator.debian_guest.boot_files import BuildError


@click.group()
def main() -> None:
    """A real all-in-one OpenStack on this machine, with emulated Hyper-V hosts below it."""


def _host(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[HostSettings, ...]:
    for value in values:
        if value.count("=") != 1:
            raise click.BadParameter(f"{value} is not NAME=RELEASE, such as hv1=2025.")
    return tuple(HostSettings(*value.split("=")) for value in values)


@main.command()
@click.option("--host", "hosts", multiple=True, callback=_host, help="A host, such as hv1=2025. Repeatable.")
@click.option("--guests", type=click.Choice(["none", "qemu"]), help="What runs when a server is started.")
def up(hosts: tuple[HostSettings, ...], guests: str | None) -> None:
    """Have everything running; hosts stay as they were chosen last, at first hv1=2025 and hv2=2025."""
    lab = Lab.open(Places.from_environment()).with_hosts(hosts, guests)
    Stack(lab).up()
    print_instructions(lab)


@main.command()
def down() -> None:
    """Stop everything; ``up`` goes on from there."""
    Stack(Lab.open(Places.from_environment())).down()


@main.command()
@click.option("--all", "also_saved", is_flag=True, help="Also the copy of empty databases.")
def clean(*, also_saved: bool) -> None:
    """Stop everything and forget it, but for a copy of empty databases that makes the next start quick."""
    Stack(Lab.open(Places.from_environment())).clean(also_saved=also_saved)


@main.command()
def status() -> None:
    """Say what runs; exit code 1 if something that was started does not."""
    processes = Stack(Lab.open(Places.from_environment())).processes
    found = {name: processes.find(name) for name in processes.names()}
    for name, process in found.items():
        click.echo(f"{name:28} {f'process {process.pid}' if process else 'has ended'}")
    sys.exit(not found or None in found.values())


@main.command()
def environment() -> None:
    """Print what to set for the ``openstack`` command, for ``eval``."""
    for name, value in clouds.variables(Lab.open(Places.from_environment())).items():
        click.echo(f"export {name}='{value}'")


@main.command()
def check() -> None:
    """Show that the lab does what it is for; it has to be up, with a host of 2012R2. Exit code 1 if not."""
    lab = Lab.open(Places.from_environment())
    Scenario(lab, Client(lab)).run()


main.add_command(tempest)

if __name__ == "__main__":
    try:
        main()
    except (LabError, BuildError, SDKException) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
