"""``hv vm``: a machine's screen and keyboard."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import say
from openhyperv.hyperv.keys import VirtualKey

_KEY_NAMES = [key.name.lower() for key in VirtualKey]


@click.command(cls=Command)
@click.argument("machine")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path))
@click.option("--size", metavar="WIDTHxHEIGHT", help="Its size; else as large as the host's envelopes allow.")
@click.pass_obj
def screenshot(invocation: Invocation, machine: str, file: Path, size: str | None) -> None:
    """Write what a machine shows to FILE.png; - is stdout."""
    wanted = None if size is None else _pixels(size)
    with connected(invocation) as host:
        picture = host.machine(machine).screenshot_png(wanted)
    with click.open_file(str(file), "wb") as out:
        out.write(picture)
    say(invocation, f"A picture of {len(picture)} bytes.")


def _pixels(size: str) -> tuple[int, int]:
    width, cross, height = size.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise click.UsageError(f"{size!r} is no size such as 640x480.")
    return int(width), int(height)


@click.command("type", cls=Command)
@click.argument("machine")
@click.argument("text", required=False)
@click.option("--key", "keys", multiple=True, type=click.Choice(_KEY_NAMES), help="Then press this key.")
@click.option("--ctrl-alt-del", is_flag=True, help="Press these three first.")
@click.pass_obj
def type_(
    invocation: Invocation, machine: str, text: str | None, keys: tuple[str, ...], ctrl_alt_del: bool
) -> None:
    """Type TEXT on a running machine's keyboard, then press keys.

    With - as TEXT a line of stdin is typed: other users of this machine can see arguments, but not that.
    """
    if not (text or keys or ctrl_alt_del):
        raise click.UsageError("Give a TEXT, --key or --ctrl-alt-del.")
    with connected(invocation) as host:
        found = host.machine(machine)
        if ctrl_alt_del:
            found.type_ctrl_alt_del()
        if text:
            found.type_text(_line() if text == "-" else text)
        for key in keys:
            found.type_key(VirtualKey[key.upper()])


def _line() -> str:
    return sys.stdin.readline().rstrip("\n")
