"""Named settings in ``hv.toml``, so that a host's address and account need not be typed.

default = "lab"

[profiles.lab]
host = "hv1.example.net"
transport = "https"
username = "EXAMPLE\\\\operator"
password_command = "pass show hv1"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, fields, frozen, validators

from openhyperv.errors import InvalidInputError

_TEXT = validators.optional(validators.instance_of(str))
_NUMBER = validators.optional(validators.instance_of(int))


@frozen(kw_only=True)
class Profile:
    """What ``hv.toml`` says of one host; the keys of its table are these names."""

    host: str | None = field(default=None, validator=_TEXT)
    port: int | None = field(default=None, validator=_NUMBER)
    transport: str | None = field(default=None, validator=_TEXT)
    username: str | None = field(default=None, validator=_TEXT)
    authentication: str | None = field(default=None, validator=_TEXT)
    ca_file: str | None = field(default=None, validator=_TEXT)
    smb_port: int | None = field(default=None, validator=_NUMBER)
    password_file: str | None = field(default=None, validator=_TEXT)
    password_command: str | None = field(default=None, validator=_TEXT)


def profiles_path() -> Path:
    """``$XDG_CONFIG_HOME/openhyperv/hv.toml``, with ``~/.config`` where that is unset."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "openhyperv" / "hv.toml"


def read_profile(path: Path, name: str | None) -> Profile:
    """The profile of that name, or the file's default; an empty one where neither is named.

    :raises InvalidInputError: there is no such profile, or the file is not what it has to be
    """
    document = _document(path)
    name = name or document.get("default")
    if name is None:
        return Profile()
    tables = document.get("profiles")
    table = tables.get(name) if isinstance(tables, dict) else None
    if not isinstance(table, dict):
        known = ", ".join(tables) if isinstance(tables, dict) and tables else "none"
        raise InvalidInputError(f"There is no profile {name!r}; known are {known}.", target=str(path))
    return _profile(path, name, table)


def profile_names(path: Path) -> tuple[str, ...]:
    """The names of all profiles; none where there is no file.

    :raises InvalidInputError: the file is not what it has to be
    """
    tables = _document(path).get("profiles", {})
    return tuple(tables) if isinstance(tables, dict) else ()


def _document(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInputError(f"The profiles cannot be read: {error}.", target=str(path)) from error


def _profile(path: Path, name: str, table: Mapping[str, Any]) -> Profile:
    known = [each.name for each in fields(Profile)]
    unknown = [key for key in table if key not in known]
    if unknown:
        raise InvalidInputError(
            f"The profile {name!r} has the unknown key {unknown[0]!r}; known are {', '.join(known)}.",
            target=str(path),
            remedy="A password stands in a file (password_file) or comes from a command (password_command).",
        )
    try:
        return Profile(**table)
    except TypeError as error:
        raise InvalidInputError(
            f"A key of the profile {name!r} has a value of the wrong type.", target=str(path)
        ) from error
