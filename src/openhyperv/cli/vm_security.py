"""``hv vm security``: TPM, encryption, shielding and Secure Boot of a machine that exists."""

from __future__ import annotations

import click
from attrs import frozen

from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, say, show_one
from openhyperv.hyperv.security.guardians import LOCAL_GUARDIAN
from openhyperv.hyperv.security.key_protectors import KeyHolders
from openhyperv.hyperv.security.machine_security import MachineSecurity, SecurityState
from openhyperv.machine.security import SecureBootTemplate

_TEMPLATES = {
    "off": None,
    "windows": SecureBootTemplate.MICROSOFT_WINDOWS,
    "linux": SecureBootTemplate.MICROSOFT_UEFI_CERTIFICATE_AUTHORITY,
    "open-source-shielded": SecureBootTemplate.OPEN_SOURCE_SHIELDED_VM,
}
_WORDS = {template: word for word, template in _TEMPLATES.items()}


@frozen
class SecurityView:
    """What ``hv vm security show`` shows."""

    state: SecurityState
    key_holders: KeyHolders | None


def _on(value: bool) -> str:
    return "on" if value else "off"


_VIEW = (
    Column[SecurityView]("Secure Boot", lambda view: _WORDS[view.state.secure_boot]),
    Column[SecurityView]("TPM", lambda view: _on(view.state.has_tpm)),
    Column[SecurityView]("State encrypted", lambda view: _on(view.state.encrypts_state)),
    Column[SecurityView]("Shielded", lambda view: _on(view.state.is_shielded)),
    Column[SecurityView]("Key owner", lambda view: view.key_holders.owner if view.key_holders else ""),
    Column[SecurityView](
        "Guardians", lambda view: ", ".join(view.key_holders.guardians) if view.key_holders else ""
    ),
)


@click.group(cls=Group)
def security() -> None:
    """See and switch what protects a machine: Secure Boot, TPM, encryption, shielding."""


@security.command()
@click.argument("machine")
@click.pass_obj
def show(invocation: Invocation, machine: str) -> None:
    """Show what is on, and whose keys the machine starts with."""
    with connected(invocation) as host:
        found = host.machine(machine).security
        state = found.state()
        view = SecurityView(state, found.key_holders() if state.has_tpm else None)
    show_one(invocation, view, _VIEW)


@security.command("set")
@click.argument("machine")
@click.option(
    "--secure-boot",
    type=click.Choice(list(_TEMPLATES)),
    help="Whose signatures the firmware accepts, or off.",
)
@click.option("--tpm/--no-tpm", default=None, help="A virtual TPM.")
@click.option(
    "--encrypt/--no-encrypt", default=None, help="Encrypt saved state and traffic while it migrates."
)
@click.option("--shield/--no-shield", default=None, help="Lock the host's administrators out.")
@click.option(
    "--guardian",
    default=LOCAL_GUARDIAN,
    show_default=True,
    help="Whose key a new TPM is sealed with; made where the host has none of that name.",
)
@click.pass_obj
def set_(
    invocation: Invocation,
    machine: str,
    secure_boot: str | None,
    tpm: bool | None,
    encrypt: bool | None,
    shield: bool | None,
    guardian: str,
) -> None:
    """Switch what is named; the rest stays. The machine has to be off.

    A new TPM comes with encryption unless --no-encrypt is given. What is so already is not done again.
    """
    if all(each is None for each in (secure_boot, tpm, encrypt, shield)):
        raise click.UsageError("Name at least one of --secure-boot, --tpm, --encrypt and --shield.")
    with connected(invocation) as host:
        found = host.machine(machine).security
        if shield is False:
            found.unshield()
        if secure_boot is not None:
            found.set_secure_boot(_TEMPLATES[secure_boot])
        _switch_tpm(found, tpm=tpm, encrypt=encrypt, guardian=guardian)
        if shield:
            found.shield(guardian=guardian)
        say(invocation, f"{machine} is protected as asked.")


@security.command()
@click.argument("machine")
@click.argument("guardian")
@click.pass_obj
def grant(invocation: Invocation, machine: str, guardian: str) -> None:
    """Let GUARDIAN unwrap a machine's key, so that the machine starts on that guardian's host, too."""
    with connected(invocation) as host:
        host.machine(machine).security.grant(guardian)
        say(invocation, f"{machine} starts where {guardian} is, too.")


def _switch_tpm(found: MachineSecurity, *, tpm: bool | None, encrypt: bool | None, guardian: str) -> None:
    if tpm:
        found.enable_tpm(guardian=guardian, encrypt=encrypt is not False)
    elif tpm is False:
        found.disable_tpm()
    if encrypt is not None and not (tpm and encrypt):
        found.encrypt(on=encrypt)
