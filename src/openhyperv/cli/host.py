"""``hv host``: can a host be managed, and what is it."""

from __future__ import annotations

import click

from openhyperv.cli import host_gpu, host_offload, host_pci, host_power
from openhyperv.cli.connecting import connected
from openhyperv.cli.exit_codes import CHECK_FAILED
from openhyperv.cli.host_guardian import guardian
from openhyperv.cli.host_numa import show_numa
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, show_list, show_one
from openhyperv.cli.sizes import size_text
from openhyperv.hyperv.checking import Finding, Status, check_host
from openhyperv.hyperv.facts import HostFacts
from openhyperv.hyperv.numa.nodes import NumaNode
from openhyperv.hyperv.statistics import Drive, HostStatistics

_COLOURS = {Status.OK: "green", Status.FAILED: "bold red", Status.SKIPPED: "yellow"}
_FINDING = (
    Column[Finding]("CHECK", lambda finding: finding.check),
    Column[Finding]("RESULT", lambda finding: finding.status, style=lambda text: _COLOURS[Status(text)]),
    Column[Finding]("WHAT WAS FOUND", lambda found: "\n".join(filter(None, (found.detail, found.remedy)))),
)
_FACTS = (
    Column[HostFacts]("Name", lambda facts: facts.name),
    Column[HostFacts]("Windows", lambda facts: f"{facts.product} ({facts.version})"),
    Column[HostFacts]("Memory", lambda facts: size_text(facts.memory_mb * 1024**2)),
    Column[HostFacts]("Free memory", lambda facts: size_text(facts.free_memory_mb * 1024**2)),
    Column[HostFacts]("Clock", lambda facts: facts.clock_text),
    Column[HostFacts]("Machines in", lambda facts: facts.machine_files),
    Column[HostFacts]("Disks in", lambda facts: facts.disk_files),
)


_STATISTICS = (
    Column[HostStatistics]("Name", lambda host: host.name),
    Column[HostStatistics]("Processors", lambda host: f"{host.logical_processors}"),
    Column[HostStatistics]("Sockets", lambda host: "\n".join(socket.name for socket in host.sockets)),
    Column[HostStatistics]("Memory", lambda host: size_text(host.memory_mb * 1024**2)),
    Column[HostStatistics]("Free memory", lambda host: size_text(host.free_memory_mb * 1024**2)),
    Column[HostStatistics]("NUMA nodes", lambda host: "\n".join(map(_node_text, host.numa_nodes))),
    Column[HostStatistics]("Drives", lambda host: "\n".join(map(_drive_text, host.drives))),
    Column[HostStatistics]("Switches", lambda host: "\n".join(switch.name for switch in host.switches)),
)


def _node_text(node: NumaNode) -> str:
    free, all_of_it = (size_text(mb * 1024**2) for mb in (node.free_memory_mb, node.memory_mb))
    return f"{node.number}: {node.logical_processors} processors, {free} of {all_of_it} free"


def _drive_text(drive: Drive) -> str:
    return f"{drive.name} {size_text(drive.free_bytes)} of {size_text(drive.size_bytes)} free"


@click.group(cls=Group)
def host() -> None:
    """Look at a host: can it be managed, what is it."""


@host.command()
@click.pass_obj
@click.pass_context
def check(ctx: click.Context, invocation: Invocation) -> None:
    """Check everything that managing a host needs.

    Port and certificate, account, version, clock, Hyper-V's namespace, rights, files over SMB, disk space:
    each with what to do where it fails. Exits with 3 if one does.
    """
    with connected(invocation) as reached:
        findings = list(check_host(reached))
    show_list(invocation, findings, _FINDING)
    if any(finding.status is not Status.OK for finding in findings):
        ctx.exit(CHECK_FAILED)


@host.command()
@click.option("--numa", is_flag=True, help="Show its NUMA nodes, and which machines are on them.")
@click.pass_obj
def show(invocation: Invocation, *, numa: bool) -> None:
    """Show what the host is.

    With --numa also told is which running machines might not start again once they were stopped, because
    others had taken the places that their NUMA nodes need.
    """
    with connected(invocation) as reached:
        if numa:
            show_numa(invocation, reached.numa())
        else:
            show_one(invocation, reached.facts(), _FACTS)


@host.command()
@click.pass_obj
def stats(invocation: Invocation) -> None:
    """Show what the host has, and how much of it is free."""
    with connected(invocation) as reached:
        show_one(invocation, reached.statistics(), _STATISTICS)


host.add_command(guardian)
host.add_command(host_gpu.gpu)
host.add_command(host_offload.offload)
host.add_command(host_pci.pci)
host.add_command(host_power.power)
host.add_command(host_power.maintenance)
