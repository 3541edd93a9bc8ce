"""Where passwords come from: a file, a command, or whoever sits at the terminal; never the command line."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import click

from openhyperv.errors import InvalidInputError

_COMMAND_TIMEOUT_S = 60
_OTHERS_MAY_READ = 0o077


def password_from_file(path: Path) -> str:
    """The first line of a file; says so where others can read it too.

    :raises InvalidInputError: it cannot be read
    """
    try:
        if path.stat().st_mode & _OTHERS_MAY_READ:
            click.echo(f"hv: others can read {path}; chmod 600 keeps it to yourself.", err=True)
        return _first_line(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"The password file cannot be read: {error}", target=str(path)) from error


def password_from_command(command: str) -> str:
    """The first line that a command prints; it runs without a shell.

    :raises InvalidInputError: it fails, prints nothing, or takes longer than a minute
    """
    try:
        done = subprocess.run(
            shlex.split(command), stdout=subprocess.PIPE, text=True, check=True, timeout=_COMMAND_TIMEOUT_S
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise InvalidInputError(
            "The password command failed.", target=command, remedy="Run it by hand and look."
        ) from error
    return _first_line(done.stdout)


def _first_line(text: str) -> str:
    line = text.partition("\n")[0].rstrip("\r")
    if not line:
        raise InvalidInputError("The password is empty.")
    return line


def ask_password(username: str, host: str) -> str | None:
    """What is typed at the terminal, unseen; None where there is no terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    typed: str = click.prompt(f"Password of {username} on {host}", hide_input=True, err=True)
    return typed
