"""Key protectors: a machine's transport key, wrapped for its owner and for each guardian."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from typing import Any

from attrs import frozen

from openhyperv.emulator.host.shielding.guardians import Guardian, OwnGuardian
from openhyperv.emulator.host.shielding.self_signed import is_signed, wrap

_KEY_BYTES = 32


class BadKeyProtector(Exception):  # noqa: N818  # read as a noun where it is caught
    """Bytes that are no key protector, or one that its owner has not signed."""


@frozen
class KeyProtector:
    """Who may unwrap the key, and the bytes that machines are given."""

    owner: Guardian
    guardians: tuple[Guardian, ...]
    raw: bytes


def make_key_protector(owner: OwnGuardian, guardians: Sequence[Guardian]) -> KeyProtector:
    """Wrap a new key for the owner and the guardians; the owner signs it."""
    key = secrets.token_bytes(_KEY_BYTES)
    everybody = (owner.guardian, *guardians)
    wrapped = [_text(wrap(key, guardian.encryption_certificate)) for guardian in everybody]
    # UNVERIFIED: the form of the bytes, which is this emulator's own
    body = json.dumps({"guardians": [_to_json(g) for g in everybody], "wrapped": wrapped})
    signature = _text(owner.signing.sign(body.encode("utf-8")))
    raw = json.dumps({"body": body, "signature": signature}).encode("utf-8")
    return KeyProtector(owner.guardian, tuple(guardians), raw)


def read_key_protector(raw: bytes) -> KeyProtector:
    """The key protector in bytes.

    :raises BadKeyProtector: they are none
    """
    try:
        outer = json.loads(raw)
        body: str = outer["body"]
        owner, *guardians = (_from_json(entry) for entry in json.loads(body)["guardians"])
        is_own = is_signed(
            body.encode("utf-8"), base64.b64decode(outer["signature"]), owner.signing_certificate
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadKeyProtector("These bytes are no key protector.") from error
    if not is_own:
        raise BadKeyProtector("The key protector was changed after its owner had signed it.")
    return KeyProtector(owner, tuple(guardians), raw)


def _to_json(guardian: Guardian) -> dict[str, str]:
    return {
        "name": guardian.name,
        "signing": _text(guardian.signing_certificate),
        "encryption": _text(guardian.encryption_certificate),
        "signature": guardian.signature,
    }


def _from_json(entry: Any) -> Guardian:
    signing, encryption = (base64.b64decode(entry[name]) for name in ("signing", "encryption"))
    return Guardian(entry["name"], signing, encryption, entry["signature"])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
