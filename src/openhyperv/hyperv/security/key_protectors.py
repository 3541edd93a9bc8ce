"""Key protectors: the key that a machine's TPM is sealed with, wrapped for those who may unwrap it."""

from __future__ import annotations

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, ProtocolError
from openhyperv.hyperv.security.envelopes import make_room_for_bytes
from openhyperv.hyperv.security.hgs import KEY_PROTECTORS
from openhyperv.hyperv.values import entries, octets, returned_instance, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value


@frozen
class KeyHolders:
    """Who can unwrap a machine's key: ``owner`` made it, ``guardians`` were granted it."""

    owner: str
    guardians: tuple[str, ...]


def new_key_protector(session: Session, owner: Instance) -> bytes:
    """Have the host make a new key, wrapped for a guardian of its own; one request.

    Its certificates vouch for themselves, as those of every local guardian do.

    :raises ConflictError: the guardian's private keys are elsewhere
    """
    if owner.get("HasPrivateSigningKey") is False:
        raise ConflictError(
            "A key protector's owner needs its private keys on the host.",
            host=session.host,
            target=text(owner, "Name"),
            remedy="Name another guardian, or import this one's keys on the host.",
        )
    arguments: dict[str, Value] = {
        "AllowUntrustedRoot": True,
        "AllowExpired": False,
        "Owner": owner,
        "Guardian": [],
    }
    make_room_for_bytes(session)
    output = session.run(KEY_PROTECTORS, "NewByGuardians", arguments, target=text(owner, "Name"))
    return octets(returned_instance(output, "cmdletOutput").get("RawData"))


def key_holders(session: Session, key_protector: bytes) -> KeyHolders:
    """Who can unwrap a key protector; one request.

    :raises ProtocolError: the host reads the bytes, but does not say whose they are
    """
    make_room_for_bytes(session)
    arguments: dict[str, Value] = {"Bytes": list(key_protector)}
    output = session.run(KEY_PROTECTORS, "ConvertToByRawBytes", arguments, target="key protector")
    shown = returned_instance(output, "cmdletOutput")
    owner = shown.get("Owner")
    if not isinstance(owner, Instance):
        raise ProtocolError("The host does not say who owns the key protector.", host=session.host)
    guardians = [each for each in entries(shown.get("Guardians")) if isinstance(each, Instance)]
    return KeyHolders(text(owner, "Name"), tuple(text(guardian, "Name") for guardian in guardians))


def granted(session: Session, key_protector: bytes, guardian: Instance) -> bytes:
    """The same key, wrapped for one guardian more; the owner's private keys have to be on the host."""
    arguments: dict[str, Value] = {
        "KeyProtector": Instance(
            KEY_PROTECTORS.class_name, {"RawData": list(key_protector)}, namespace=KEY_PROTECTORS.namespace
        ),
        "Guardian": guardian,
        "AllowUntrustedRoot": True,
        "AllowExpired": False,
    }
    make_room_for_bytes(session)
    output = session.run(KEY_PROTECTORS, "Grant", arguments, target=text(guardian, "Name"))
    return octets(returned_instance(output, "cmdletOutput").get("RawData"))
