"""``hv host guardian``: who owns the keys that machines' TPMs are sealed with."""

from __future__ import annotations

from hashlib import sha1
from pathlib import Path

import click

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_list
from openhyperv.errors import InvalidInputError
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


_FILE = click.Path(dir_okay=False, path_type=Path)


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


@guardian.command()
@click.argument("name")
@click.argument("file", type=_FILE)
@click.pass_obj
def export(invocation: Invocation, name: str, file: Path) -> None:
    """Write a guardian's certificates, without its private keys, to FILE, for another host to import."""
    with connected(invocation) as host:
        content = host.guardians.export(name)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InvalidInputError(f"The file cannot be written: {error.strerror}.", target=str(file)) from error
    say(invocation, f"{file} holds the certificates of {name}.")


@guardian.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.pass_obj
def import_(invocation: Invocation, name: str, file: Path) -> None:
    """Make known another host's guardian from FILE, so that machines can be granted to it as NAME."""
    with connected(invocation) as host:
        made = host.guardians.bring_in(name, file.read_bytes())
        show_list(invocation, [made], _LISTING)
