"""The options that every command has: which host, which form, what to show of the wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from openhyperv.cli.invocation import Format, Invocation

_FILE = click.Path(dir_okay=False, path_type=Path)
_PORT = click.IntRange(1, 65535)
_CONNECTION: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--profile", {"help": "Take the settings of this profile in hv.toml."}),
    ("--host", {"help": "The host's name or address."}),
    ("--port", {"type": _PORT, "help": "The port of its WinRM; 5985 or 5986."}),
    ("--transport", {"type": click.Choice(["http", "https"]), "help": "http is sealed, https is TLS."}),
    ("--username", {"help": "Name, DOMAIN\\name or name@REALM."}),
    ("--password-file", {"type": _FILE, "help": "A file whose first line is the password."}),
    (
        "--authentication",
        {
            "type": click.Choice(["negotiate", "kerberos", "ntlm", "basic"]),
            "help": "How to prove who you are; negotiate is Kerberos, else NTLM.",
        },
    ),
    ("--ca-file", {"type": _FILE, "help": "Trust the authorities in this PEM file instead of the system's."}),
    ("--smb-port", {"type": _PORT, "help": "The port of its SMB server; 445."}),
)
_TALK: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--dry-run", {"is_flag": True, "help": "Print what would be sent; send nothing that changes anything."}),
    ("--trace", {"is_flag": True, "help": "Print what goes over the wire, without secrets, to stderr."}),
    ("--debug", {"is_flag": True, "help": "Show where an error came from."}),
)


def _remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Keep what was given; an option may stand before or after the command, and the last one counts."""
    if value is not None and value is not False and param.name is not None:
        setattr(ctx.ensure_object(Invocation), param.name, value)


def _option(*names: str, **attributes: Any) -> click.Option:
    return click.Option(names, expose_value=False, callback=_remember, is_eager=True, **attributes)


def _format_option() -> click.Option:
    forms = click.Choice([form.value for form in Format])
    return _option("-f", "--format", "format", type=forms, help="How data is printed; default: table.")


def general_options() -> list[click.Option]:
    """New options for the head of the command line."""
    listed = [_option(name, **attributes) for name, attributes in (*_CONNECTION, *_TALK)]
    return [*listed, _format_option()]


class Command(click.Command):
    """A command after which the general options may stand too."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.params += [_option(name, hidden=True, **rest) for name, rest in (*_CONNECTION, *_TALK)]
        self.params.append(_format_option())
        self.epilog = self.epilog or "The options of 'hv --help' may stand here too."


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type
