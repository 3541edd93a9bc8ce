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
    _check_host(settings, "Give --host, set OPENHYPERV_HOST, or name a profile of hv.toml by --profile.")
    if (password := _password(invocation, profile, settings)) is not None:
        settings[f"{_PREFIX}PASSWORD"] = password
    return Target.from_environment(settings)


def target_of_profile(name: str) -> Target:
    """The host of one profile of several: nothing but the profile counts, and nobody is asked.

    :raises InvalidInputError: there is no such profile, or it names no host or not where the password is
    """
    profile = read_profile(profiles_path(), name)
    settings = _set(profile)
    _check_host(settings, f"Set host in the profile {name} of hv.toml.")
    password = _kept_password(profile)
    if password is not None:
        settings[f"{_PREFIX}PASSWORD"] = password
    elif not _needs_no_password(settings):
        raise InvalidInputError(
            f"The profile {name} does not say where the password is.",
            remedy="Set password_file or password_command in hv.toml.",
        )
    return Target.from_environment(settings)


def _check_host(settings: Mapping[str, str], remedy: str) -> None:
    if f"{_PREFIX}HOST" not in settings:
        raise InvalidInputError("No host is named.", remedy=remedy)


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
    if (kept := _kept_password(profile)) is not None:
        return kept
    if _needs_no_password(settings):
        return None
    return ask_password(settings[f"{_PREFIX}USERNAME"], settings[f"{_PREFIX}HOST"])


def _kept_password(profile: Profile) -> str | None:
    if profile.password_file is not None:
        return password_from_file(Path(profile.password_file).expanduser())
    if profile.password_command is not None:
        return password_from_command(profile.password_command)
    return None


def _needs_no_password(settings: Mapping[str, str]) -> bool:
    """Whoever holds a Kerberos ticket has none to give."""
    by_ticket = settings.get(f"{_PREFIX}AUTHENTICATION") == AuthenticationMethod.KERBEROS
    return by_ticket or f"{_PREFIX}USERNAME" not in settings
