"""Guardians between hosts: their certificates as a file, without private keys (Export-HgsGuardian)."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.files.secret_folder import SecretFolder
from openhyperv.hyperv.security.hgs import GUARDIANS
from openhyperv.hyperv.values import returned_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_FILE = "guardian.xml"
_LARGEST_BYTES = 1024**2


def export_guardian(session: Session, folder: SecretFolder, guardian: Instance) -> bytes:
    """What the host writes for another host, read over ``folder``, which the host writes it into."""
    name = str(guardian.get("Name"))
    arguments: dict[str, Value] = {"InputObject": guardian, "Path": str(folder.place(_FILE))}
    session.run(GUARDIANS, "Export", arguments, target=name)
    return folder.read(_FILE, limit_bytes=_LARGEST_BYTES)


def import_guardian(session: Session, folder: SecretFolder, name: str, content: bytes) -> Instance:
    """Have the host read what another one wrote; its certificates may vouch for themselves."""
    path = folder.write(_FILE, content)
    arguments: dict[str, Value] = {
        "Name": name,
        "Path": str(path),
        "AllowExpired": False,
        "AllowUntrustedRoot": True,
    }
    output = session.run(GUARDIANS, "Import", arguments, target=name)
    return returned_instance(output, "cmdletOutput")
