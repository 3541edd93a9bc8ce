"""The options that say what a machine is, for the commands that make one and that change one."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from openhyperv.cli.adapter_word import Adapter
from openhyperv.cli.config_drive import FORMATS, ConfigDriveArgument
from openhyperv.cli.machine_file import MachineFile, read_machine_file
from openhyperv.cli.machine_request import CreateArguments
from openhyperv.cli.printable import printable
from openhyperv.cli.sizes import Size
from openhyperv.cli.words import KeyValue
from openhyperv.hyperv.host import Host
from openhyperv.machine.design import design_machine
from openhyperv.machine.spec import MachineSpec

_Function = TypeVar("_Function", bound=Callable[..., Any])
_OPTIONS = (
    click.argument("name"),
    click.option(
        "--from",
        "file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="Image properties, flavor and metadata from a .toml, .yaml or .json file; options go before it.",
    ),
    click.option("--vcpus", type=int, metavar="COUNT", help="Processors; 1 if nothing says otherwise."),
    click.option(
        "--memory", "memory_mb", type=int, metavar="MB", help="Memory; 1024 if nothing says otherwise."
    ),
    click.option(
        "--image", metavar="NAME", help="Boot from a copy of this pushed image, or file on the host."
    ),
    click.option("--image-disk", "image_disk_bytes", type=Size(), help="A larger size for that copy."),
    click.option("--disk", "disk_bytes", multiple=True, type=Size(), help="A blank disk; may be repeated."),
    click.option("--iso", metavar="NAME", help="A DVD drive with this pushed ISO, or file on the host."),
    click.option(
        "--config-drive",
        metavar="FOLDER|NAME",
        help="Metadata for the guest: a folder here, a pushed config drive, or a file on the host.",
    ),
    click.option(
        "--config-drive-format",
        type=click.Choice(FORMATS),
        default=FORMATS[0],
        show_default=True,
        help="What is made of a folder: a DVD, or a disk.",
    ),
    click.option(
        "--nic",
        "adapters",
        multiple=True,
        type=Adapter(),
        metavar="SWITCH[,vlan=..]",
        help="A network adapter on a switch, or 'none' for no switch; may be repeated. After commas: "
        "mac=.., vlan=.., at-most=.., at-least=.. (Mbit/s), spoofing, dhcp-guard, router-guard, naming, "
        "boot=..",
    ),
    click.option(
        "--property",
        "properties",
        multiple=True,
        type=KeyValue(),
        help="An image property, such as hw_machine_type=hyperv-gen2 or os_secure_boot=required.",
    ),
    click.option(
        "--extra-spec",
        "extra_specs",
        multiple=True,
        type=KeyValue(),
        help="A flavor's, such as os:secure_boot=required or hw:numa_nodes=2.",
    ),
    click.option(
        "--metadata",
        multiple=True,
        type=KeyValue(),
        help="The instance's, of which img_pdk_reference and fsk:NAME are read.",
    ),
    click.option("--notes", default="", help="Notes that the host keeps with it."),
    click.option(
        "--identity",
        type=click.UUID,
        help="A UUID of its own, for one more machine of a name that is taken; else the name gives it one.",
    ),
)


def machine_options(function: _Function) -> _Function:
    """Give a command the name and all options of a machine."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), function)


def arguments_of(
    *, file: Path | None, config_drive: str | None, config_drive_format: str, **given: Any
) -> CreateArguments:
    """What those options say together."""
    from_file = MachineFile() if file is None else read_machine_file(file)
    drive = None if config_drive is None else ConfigDriveArgument(config_drive, config_drive_format)
    return CreateArguments(file=from_file, config_drive=drive, **given)


def designed(host: Host, arguments: CreateArguments) -> MachineSpec:
    """The machine that is asked for; what the rules had to round or switch off is told."""
    spec = design_machine(arguments.request(host))
    for remark in spec.remarks:
        click.echo(printable(f"Note: {remark}"), err=True)
    return spec
