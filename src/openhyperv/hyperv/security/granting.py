"""Letting the guardian of another host unwrap a machine's key, before the machine goes there."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.hyperv.security.guardians import find_guardian, no_such_guardian
from openhyperv.hyperv.security.key_protectors import granted, key_holders
from openhyperv.hyperv.security.settings import SecurityService


def grant(session: Session, guid: str, guardian: str) -> None:
    """Wrap a machine's key for one guardian more; nothing but a look happens where it is already.

    :raises NotFoundError: the host knows no such guardian
    :raises ConflictError: the machine has no key protector, or is not off
    """
    service = SecurityService(session, guid)
    settings = service.read()
    key_protector = service.key_protector(settings)
    if key_protector is None:
        raise ConflictError("The machine has no key protector.", host=session.host, target=guid)
    found = find_guardian(session, guardian)
    if found is None:
        raise no_such_guardian(session, guardian)
    holders = key_holders(session, key_protector)
    if guardian.lower() not in (name.lower() for name in (holders.owner, *holders.guardians)):
        service.set_key_protector(settings, granted(session, key_protector, found))
