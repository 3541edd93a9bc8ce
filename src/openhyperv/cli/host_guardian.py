"""``hv host guardian``: who owns the keys that machines' TPMs are sealed with."""

from __future__ import annotations

from hashlib import sha1

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, show_list
from openhyperv.hyperv.security.guardians import Guardian


def _thumbprint(certificate: bytes) -> str:
    """As Windows shows certificates."""
    return sha1(certificate, usedforsecurity=False).hexdigest().upper()


_LISTING = (
    Column[Guardian]("NAME", lambda guardian: guardian.name),
    Column[Guardian]("PRIVATE KEYS", lambda guardian: "here" if guardian.has_private_keys else "elsewhere"),
    Column[Guardian]("SIGNING CERTIFICATE", lambda guardian: _thumbprint(guardian.signing_certificate)),
    Column[Guardian]("ENCRYPTION CERTIFICATE", lambda guardian: _thumbprint(guardian.encryption_certificate)),
)


@click.group(cls=Group)
def guardian() -> None:
    """See and make guardians: they own the keys that machines' virtual TPMs are sealed with.

    A machine starts only on hosts that have the private keys of one of its guardians.
    """


@guardian.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the host's guardians, with the thumbprints of their certificates."""
    with connected(invocation) as host:
        guardians = host.guardians.list()
    show_list(invocation, guardians, _LISTING)


@guardian.command()
@click.argument("name")
@click.pass_obj
def create(invocation: Invocation, name: str) -> None:
    """Make a guardian with certificates of its own, whose private keys stay on the host."""
    with connected(invocation) as host:
        made = host.guardians.create(name)
        show_list(invocation, [made], _LISTING)
