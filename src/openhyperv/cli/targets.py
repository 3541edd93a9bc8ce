"""Which host to speak to: options first, then ``OPENHYPERV_*`` variables, then the profile."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from openhyperv.cli.invocation import Invocation
from openhyperv.cli.passwords import ask_password, password_from_command, password_from_file
from openhyperv.cli.profiles import Profile, profiles_path, read_profile
from openhyperv.errors import InvalidInputError
from openhyperv.transport.target import AuthenticationMethod, Target

_PREFIX = "OPENHYPERV_"
_NAMES = ("host", "port", "transport", "username", "authentication", "ca_file", "smb_port")


def target_of(invocation: Invocation) -> Target:
    """The host and the account to use.

    :raises InvalidInputError: no host is named, or a setting is not what it has to be
    """
    profile = read_profile(profiles_path(), invocation.profile or os.environ.get(f"{_PREFIX}PROFILE"))
    settings = _set(profile) | _environment() | _set(invocation)
    if f"{_PREFIX}HOST" not in settings:
        raise InvalidInputError(
            "No host is named.",
            remedy="Give --host, set OPENHYPERV_HOST, or name a profile of hv.toml by --profile.",
        )
    if (password := _password(invocation, profile, settings)) is not None:
        settings[f"{_PREFIX}PASSWORD"] = password
    return Target.from_environment(settings)


def _set(source: Profile | Invocation) -> dict[str, str]:
    """What a source says, by the variables' names."""
    given = {name: getattr(source, name) for name in _NAMES}
    return {f"{_PREFIX}{name.upper()}": str(value) for name, value in given.items() if value is not None}


def _environment() -> dict[str, str]:
    names = [f"{_PREFIX}{name.upper()}" for name in (*_NAMES, "password")]
    return {name: value for name in names if (value := os.environ.get(name))}


def _password(invocation: Invocation, profile: Profile, settings: Mapping[str, str]) -> str | None:
    """The password by the first way that there is; None where Kerberos has to do without."""
    if invocation.password_file is not None:
        return password_from_file(invocation.password_file)
    if given := settings.get(f"{_PREFIX}PASSWORD"):
        return given
    if profile.password_file is not None:
        return password_from_file(Path(profile.password_file).expanduser())
    if profile.password_command is not None:
        return password_from_command(profile.password_command)
    username = settings.get(f"{_PREFIX}USERNAME")
    if username is None or settings.get(f"{_PREFIX}AUTHENTICATION") == AuthenticationMethod.KERBEROS:
        return None
    return ask_password(username, settings[f"{_PREFIX}HOST"])
