"""The security of one machine: what is on, and switching it."""

from __future__ import annotations

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import system_settings
from openhyperv.hyperv.security import tpm
from openhyperv.hyperv.security.granting import grant
from openhyperv.hyperv.security.guardians import LOCAL_GUARDIAN
from openhyperv.hyperv.security.key_protectors import KeyHolders, key_holders
from openhyperv.hyperv.security.secure_boot import set_secure_boot, template_of
from openhyperv.hyperv.security.settings import SecurityService
from openhyperv.machine.security import SecureBootTemplate


@frozen
class SecurityState:
    """What protects a machine. On hosts before Windows Server 2016 only Secure Boot can be on."""

    secure_boot: SecureBootTemplate | None
    has_tpm: bool = False
    encrypts_state: bool = False
    is_shielded: bool = False


class MachineSecurity:
    """See :attr:`VirtualMachine.security`. What changes anything needs the machine to be off.

    :raises ConflictError: from what changes: it is not off
    """

    def __init__(self, session: Session, guid: str) -> None:
        self._session = session
        self._guid = guid

    def state(self) -> SecurityState:
        """What is on, in two requests."""
        secure_boot = template_of(self._session.get(system_settings(self._guid)))
        found = SecurityService(self._session, self._guid).find()
        if found is None:
            return SecurityState(secure_boot)
        return SecurityState(secure_boot, found.has_tpm, found.encrypts_state, found.is_shielded)

    def key_holders(self) -> KeyHolders | None:
        """Who can unwrap its key, and so start it; None where it has no key protector. Three requests.

        :raises UnsupportedError: the host is before Windows Server 2016
        """
        service = SecurityService(self._session, self._guid)
        key_protector = service.key_protector(service.read())
        return None if key_protector is None else key_holders(self._session, key_protector)

    def enable_tpm(self, *, guardian: str = LOCAL_GUARDIAN, encrypt: bool = True) -> None:
        """Give it a TPM, by a key protector of its own that a guardian of the host owns.

        The guardian is made where the host has none of that name. With ``encrypt`` its saved state and its
        traffic while it migrates are encrypted, too.

        :raises UnsupportedError: the host is before Windows Server 2016, or the machine of generation 1
        """
        tpm.enable_tpm(self._session, self._guid, guardian=guardian, encrypt=encrypt)

    def disable_tpm(self) -> None:
        """Take its TPM away; what was sealed by it cannot be read until it is enabled again."""
        tpm.disable_tpm(self._session, self._guid)

    def grant(self, guardian: str) -> None:
        """Have one guardian more unwrap its key, so that the machine starts on that guardian's host, too.

        Nothing but a look happens where it can already. What its TPM holds stays.

        :raises NotFoundError: the host knows no such guardian
        :raises ConflictError: it has no key protector
        """
        grant(self._session, self._guid, guardian)

    def encrypt(self, *, on: bool = True) -> None:
        """Encrypt its saved state and its traffic while it migrates, or no longer.

        :raises UnsupportedError: the host is before Windows Server 2016
        """
        tpm.encrypt_state(self._session, self._guid, encrypt=on)

    def shield(self, *, guardian: str = LOCAL_GUARDIAN) -> None:
        """Lock the host's administrators out of it, as far as Hyper-V does: Secure Boot, TPM and encryption
        are switched on and stay on, and it has no serial ports. Its owner is a guardian of the host, which
        can unshield it.

        :raises UnsupportedError: the host is before Windows Server 2016, or the machine of generation 1
        """
        tpm.enable_tpm(self._session, self._guid, guardian=guardian, shield=True)

    def unshield(self) -> None:
        """Let the host's administrators in again; TPM and encryption stay.

        :raises AccessDeniedError: the host is not the owner of its key
        """
        tpm.unshield(self._session, self._guid)

    def set_secure_boot(self, template: SecureBootTemplate | None) -> None:
        """Have its firmware accept a template's signatures only; None switches Secure Boot off.

        :raises UnsupportedError: it is of generation 1, or the host has no such template
        """
        set_secure_boot(self._session, self._guid, template)
