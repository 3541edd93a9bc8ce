"""Msvm_SecuritySettingData and the service that changes it (Windows Server 2016 and later)."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError, UnsupportedError
from openhyperv.hyperv.names import owner_of, service, system_settings
from openhyperv.hyperv.security.envelopes import make_room_for_bytes
from openhyperv.hyperv.values import octets, text
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import Output
from openhyperv.wire.types import Value
from openhyperv.wire.wql import AssociatorsOf, select

SERVICE = service("Msvm_SecurityService")
_SETTINGS = "Msvm_SecuritySettingData"
_NO_PROTECTOR_BYTES = 8
"""What is shorter is no key protector."""  # UNVERIFIED: a VM without one answers a stub of four bytes


@frozen
class SecuritySettings:
    """What is switched on for a machine, and the key by which its settings are addressed."""

    instance_id: str
    has_tpm: bool
    is_shielded: bool
    encrypts_state: bool
    """Saved state, and traffic while it migrates (EncryptStateAndVmMigrationTraffic)."""

    @property
    def hides_from_host(self) -> bool:
        """True where what the guest writes is not for the host's administrators to keep in the clear."""
        return self.is_shielded or self.encrypts_state


def list_hidden(session: Session) -> frozenset[str]:
    """The GUIDs of all machines that hide from their host, in one query; none before Windows Server 2016."""
    columns = ("InstanceID", "ShieldingRequested", "EncryptStateAndVmMigrationTraffic")
    try:
        found = [_settings(row) for row in session.query(select(_SETTINGS, *columns))]
    except NotFoundError:  # the class
        return frozenset()
    return frozenset(owner_of(each.instance_id).upper() for each in found if each.hides_from_host)


class SecurityService:
    """The security of one machine as its host keeps it; it changes while the machine is off.

    :raises ConflictError: from what changes: the machine is not off
    """

    def __init__(self, session: Session, guid: str) -> None:
        self.session = session
        self.guid = guid

    def find(self) -> SecuritySettings | None:
        """What is set, in one request; None on hosts before Windows Server 2016.

        :raises NotFoundError: there is no such machine
        """
        query = AssociatorsOf(
            system_settings(self.guid),
            association_class="Msvm_VirtualSystemSettingDataComponent",
            result_class=_SETTINGS,
        )
        try:
            found = next(self.session.query(query), None)
        except NotFoundError:
            self.session.get(system_settings(self.guid))  # the machine, or else the class, is not there
            return None
        return None if found is None else _settings(found)

    def read(self) -> SecuritySettings:
        """As :meth:`find`.

        :raises UnsupportedError: the host is before Windows Server 2016
        """
        found = self.find()
        if found is None:
            raise UnsupportedError(
                "This host has no virtual TPMs and no shielded machines.",
                host=self.session.host,
                target=self.guid,
                remedy="They came with Windows Server 2016.",
            )
        return found

    def change(self, settings: SecuritySettings, changes: Mapping[str, bool]) -> None:
        """Change some of them in one request; properties by Hyper-V's names."""
        self._run("ModifySecuritySettings", settings, {}, changes)

    def key_protector(self, settings: SecuritySettings) -> bytes | None:
        """What the TPM's key is wrapped in; None where there is nothing yet."""
        make_room_for_bytes(self.session)
        output = self._run("GetKeyProtector", settings, {})
        raw = octets(output["KeyProtector"])
        return raw if len(raw) > _NO_PROTECTOR_BYTES else None

    def set_key_protector(self, settings: SecuritySettings, key_protector: bytes) -> None:
        """Give the machine its key protector: what its TPM holds so far is lost with the old one."""
        self._run("SetKeyProtector", settings, {"KeyProtector": list(key_protector)})

    def set_policy(self, settings: SecuritySettings, policy: bytes) -> None:
        """Give the machine the policy that its tenant signed."""
        self._run("SetSecurityPolicy", settings, {"SecurityPolicy": list(policy)})

    def _run(
        self,
        method: str,
        settings: SecuritySettings,
        arguments: Mapping[str, Value],
        changes: Mapping[str, Value] = {},
    ) -> Output:
        values: dict[str, Value] = {"InstanceID": settings.instance_id, **changes}
        described = instance_to_text(Instance(_SETTINGS, values), self.session.schema)
        all_arguments: dict[str, Value] = {"SecuritySettingData": described, **arguments}
        return self.session.run(SERVICE, method, all_arguments, target=self.guid)


def _settings(shown: Instance) -> SecuritySettings:
    return SecuritySettings(
        instance_id=text(shown, "InstanceID"),
        has_tpm=shown.get("TpmEnabled") is True,
        is_shielded=shown.get("ShieldingRequested") is True,
        encrypts_state=shown.get("EncryptStateAndVmMigrationTraffic") is True,
    )
