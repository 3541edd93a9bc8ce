"""``hv host``: can a host be managed, and what is it."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.exit_codes import CHECK_FAILED
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, show_list, show_one
from openhyperv.cli.sizes import size_text
from openhyperv.hyperv.checking import Finding, Status, check_host
from openhyperv.hyperv.facts import HostFacts

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
@click.pass_obj
def show(invocation: Invocation) -> None:
    """Show what the host is."""
    with connected(invocation) as reached:
        show_one(invocation, reached.facts(), _FACTS)
