"""What can be told from the configuration alone."""

from __future__ import annotations

import stat
from pathlib import Path

from oslo_config import cfg

from openhyperv.nova.status.old_options import OLD_DRIVERS, OLD_OPTIONS, OldOption
from openhyperv.nova.status.verdict import GOOD, Verdict, failure, warning
from openhyperv.transport.target import AuthenticationMethod, Transport

DRIVER = "openhyperv.HyperVDriver"


def driver(conf: cfg.ConfigOpts) -> Verdict:
    """Nova is told to load this driver."""
    chosen = conf.compute_driver
    if chosen == DRIVER:
        return GOOD
    if chosen in OLD_DRIVERS:
        return failure(f"compute_driver is {chosen}, which is gone. Set it to {DRIVER}.")
    return failure(f"compute_driver is {chosen}. Set it to {DRIVER}.")


def old_options(conf: cfg.ConfigOpts) -> Verdict:
    """Nobody believes that an option of an old driver still counts."""
    left = [option for option in OLD_OPTIONS if conf.hyperv[option.name] is not None]
    if not left:
        return GOOD
    return warning(f"The group [hyperv] is not read any more: {' '.join(map(_replacement, left))}")


def _replacement(option: OldOption) -> str:
    instead = f"use {option.successor}." if option.successor else ""
    return f"{option.name}: {' '.join(filter(None, (instead, option.note)))}"


def transport(conf: cfg.ConfigOpts) -> Verdict:
    """The host proves who it is, by a certificate or by Kerberos; certificates are always verified."""
    given = conf.openhyperv
    if given.transport == Transport.HTTPS or given.authentication == AuthenticationMethod.KERBEROS:
        return GOOD
    return warning(
        f"over http, authentication={given.authentication} allows NTLM, which proves that the host knows the "
        "account, but not its name. Set transport=https, or authentication=kerberos."
    )


def password(conf: cfg.ConfigOpts) -> Verdict:
    """The password is where only the service reads it."""
    given = conf.openhyperv
    if given.password_file is None:
        return (
            GOOD
            if given.password is None
            else warning("the password is in a configuration file. Set password_file.")
        )
    try:
        mode = Path(given.password_file).stat().st_mode
    except OSError as error:
        return failure(f"password_file cannot be read: {error}.")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return warning(f"others may read {given.password_file}. Give it to the service alone (mode 0400).")
    return GOOD
