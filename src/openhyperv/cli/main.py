"""The command ``hv`` and its groups."""

from __future__ import annotations

import os
import sys

import click
from click.shell_completion import shell_complete

from openhyperv.cli import failing
from openhyperv.cli.completion import COMPLETION_VARIABLE
from openhyperv.cli.exit_codes import DONE, meanings
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.lazy_group import LazyCommand, LazyGroup
from openhyperv.cli.options import general_options

_ROOM = "openhyperv.cli"
_COMMANDS = {
    "host": LazyCommand(f"{_ROOM}.host", "host", "Look at a host: can it be managed, what is it."),
    "vm": LazyCommand(f"{_ROOM}.vm", "vm", "Create, run, change and delete machines."),
    "switch": LazyCommand(f"{_ROOM}.switch", "switch", "Create, change and remove virtual switches."),
    "port": LazyCommand(f"{_ROOM}.port", "port", "Look at ports of switches, and change them."),
    "image": LazyCommand(f"{_ROOM}.image", "image", "Inspect disk images, and bring them to a host."),
    "disk": LazyCommand(f"{_ROOM}.disk", "disk", "Create, change and delete the disk files of a host."),
    "cim": LazyCommand(f"{_ROOM}.cim", "cim", "CIM operations as they are: the raw hatch."),
    "monitor": LazyCommand(f"{_ROOM}.monitor", "monitor", "Print what happens on a host, as it happens."),
    "exporter": LazyCommand(f"{_ROOM}.exporter", "exporter", "Export hosts and machines to Prometheus."),
    "completion": LazyCommand(f"{_ROOM}.completion", "completion", "Print the completion for a shell."),
}
_EXIT_CODES = "\b\nExit codes:\n" + "\n".join(f"  {code:>3}  {text}" for code, text in meanings().items())

hv = LazyGroup(
    name="hv",
    lazy=_COMMANDS,
    params=[*general_options()],
    help="Manage Windows Hyper-V hosts from Linux, with nothing installed on Windows.\n\n"
    "Settings come from options, then from OPENHYPERV_HOST, _PORT, _TRANSPORT, _USERNAME, _PASSWORD, "
    "_AUTHENTICATION, _CA_FILE, _SMB_PORT and _PROFILE, then from a profile of "
    "$XDG_CONFIG_HOME/openhyperv/hv.toml. A password is never an option: it comes from the variable, from a "
    "file or command that the profile names, or from whoever sits at the terminal.",
    epilog=_EXIT_CODES,
)
hv = click.version_option(package_name="openhyperv")(hv)


def main() -> None:
    """Run ``hv``."""
    invocation = Invocation()
    sys.exit(failing.run(lambda: _run(invocation), invocation))


def _run(invocation: Invocation) -> int:
    if instruction := os.environ.get(COMPLETION_VARIABLE):
        return shell_complete(hv, {}, "hv", COMPLETION_VARIABLE, instruction)
    with hv.make_context("hv", sys.argv[1:], obj=invocation) as context:
        hv.invoke(context)
    return DONE
