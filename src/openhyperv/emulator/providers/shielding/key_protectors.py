"""MSFT_HgsKeyProtector: made, read and shared. Called as Microsoft's HgsClient module does."""

from __future__ import annotations

from openhyperv.emulator.cimom.faults import failed
from openhyperv.emulator.cimom.provider import Call, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.shielding.guardians import Guardian, GuardianStore, OwnGuardian
from openhyperv.emulator.host.shielding.key_protector import KeyProtector, make_key_protector, with_guardians
from openhyperv.emulator.providers.shielding.guardian_views import (
    PROTECTOR,
    check_certificates,
    given_guardian,
    given_protector,
    protector_instance,
)


class KeyProtectorProvider:
    """All methods are called on the class; whoever changes a key protector needs its owner's keys."""

    def __init__(self, store: GuardianStore) -> None:
        self._store = store

    @method(PROTECTOR, "NewByGuardians")
    def make(self, call: Call) -> Result:
        """A key protector that the owner and the guardians can unwrap."""
        owner = self._own(given_guardian(call["Owner"], self._store))
        given = call["Guardian"]
        others = [given_guardian(g, self._store) for g in (given if isinstance(given, list | tuple) else ())]
        for guardian in (owner.guardian, *others):
            check_certificates(guardian, call)
        return self._output(make_key_protector(owner, others))

    @method(PROTECTOR, "ConvertToByRawBytes")
    def convert(self, call: Call) -> Result:
        """The key protector in bytes."""
        return self._output(given_protector(call["Bytes"]))

    @method(PROTECTOR, "Grant")
    def grant(self, call: Call) -> Result:
        """The key protector with one guardian more."""
        protector = given_protector(call["KeyProtector"])
        guardian = given_guardian(call["Guardian"], self._store)
        check_certificates(guardian, call)
        others = [known for known in protector.guardians if not _is_same(known, guardian)]
        return self._output(with_guardians(protector, self._own(protector.owner), [*others, guardian]))

    @method(PROTECTOR, "Revoke")
    def revoke(self, call: Call) -> Result:
        """The key protector with one guardian less."""
        protector = given_protector(call["KeyProtector"])
        guardian = given_guardian(call["Guardian"], self._store)
        others = [known for known in protector.guardians if not _is_same(known, guardian)]
        if len(others) == len(protector.guardians):
            raise failed(f"'{guardian.name}' is no guardian of this key protector.")
        return self._output(with_guardians(protector, self._own(protector.owner), others))

    def _own(self, guardian: Guardian) -> OwnGuardian:
        own = self._store.own(guardian)
        if own is None:
            raise failed(f"The private keys of '{guardian.name}' are not on this host.")
        return own

    def _output(self, protector: KeyProtector) -> Result:
        return Result(Code.COMPLETED, {"cmdletOutput": protector_instance(protector, self._store)})


def _is_same(one: Guardian, other: Guardian) -> bool:
    """Guardians may have another name on another host."""
    return one.encryption_certificate == other.encryption_certificate
