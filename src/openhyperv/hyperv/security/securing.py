"""What a new machine's specification says of its security, done on its host."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import InvalidInputError
from openhyperv.files.secret_folder import SecretFolder
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.security.provisioning import provision
from openhyperv.hyperv.security.settings import SecurityService
from openhyperv.hyperv.security.shielding_data import ShieldingData
from openhyperv.hyperv.security.tpm import enable_tpm_of_new_machine
from openhyperv.machine.security import Security


def check_shielding_data(security: Security | None, data: ShieldingData | None) -> None:
    """Before anything is sent: shielding data are given where a machine needs them, and nowhere else.

    :raises InvalidInputError: they are missing, or nobody asked for them
    """
    needs_data = security is not None and security.provisioning is not None
    if needs_data and data is None:
        raise InvalidInputError(
            "The machine needs its shielding data.",
            operation="create a machine",
            remedy="Give the contents of the PDK that img_pdk_reference names.",
        )
    if data is not None and not needs_data:
        raise InvalidInputError("The machine asks for no shielding data.", operation="create a machine")


def secure_new_machine(
    session: Session,
    files: HostFiles,
    folder: WindowsPath,
    guid: str,
    security: Security,
    data: ShieldingData | None,
) -> None:
    """Give a machine that has never started its TPM, and what comes with it; ``folder`` is the machine's own.

    Done again after a break at any request, it ends the same; secrets that a break left on the host are wiped
    then. Five requests with a local key protector, seven with shielding data; one more each for the first
    machine of a session, and for the first one of a host with a local key protector.

    :raises UnsupportedError: the host cannot protect machines like this
    """
    service = SecurityService(session, guid)
    settings = service.read()
    if security.provisioning is None or data is None:
        enable_tpm_of_new_machine(service, settings, shield=security.shielded)
        return
    with SecretFolder(files, folder / "secrets") as secrets:
        substitutions = security.provisioning.substitutions
        # UNVERIFIED: the provisioning service has read both files when it answers, so that they can go
        provision(service, settings, secrets, data, substitutions, shielded=security.shielded)
