"""A virtual TPM by a local key protector: for any machine of generation 2, on a host without any service.

In an order in which each step is done once, however often the whole is begun again: a guardian of the host, a
key protector of its, which the machine is given unless it has one, and only then the TPM. A TPM's memory is
sealed with the key, so that a key protector is never replaced.
"""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.hyperv.security.guardians import LOCAL_GUARDIAN, ensure_guardian
from openhyperv.hyperv.security.key_protectors import new_key_protector
from openhyperv.hyperv.security.settings import SecurityService, SecuritySettings

_TPM, _ENCRYPTION, _SHIELDING = "TpmEnabled", "EncryptStateAndVmMigrationTraffic", "ShieldingRequested"


def enable_tpm(
    session: Session, guid: str, *, guardian: str = LOCAL_GUARDIAN, encrypt: bool = True, shield: bool = False
) -> tuple[str, ...]:
    """Give a machine a TPM; nothing but a look happens where it has one and the rest is as asked.

    Returns what was switched on, by Hyper-V's names.

    ``encrypt`` has the host encrypt the machine's saved state and its traffic while it migrates; ``shield``
    locks the host's administrators out, and implies it. Neither is switched off here.

    :raises UnsupportedError: the host is before Windows Server 2016, the machine of generation 1, or of a
        configuration version before 7.0
    :raises ConflictError: the machine is not off
    """
    service = SecurityService(session, guid)
    settings = service.read()
    changes = missing(settings, encrypt=encrypt, shield=shield)
    if not changes:
        return ()
    if not settings.has_tpm and service.key_protector(settings) is None:
        _set_local_key_protector(service, settings, guardian)
    service.change(settings, changes)
    return tuple(changes)


def enable_tpm_of_new_machine(service: SecurityService, settings: SecuritySettings, *, shield: bool) -> None:
    """As :func:`enable_tpm` for a machine that has never started, so that no key of its is in use yet.

    One query and three calls; one request more for the first machine of a session, one call more for the
    first machine of a host.
    """
    _set_local_key_protector(service, settings, LOCAL_GUARDIAN)
    service.change(settings, missing(settings, encrypt=True, shield=shield))


def _set_local_key_protector(service: SecurityService, settings: SecuritySettings, guardian: str) -> None:
    """Give a machine a new key protector that a guardian of its host owns."""
    owner = ensure_guardian(service.session, guardian)
    service.set_key_protector(settings, new_key_protector(service.session, owner))


def missing(settings: SecuritySettings, *, encrypt: bool, shield: bool) -> dict[str, bool]:
    """What has to be switched on, by Hyper-V's names."""
    wanted = {
        _TPM: not settings.has_tpm,
        _ENCRYPTION: (encrypt or shield) and not settings.encrypts_state,
        _SHIELDING: shield and not settings.is_shielded,
    }
    return dict.fromkeys((name for name, is_missing in wanted.items() if is_missing), True)


def disable_tpm(session: Session, guid: str) -> None:
    """Take a machine's TPM away; what was sealed by it cannot be read until it is enabled again.

    :raises ConflictError: the machine is not off, or shielded
    """
    service = SecurityService(session, guid)
    settings = service.find()
    if settings is not None and settings.has_tpm:
        service.change(settings, {_TPM: False})


def unshield(session: Session, guid: str) -> None:
    """Let the host's administrators in again; TPM and encryption stay.

    :raises AccessDeniedError: the host is not the owner of the machine's key
    :raises ConflictError: the machine is not off
    """
    service = SecurityService(session, guid)
    settings = service.find()
    if settings is not None and settings.is_shielded:
        service.change(settings, {_SHIELDING: False})


def encrypt_state(session: Session, guid: str, *, encrypt: bool) -> None:
    """Have the host encrypt the machine's saved state and its traffic while it migrates, or no longer.

    :raises ConflictError: the machine is not off, or shielded
    :raises UnsupportedError: the host is before Windows Server 2016
    """
    service = SecurityService(session, guid)
    settings = service.read()
    if settings.encrypts_state != encrypt:
        service.change(settings, {_ENCRYPTION: encrypt})
