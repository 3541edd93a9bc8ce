"""Guardians: names with two certificates, one to sign key protectors with and one to wrap keys for."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import frozen

from openhyperv.emulator.host.shielding.self_signed import Pair, is_signed, self_signed

SIGNATURE_ALGORITHM = "RSASSA-PSS-SHA256"  # UNVERIFIED: how guardians name what their signature is made with


@frozen
class Guardian:
    """What everybody may know of a guardian; certificates are DER.

    ``signature``, base64, is made over the encryption certificate with the signing one's key.
    """

    name: str
    signing_certificate: bytes
    encryption_certificate: bytes
    signature: str


@frozen
class OwnGuardian:
    """A guardian whose private keys are here: it can own key protectors and unwrap them."""

    guardian: Guardian
    signing: Pair
    encryption: Pair


class GuardianStore:
    """The guardians of one host, each with its keys, if they are here, in a private file."""

    def __init__(self, folder: Path, host_name: str) -> None:
        self._folder = folder
        self._host_name = host_name

    def all(self) -> Iterator[Guardian]:
        """Every one of them."""
        for file in sorted(self._folder.glob("*.json")):
            yield guardian_from_json(json.loads(file.read_text("utf-8")))

    def find(self, name: str) -> Guardian | None:
        """The guardian of that name, in any case of letters."""
        file = self._file(name)
        return guardian_from_json(json.loads(file.read_text("utf-8"))) if file.exists() else None

    def own(self, guardian: Guardian) -> OwnGuardian | None:
        """The same guardian with its private keys; None where these are not here."""
        if self.find(guardian.name) != guardian:
            return None
        keys = json.loads(self._file(guardian.name).read_text("utf-8")).get("keys")
        if keys is None:
            return None
        signing = Pair.from_pem(guardian.signing_certificate, keys["signing"])
        encryption = Pair.from_pem(guardian.encryption_certificate, keys["encryption"])
        return OwnGuardian(guardian, signing, encryption)

    def pair_of(self, guardian: Guardian) -> Pair | None:
        """The encryption key of a guardian, whatever it is called here; None where it is elsewhere."""
        for known in self.all():
            if known.encryption_certificate == guardian.encryption_certificate:
                own = self.own(known)
                if own is not None:
                    return own.encryption
        return None

    def generate(self, name: str) -> Guardian:
        """Make and keep a guardian with certificates of its own."""
        # UNVERIFIED: the subjects of generated certificates
        signing = self_signed(f"Shielded VM Signing Certificate ({name}) ({self._host_name})")
        encryption = self_signed(f"Shielded VM Encryption Certificate ({name}) ({self._host_name})")
        signature = base64.b64encode(signing.sign(encryption.certificate)).decode("ascii")
        made = Guardian(name, signing.certificate, encryption.certificate, signature)
        keys = {"signing": signing.key_pem(), "encryption": encryption.key_pem()}
        self._write({**guardian_to_json(made), "keys": keys})
        return made

    def add(self, guardian: Guardian) -> None:
        """Keep a guardian whose private keys are elsewhere."""
        self._write(guardian_to_json(guardian))

    def remove(self, name: str) -> None:
        """Forget a guardian and its keys."""
        self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{sha256(name.lower().encode()).hexdigest()}.json"

    def _write(self, data: dict[str, Any]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._file(data["name"])
        temporary = file.with_suffix(".new")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as target:
            json.dump(data, target)
        temporary.replace(file)


def guardian_to_json(guardian: Guardian) -> dict[str, str]:
    """A guardian's public part."""
    certificates = (guardian.signing_certificate, guardian.encryption_certificate)
    signing, encryption = (base64.b64encode(certificate).decode("ascii") for certificate in certificates)
    return {
        "name": guardian.name,
        "signing": signing,
        "encryption": encryption,
        "signature": guardian.signature,
    }


def guardian_from_json(data: Any) -> Guardian:
    """What :func:`guardian_to_json` was made of.

    :raises ValueError: the signature is not that of the signing certificate
    """
    signing, encryption = (base64.b64decode(data[name]) for name in ("signing", "encryption"))
    if not is_signed(encryption, base64.b64decode(data["signature"]), signing):
        raise ValueError(f"the guardian {data['name']} has not signed its encryption certificate")
    return Guardian(data["name"], signing, encryption, data["signature"])
