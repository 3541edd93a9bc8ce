"""``hv vm create``: from properties to a machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from attrs import frozen

from openhyperv.cli.adapter_word import Adapter
from openhyperv.cli.config_drive import FORMATS, ConfigDriveArgument, built
from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.machine_file import MachineFile, read_machine_file
from openhyperv.cli.machine_request import CreateArguments
from openhyperv.cli.options import Command
from openhyperv.cli.output import Column, say, show_one
from openhyperv.cli.printable import printable
from openhyperv.cli.shielding import shielding_data_of
from openhyperv.cli.sizes import Size
from openhyperv.cli.words import KeyValue
from openhyperv.errors import ConflictError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.design import design_machine
from openhyperv.machine.spec import MachineSpec


@frozen
class Created:
    """What ``hv vm create`` answers."""

    name: str
    guid: str
    identity: str
    remarks: tuple[str, ...]


_CREATED = (
    Column[Created]("Name", lambda created: created.name),
    Column[Created]("GUID", lambda created: created.guid),
    Column[Created]("Identity", lambda created: created.identity),
)


@click.command(cls=Command)
@click.argument("name")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Image properties, flavor and metadata from a .toml, .yaml or .json file; options go before it.",
)
@click.option("--vcpus", type=int, metavar="COUNT", help="Processors; 1 if nothing says otherwise.")
@click.option("--memory", "memory_mb", type=int, metavar="MB", help="Memory; 1024 if nothing says otherwise.")
@click.option("--image", metavar="NAME", help="Boot from a copy of this pushed image, or file on the host.")
@click.option("--image-disk", "image_disk_bytes", type=Size(), help="A larger size for that copy.")
@click.option("--disk", "disk_bytes", multiple=True, type=Size(), help="A blank disk; may be repeated.")
@click.option("--iso", metavar="NAME", help="A DVD drive with this pushed ISO, or file on the host.")
@click.option(
    "--config-drive",
    metavar="FOLDER|NAME",
    help="Metadata for the guest: a folder here, a pushed config drive, or a file on the host.",
)
@click.option(
    "--config-drive-format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="What is made of a folder: a DVD, or a disk.",
)
@click.option(
    "--nic",
    "adapters",
    multiple=True,
    type=Adapter(),
    metavar="SWITCH[,vlan=..]",
    help="A network adapter on a switch, or 'none' for no switch; may be repeated. After commas: "
    "mac=.., vlan=.., at-most=.., at-least=.. (Mbit/s), spoofing, dhcp-guard, router-guard, naming, boot=..",
)
@click.option(
    "--property",
    "properties",
    multiple=True,
    type=KeyValue(),
    help="An image property, such as hw_machine_type=hyperv-gen2 or os_secure_boot=required.",
)
@click.option(
    "--extra-spec",
    "extra_specs",
    multiple=True,
    type=KeyValue(),
    help="A flavor's, such as os:secure_boot=required or hw:numa_nodes=2.",
)
@click.option(
    "--metadata",
    multiple=True,
    type=KeyValue(),
    help="The instance's, of which img_pdk_reference and fsk:NAME are read.",
)
@click.option("--notes", default="", help="Notes that the host keeps with it.")
@click.option(
    "--identity",
    type=click.UUID,
    help="A UUID of its own, for one more machine of a name that is taken; else the name gives it one.",
)
@click.option("--start", is_flag=True, help="Start it.")
@click.pass_obj
def create(
    invocation: Invocation,
    /,
    *,
    file: Path | None,
    start: bool,
    config_drive: str | None,
    config_drive_format: str,
    **given: Any,
) -> None:
    """Create a machine: off, unless --start is given.

    What the properties ask for is decided before anything is touched. If any step fails, nothing is left; and
    whatever ends this command, repeating it comes to the same machine. What had to be rounded or switched off
    is said.
    """
    from_file = MachineFile() if file is None else read_machine_file(file)
    drive = None if config_drive is None else ConfigDriveArgument(config_drive, config_drive_format)
    arguments = CreateArguments(file=from_file, config_drive=drive, **given)
    with connected(invocation) as host:
        spec = design_machine(arguments.request(host))
        for remark in spec.remarks:
            click.echo(printable(f"Note: {remark}"), err=True)
        machine = _create(host, spec, arguments)
        _report(invocation, spec, machine.guid)
        if start:
            _start(machine)
            say(invocation, f"{spec.name} is running.")


def _create(host: Host, spec: MachineSpec, arguments: CreateArguments) -> VirtualMachine:
    with built(arguments.config_drive, host.layout.machine(spec.identity)) as uploads:
        return host.create(
            spec,
            shares_name=arguments.identity is not None,
            shielding_data=shielding_data_of(spec),
            uploads=uploads,
        )


def _start(machine: VirtualMachine) -> None:
    """Start it, unless an earlier run of the same command did."""
    try:
        machine.start()
    except ConflictError:
        if machine.state() is not MachineState.RUNNING:
            raise


def _report(invocation: Invocation, spec: MachineSpec, guid: str) -> None:
    if not invocation.dry_run:
        show_one(invocation, Created(spec.name, guid, str(spec.identity), spec.remarks), _CREATED)
