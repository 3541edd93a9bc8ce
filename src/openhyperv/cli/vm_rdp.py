"""``hv vm rdp``: where a machine's screen can be seen by RDP."""

from __future__ import annotations

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import Column, show_one
from openhyperv.hyperv.remote_desktop import RemoteDesktop, read_remote_desktop


def _free_rdp(desktop: RemoteDesktop) -> str:
    return f"xfreerdp /vmconnect:{desktop.guid} /v:{desktop.address}:{desktop.port}"


_DESKTOP = (
    Column[RemoteDesktop]("Address", lambda desktop: desktop.address),
    Column[RemoteDesktop]("Port", lambda desktop: f"{desktop.port}"),
    Column[RemoteDesktop]("GUID", lambda desktop: desktop.guid),
    Column[RemoteDesktop]("FreeRDP", _free_rdp),
)


@click.command(cls=Command)
@click.argument("machine")
@click.pass_obj
def rdp(invocation: Invocation, machine: str) -> None:
    """Show where an RDP client finds a machine's screen, with the command for FreeRDP.

    The client proves itself to the host: with the account of a Hyper-V administrator, or one that was
    granted the machine's console.
    """
    with connected(invocation) as host:
        show_one(invocation, read_remote_desktop(host.session, host.machine(machine).guid), _DESKTOP)
