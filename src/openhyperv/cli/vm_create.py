"""``hv vm create``: from properties to a machine."""

from __future__ import annotations

from typing import Any

import click
from attrs import frozen

from openhyperv.cli.config_drive import built
from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.machine_options import arguments_of, designed, machine_options
from openhyperv.cli.machine_request import CreateArguments
from openhyperv.cli.options import Command
from openhyperv.cli.output import Column, say, show_one
from openhyperv.cli.shielding import shielding_data_of
from openhyperv.errors import ConflictError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
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
@machine_options
@click.option("--start", is_flag=True, help="Start it.")
@click.pass_obj
def create(invocation: Invocation, /, *, start: bool, **given: Any) -> None:
    """Create a machine: off, unless --start is given.

    What the properties ask for is decided before anything is touched. If any step fails, nothing is left; and
    whatever ends this command, repeating it comes to the same machine. What had to be rounded or switched off
    is said.
    """
    arguments = arguments_of(**given)
    with connected(invocation) as host:
        spec = designed(host, arguments)
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
