"""Guardians and key protectors as instances, and back."""

from __future__ import annotations

from openhyperv.emulator.cimom.faults import failed
from openhyperv.emulator.cimom.provider import Call
from openhyperv.emulator.host.shielding.guardians import SIGNATURE_ALGORITHM, Guardian, GuardianStore
from openhyperv.emulator.host.shielding.key_protector import (
    BadKeyProtector,
    KeyProtector,
    read_key_protector,
)
from openhyperv.emulator.host.shielding.self_signed import is_expired, is_self_signed
from openhyperv.emulator.providers.shielding.hgs_client import HGS
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

GUARDIAN = "MSFT_HgsGuardian"
PROTECTOR = "MSFT_HgsKeyProtector"


def guardian_instance(guardian: Guardian, store: GuardianStore) -> Instance:
    """The guardian, and whether it can own key protectors here."""
    path = ObjectPath(GUARDIAN, {"Name": guardian.name}, HGS)
    values: dict[str, Value] = {
        "Name": guardian.name,
        "SigningCertificate": list(guardian.signing_certificate),
        "EncryptionCertificate": list(guardian.encryption_certificate),
        "EncryptionCertificateSignature": guardian.signature,
        "EncryptionCertificateSignatureAlgorithm": SIGNATURE_ALGORITHM,
        "HasPrivateSigningKey": store.own(guardian) is not None,
    }
    return Instance(GUARDIAN, values, namespace=HGS, path=path)


def protector_instance(protector: KeyProtector, store: GuardianStore) -> Instance:
    """The key protector with everybody who can unwrap it."""
    values: dict[str, Value] = {
        "Owner": guardian_instance(protector.owner, store),
        "Guardians": [guardian_instance(guardian, store) for guardian in protector.guardians],
        "RawData": list(protector.raw),
    }
    return Instance(PROTECTOR, values, namespace=HGS)


def given_guardian(value: object, store: GuardianStore) -> Guardian:
    """The guardian of the host that an embedded MSFT_HgsGuardian names.

    :raises CimFault: there is none
    """
    name = value.get("Name") if isinstance(value, Instance) else value
    guardian = store.find(name) if isinstance(name, str) else None
    if guardian is None:
        raise failed(f"There is no guardian '{name}' on this host.")
    return guardian


def given_protector(value: Value) -> KeyProtector:
    """The key protector in bytes, or in an embedded MSFT_HgsKeyProtector.

    :raises CimFault: there is none in it
    """
    data = value.get("RawData") if isinstance(value, Instance) else value
    raw = bytes(b for b in data if isinstance(b, int)) if isinstance(data, list | tuple) else b""
    try:
        return read_key_protector(raw)
    except BadKeyProtector as error:
        raise failed(str(error)) from error


def check_certificates(guardian: Guardian, call: Call) -> None:
    """Refuse certificates that the call's AllowUntrustedRoot and AllowExpired do not allow.

    :raises CimFault: one of them
    """
    certificates = (guardian.signing_certificate, guardian.encryption_certificate)
    if call["AllowUntrustedRoot"] is not True and any(map(is_self_signed, certificates)):
        raise failed(f"The certificates of '{guardian.name}' vouch for themselves.")
    if call["AllowExpired"] is not True and any(map(is_expired, certificates)):
        raise failed(f"The certificates of '{guardian.name}' have expired.")
