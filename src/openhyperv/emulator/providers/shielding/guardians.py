"""MSFT_HgsGuardian: who may own and unwrap the keys of machines.

Called as Microsoft's HgsClient module does: New-HgsGuardian, Export-HgsGuardian and their like.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from attrs import evolve

from openhyperv.emulator.cimom.faults import failed
from openhyperv.emulator.cimom.provider import Call, Result, instances_of, lookup, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.shielding.guardians import (
    Guardian,
    GuardianStore,
    guardian_from_json,
    guardian_to_json,
)
from openhyperv.emulator.providers.machines.finding import text_key
from openhyperv.emulator.providers.shielding.guardian_views import (
    GUARDIAN,
    check_certificates,
    given_guardian,
    guardian_instance,
)
from openhyperv.emulator.providers.shielding.hgs_client import HGS
from openhyperv.emulator.providers.shielding.provisioning_files import local_file
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath


class GuardianProvider:
    """Wrong arguments are answered with a fault: these methods document no return values."""

    def __init__(self, host: Host, store: GuardianStore) -> None:
        self._files = host.files
        self._store = store

    @instances_of(GUARDIAN, namespace=HGS)
    def guardians(self) -> Iterator[Instance]:
        """Every guardian of the host."""
        return (guardian_instance(guardian, self._store) for guardian in self._store.all())

    @lookup(GUARDIAN, namespace=HGS)
    def guardian(self, path: ObjectPath) -> Instance | None:
        """One guardian."""
        guardian = self._store.find(text_key(path, "Name"))
        return guardian_instance(guardian, self._store) if guardian else None

    @method(GUARDIAN, "NewByGenerateCertificates", namespace=HGS)
    def generate(self, call: Call) -> Result:
        """A guardian with certificates that vouch for themselves."""
        name = self._free_name(call)
        if call["GenerateCertificates"] is not True:
            raise failed("GenerateCertificates must be true.")
        return self._output(self._store.generate(name))

    @method(GUARDIAN, "Export", namespace=HGS)
    def export(self, call: Call) -> Result:
        """Write a guardian's certificates, without its private keys, to a file."""
        guardian = given_guardian(call["InputObject"], self._store)
        file = local_file(self._files, call["Path"])
        try:
            # UNVERIFIED: the form of the file, which is this emulator's own
            file.write_text(json.dumps(guardian_to_json(guardian)), "utf-8")
        except OSError as error:
            raise failed(f"{call['Path']} cannot be written: {error.strerror}.") from error
        return Result(Code.COMPLETED)

    @method(GUARDIAN, "Import", namespace=HGS)
    def bring(self, call: Call) -> Result:
        """A guardian whose private keys are on another host."""
        name, file = self._free_name(call), local_file(self._files, call["Path"])
        try:
            found = guardian_from_json(json.loads(file.read_text("utf-8")))
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise failed(f"{call['Path']} holds no guardian.") from error
        check_certificates(found, call)
        guardian = evolve(found, name=name)
        self._store.add(guardian)
        return self._output(guardian)

    @method(GUARDIAN, "Remove", namespace=HGS)
    def remove(self, call: Call) -> Result:
        """A guardian goes; key protectors that it owns can no longer be changed."""
        self._store.remove(given_guardian(call["Name"], self._store).name)
        return Result(Code.COMPLETED)

    def _free_name(self, call: Call) -> str:
        name = call["Name"]
        if not isinstance(name, str) or not name:
            raise failed("A guardian needs a name.")
        if self._store.find(name) is not None:
            raise failed(f"There is a guardian '{name}' already.")
        return name

    def _output(self, guardian: Guardian) -> Result:
        return Result(Code.COMPLETED, {"cmdletOutput": guardian_instance(guardian, self._store)})
