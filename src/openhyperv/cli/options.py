"""The options that every command has: which host, which form, what to show of the wire."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from openhyperv.cli.invocation import Format, Invocation

_FILE = click.Path(dir_okay=False, path_type=Path)
_PORT = click.IntRange(1, 65535)
_TRANSPORTS = click.Choice(["http", "https"])
_METHODS = click.Choice(["negotiate", "kerberos", "ntlm", "basic"])
_FORMATS = click.Choice([form.value for form in Format])


def _remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Keep what was given; an option may stand before or after the command, and the last one counts."""
    if value is not None and value is not False and param.name is not None:
        setattr(ctx.ensure_object(Invocation), param.name, value)


def _option(*names: str, **attributes: Any) -> click.Option:
    return click.Option(names, expose_value=False, callback=_remember, is_eager=True, **attributes)


def general_options(*, hidden: bool = False) -> list[click.Option]:
    """New options for the head of the command line; hidden ones, but for the format, for its end."""
    option = partial(_option, hidden=hidden)
    return [
        option("--profile", help="Take the settings of this profile in hv.toml."),
        option("--host", help="The host's name or address."),
        option("--port", type=_PORT, help="The port of its WinRM; 5985 or 5986."),
        option("--transport", type=_TRANSPORTS, help="http is sealed, https is TLS."),
        option("--username", help="Name, DOMAIN\\name or name@REALM."),
        option("--password-file", type=_FILE, help="A file whose first line is the password."),
        option(
            "--authentication",
            type=_METHODS,
            help="How to prove who you are; negotiate: Kerberos, else NTLM.",
        ),
        option("--ca-file", type=_FILE, help="Trust this PEM file's authorities, not the system's."),
        option("--smb-port", type=_PORT, help="The port of its SMB server; 445."),
        option("--dry-run", is_flag=True, help="Print what would be sent; change nothing."),
        option("--trace", is_flag=True, help="Print the wire to stderr, without secrets."),
        option("--debug", is_flag=True, help="Show where an error came from."),
        _option("-f", "--format", "format", type=_FORMATS, help="How data is printed; default: table."),
    ]


class Command(click.Command):
    """A command after which the general options may stand too."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.params += general_options(hidden=True)
        self.epilog = self.epilog or "The options of 'hv --help' may stand here too."


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type
