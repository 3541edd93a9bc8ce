"""MSFT_HgsGuardian and MSFT_HgsKeyProtector: who may own and unwrap the keys of machines.

Called as Microsoft's HgsClient module calls them: New-HgsGuardian, New-HgsKeyProtector and their like.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openhyperv.emulator.cimom.faults import failed
from openhyperv.emulator.cimom.provider import Call, Result, instances_of, lookup, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.shielding.guardians import (
    SIGNATURE_ALGORITHM,
    Guardian,
    GuardianStore,
    OwnGuardian,
)
from openhyperv.emulator.host.shielding.key_protector import (
    BadKeyProtector,
    KeyProtector,
    make_key_protector,
    read_key_protector,
)
from openhyperv.emulator.host.shielding.self_signed import is_expired, is_self_signed
from openhyperv.emulator.providers.finding import text_key
from openhyperv.emulator.providers.shielding.hgs_client import HGS
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_GUARDIAN = "MSFT_HgsGuardian"
_PROTECTOR = "MSFT_HgsKeyProtector"


class GuardianProvider:
    """Wrong arguments are answered with a fault: these methods document no return values."""

    def __init__(self, host: Host) -> None:
        self._store = GuardianStore(host.data / "guardians", host.name)

    @instances_of(_GUARDIAN, namespace=HGS)
    def guardians(self) -> Iterator[Instance]:
        """Every guardian of the host."""
        return (_guardian(own.guardian, is_own=True) for own in self._store.all())

    @lookup(_GUARDIAN, namespace=HGS)
    def guardian(self, path: ObjectPath) -> Instance | None:
        """One guardian."""
        own = self._store.find(text_key(path, "Name"))
        return _guardian(own.guardian, is_own=True) if own else None

    @method(_GUARDIAN, "NewByGenerateCertificates", namespace=HGS)
    def generate(self, call: Call) -> Result:
        """A guardian with certificates that vouch for themselves."""
        name = call["Name"]
        if not isinstance(name, str) or not name or call["GenerateCertificates"] is not True:
            raise failed("A guardian needs a name, and GenerateCertificates must be true.")
        if self._store.find(name) is not None:
            raise failed(f"There is a guardian '{name}' already.")
        made = self._store.generate(name)
        return _output(_guardian(made.guardian, is_own=True))

    @method(_GUARDIAN, "Remove", namespace=HGS)
    def remove(self, call: Call) -> Result:
        """A guardian goes; key protectors that it owns can no longer be changed."""
        self._store.remove(self._known(call["Name"]).guardian.name)
        return Result(Code.COMPLETED)

    @method(_PROTECTOR, "NewByGuardians", namespace=HGS)
    def protect(self, call: Call) -> Result:
        """A key protector that the owner and the guardians can unwrap."""
        owner = self._known(_name(call["Owner"]))
        others = call["Guardian"]
        named = [self._known(_name(o)) for o in (others if isinstance(others, list | tuple) else ())]
        guardians = [own.guardian for own in named]
        _check_certificates([owner.guardian, *guardians], call)
        return _output(_protector(make_key_protector(owner, guardians), self._store))

    @method(_PROTECTOR, "ConvertToByRawBytes", namespace=HGS)
    def convert(self, call: Call) -> Result:
        """The key protector in bytes."""
        given = call["Bytes"]
        raw = bytes(b for b in given if isinstance(b, int)) if isinstance(given, list | tuple) else b""
        try:
            return _output(_protector(read_key_protector(raw), self._store))
        except BadKeyProtector as error:
            raise failed(str(error)) from error

    def _known(self, name: Value) -> OwnGuardian:
        own = self._store.find(name) if isinstance(name, str) else None
        if own is None:
            raise failed(f"There is no guardian '{name}' on this host.")
        return own


def _name(guardian: object) -> Value:
    """The Name of an embedded MSFT_HgsGuardian."""
    return guardian.get("Name") if isinstance(guardian, Instance) else None


def _check_certificates(guardians: Sequence[Guardian], call: Call) -> None:
    for guardian in guardians:
        certificates = (guardian.signing_certificate, guardian.encryption_certificate)
        if call["AllowUntrustedRoot"] is not True and any(map(is_self_signed, certificates)):
            raise failed(f"The certificates of '{guardian.name}' vouch for themselves.")
        if call["AllowExpired"] is not True and any(map(is_expired, certificates)):
            raise failed(f"The certificates of '{guardian.name}' have expired.")


def _guardian(guardian: Guardian, *, is_own: bool) -> Instance:
    path = ObjectPath(_GUARDIAN, {"Name": guardian.name}, HGS)
    values: dict[str, Value] = {
        "Name": guardian.name,
        "SigningCertificate": list(guardian.signing_certificate),
        "EncryptionCertificate": list(guardian.encryption_certificate),
        "EncryptionCertificateSignature": guardian.signature,
        "EncryptionCertificateSignatureAlgorithm": SIGNATURE_ALGORITHM,
        "HasPrivateSigningKey": is_own,
    }
    return Instance(_GUARDIAN, values, namespace=HGS, path=path)


def _protector(protector: KeyProtector, store: GuardianStore) -> Instance:
    def shown(guardian: Guardian) -> Instance:
        own = store.find(guardian.name)
        return _guardian(guardian, is_own=own is not None and own.guardian == guardian)

    values: dict[str, Value] = {
        "Owner": shown(protector.owner),
        "Guardians": [shown(guardian) for guardian in protector.guardians],
        "RawData": list(protector.raw),
    }
    return Instance(_PROTECTOR, values, namespace=HGS)


def _output(instance: Instance) -> Result:
    return Result(Code.COMPLETED, {"cmdletOutput": instance})
