"""Key protectors: a machine's transport key, wrapped for its owner and for each guardian."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence

from attrs import frozen

from openhyperv.emulator.host.shielding.guardians import (
    Guardian,
    OwnGuardian,
    guardian_from_json,
    guardian_to_json,
)
from openhyperv.emulator.host.shielding.self_signed import is_signed, wrap

_KEY_BYTES = 32


class BadKeyProtector(Exception):  # noqa: N818  # read as a noun where it is caught
    """Bytes that are no key protector, or one that its owner has not signed."""


@frozen
class KeyProtector:
    """Who may unwrap the key, and the bytes that machines are given.

    ``wrapped`` is the key for the owner, then for each guardian.
    """

    owner: Guardian
    guardians: tuple[Guardian, ...]
    raw: bytes
    wrapped: tuple[bytes, ...]


def make_key_protector(owner: OwnGuardian, guardians: Sequence[Guardian]) -> KeyProtector:
    """Wrap a new key for the owner and the guardians; the owner signs it."""
    return _sealed(secrets.token_bytes(_KEY_BYTES), owner, guardians)


def with_guardians(
    protector: KeyProtector, owner: OwnGuardian, guardians: Sequence[Guardian]
) -> KeyProtector:
    """The same key for other guardians; its owner's private keys are needed."""
    return _sealed(owner.encryption.unwrap(protector.wrapped[0]), owner, guardians)


def _sealed(key: bytes, owner: OwnGuardian, guardians: Sequence[Guardian]) -> KeyProtector:
    everybody = (owner.guardian, *guardians)
    wrapped = [wrap(key, guardian.encryption_certificate) for guardian in everybody]
    # UNVERIFIED: the form of the bytes, which is this emulator's own
    body = json.dumps(
        {"guardians": [guardian_to_json(g) for g in everybody], "wrapped": [_text(w) for w in wrapped]}
    )
    signature = _text(owner.signing.sign(body.encode("utf-8")))
    raw = json.dumps({"body": body, "signature": signature}).encode("utf-8")
    return KeyProtector(owner.guardian, tuple(guardians), raw, tuple(wrapped))


def read_key_protector(raw: bytes) -> KeyProtector:
    """The key protector in bytes.

    :raises BadKeyProtector: they are none
    """
    try:
        outer = json.loads(raw)
        body: str = outer["body"]
        inner = json.loads(body)
        owner, *guardians = map(guardian_from_json, inner["guardians"])
        signature, *wrapped = map(base64.b64decode, (outer["signature"], *inner["wrapped"]))
        is_own = is_signed(body.encode("utf-8"), signature, owner.signing_certificate)
    except (ValueError, LookupError, TypeError) as error:
        raise BadKeyProtector("These bytes are no key protector.") from error
    if not is_own:
        raise BadKeyProtector("The key protector was changed after its owner had signed it.")
    if len(wrapped) != len(guardians) + 1:
        raise BadKeyProtector("The key protector holds no key for one of its guardians.")
    return KeyProtector(owner, tuple(guardians), raw, tuple(wrapped))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
