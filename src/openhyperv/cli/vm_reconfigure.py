"""``hv vm reconfigure``: a machine becomes what its options say now."""

from __future__ import annotations

from typing import Any

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.machine_options import arguments_of, designed, machine_options
from openhyperv.cli.options import Command
from openhyperv.cli.output import say


@click.command(cls=Command)
@machine_options
@click.pass_obj
def reconfigure(invocation: Invocation, /, **given: Any) -> None:
    """Make the machine NAME what the options say now, as if it were created with them.

    Say all of it, not only what is new: what is not asked for is switched off again, or becomes the default.
    Only what differs is sent, and it may be repeated. Disks are made larger, never smaller; ephemeral disks
    that are not asked for any more go; network adapters, DVDs and other disks stay as they are.
    """
    arguments = arguments_of(**given)
    with connected(invocation) as host:
        spec = designed(host, arguments)
        changed = host.machine(spec.name).reconfigure(spec)
        words = ", ".join(sorted(set(changed))) or "nothing: it is so already"
        say(invocation, f"Changed of {spec.name}: {words}.")
