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

from openhyperv.emulator.host.shielding.self_signed import Pair, self_signed

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
    """The guardians of one host, each with its keys in a private file."""

    def __init__(self, folder: Path, host_name: str) -> None:
        self._folder = folder
        self._host_name = host_name

    def all(self) -> Iterator[OwnGuardian]:
        """Every one of them."""
        for file in sorted(self._folder.glob("*.json")):
            yield _read(json.loads(file.read_text("utf-8")))

    def find(self, name: str) -> OwnGuardian | None:
        """The guardian of that name, in any case of letters."""
        file = self._file(name)
        return _read(json.loads(file.read_text("utf-8"))) if file.exists() else None

    def generate(self, name: str) -> OwnGuardian:
        """Make and keep a guardian with certificates of its own."""
        # UNVERIFIED: the subjects of generated certificates
        signing = self_signed(f"Shielded VM Signing Certificate ({name}) ({self._host_name})")
        encryption = self_signed(f"Shielded VM Encryption Certificate ({name}) ({self._host_name})")
        signature = base64.b64encode(signing.sign(encryption.certificate)).decode("ascii")
        public = Guardian(name, signing.certificate, encryption.certificate, signature)
        made = OwnGuardian(public, signing, encryption)
        self._write(self._file(name), made)
        return made

    def remove(self, name: str) -> None:
        """Forget a guardian and its keys."""
        self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{sha256(name.lower().encode()).hexdigest()}.json"

    def _write(self, file: Path, made: OwnGuardian) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps(
            {
                "name": made.guardian.name,
                "signature": made.guardian.signature,
                "signing": _pair_to_json(made.signing),
                "encryption": _pair_to_json(made.encryption),
            }
        )
        temporary = file.with_suffix(".new")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as target:
            target.write(text)
        temporary.replace(file)


def _pair_to_json(pair: Pair) -> dict[str, str]:
    return {"certificate": base64.b64encode(pair.certificate).decode("ascii"), "key": pair.key_pem()}


def _read(data: Any) -> OwnGuardian:
    signing, encryption = (
        Pair.from_pem(base64.b64decode(data[name]["certificate"]), data[name]["key"])
        for name in ("signing", "encryption")
    )
    public = Guardian(data["name"], signing.certificate, encryption.certificate, data["signature"])
    return OwnGuardian(public, signing, encryption)
