"""``hv vm``: what machines there are, and each of them at a glance."""

from __future__ import annotations

import click
from attrs import frozen

from openhyperv.cli import (
    vm_boot,
    vm_change,
    vm_checkpoint,
    vm_console,
    vm_create,
    vm_disk,
    vm_dvd,
    vm_gpu,
    vm_guest,
    vm_metrics,
    vm_nic,
    vm_pci,
    vm_power,
    vm_rdp,
    vm_reconfigure,
    vm_screen,
    vm_security,
    vm_set,
    vm_top,
    vm_transfer,
)
from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, show_list, show_one
from openhyperv.cli.sizes import duration_text
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.summary import MachineListing, MachineSummary

_COLOURS = {
    MachineState.RUNNING.label: "green",
    MachineState.OFF.label: "dim",
    MachineState.OTHER.label: "bold red",
}


def _colour(state: str) -> str:
    return _COLOURS.get(state, "")


_LISTING = (
    Column[MachineListing]("NAME", lambda machine: machine.name),
    Column[MachineListing]("STATE", lambda machine: machine.state.label, style=_colour),
    Column[MachineListing]("UPTIME", lambda machine: duration_text(machine.uptime_s), is_number=True),
    Column[MachineListing]("GUID", lambda machine: machine.guid),
)


@frozen
class MachineView:
    """What ``hv vm show`` shows."""

    summary: MachineSummary
    addresses: tuple[str, ...]
    disk_files: tuple[str, ...]
    checkpoints: tuple[str, ...]


_VIEW = (
    Column[MachineView]("Name", lambda view: view.summary.name),
    Column[MachineView]("GUID", lambda view: view.summary.guid),
    Column[MachineView]("State", lambda view: view.summary.state.label, style=_colour),
    Column[MachineView]("Uptime", lambda view: duration_text(view.summary.uptime_s)),
    Column[MachineView]("Processors", lambda view: f"{view.summary.vcpus}"),
    Column[MachineView]("Load", lambda view: f"{view.summary.processor_load_percent} %"),
    Column[MachineView]("Memory in use", lambda view: f"{view.summary.memory_mb} MB"),
    Column[MachineView]("Guest", lambda view: view.summary.guest),
    Column[MachineView]("Addresses", lambda view: "\n".join(view.addresses)),
    Column[MachineView]("Version", lambda view: view.summary.version),
    Column[MachineView]("Created", lambda view: f"{view.summary.created or ''}"),
    Column[MachineView]("Notes", lambda view: view.summary.notes),
    Column[MachineView]("Disks", lambda view: "\n".join(view.disk_files)),
    Column[MachineView]("Checkpoints", lambda view: "\n".join(view.checkpoints)),
)


@click.group(cls=Group)
def vm() -> None:
    """Create, run, change and delete machines.

    A machine is named by its display name or its GUID; a name that several have is refused.
    """


@vm.command("list")
@click.option("--state", "wanted", help="Only machines in this state, such as running.")
@click.pass_obj
def list_(invocation: Invocation, wanted: str | None) -> None:
    """List machines, in one request however many there are."""
    with connected(invocation) as host:
        machines = sorted(host.machines(), key=lambda machine: (machine.name.lower(), machine.guid))
    show_list(invocation, [m for m in machines if wanted in (None, m.state.label)], _LISTING)


@vm.command()
@click.argument("machine")
@click.pass_obj
def show(invocation: Invocation, machine: str) -> None:
    """Show a machine with its disks and checkpoints."""
    with connected(invocation) as host:
        found = host.machine(machine)
        checkpoints = tuple(checkpoint.name for checkpoint in found.checkpoints.list())
        view = MachineView(found.summary(), found.guest.addresses(), tuple(found.disk_files()), checkpoints)
    show_one(invocation, view, _VIEW)


vm.add_command(vm_create.create)
vm.add_command(vm_reconfigure.reconfigure)
vm.add_command(vm_set.set_)
vm.add_command(vm_boot.boot)
vm.add_command(vm_top.top)
vm.add_command(vm_rdp.rdp)
vm.add_command(vm_console.console)
vm.add_command(vm_console.log)
vm.add_command(vm_guest.guest)
vm.add_command(vm_nic.nic)
vm.add_command(vm_disk.disk)
vm.add_command(vm_dvd.dvd)
vm.add_command(vm_screen.screenshot)
vm.add_command(vm_screen.type_)
vm.add_command(vm_checkpoint.checkpoint)
vm.add_command(vm_security.security)
vm.add_command(vm_gpu.gpu)
vm.add_command(vm_pci.pci)
for command in (*vm_power.COMMANDS, *vm_change.COMMANDS, *vm_metrics.COMMANDS, *vm_transfer.COMMANDS):
    vm.add_command(command)
