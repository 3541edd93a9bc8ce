"""Provisioning a secure machine: its tenant's shielding data, and values for the answer file in them.

The order is Microsoft's (Initialize-ShieldedVM): key protector and policy out of the shielding data, security
settings, then the provisioning service, which specializes the machine when it is started first.
"""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError, UnsupportedError
from openhyperv.files.secret_folder import SecretFolder
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.security.envelopes import make_room_for_bytes
from openhyperv.hyperv.security.settings import SecurityService, SecuritySettings
from openhyperv.hyperv.security.shielding_data import ShieldingData
from openhyperv.hyperv.security.tpm import missing
from openhyperv.hyperv.values import octets, returned_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

MSPS = "root/msps"
_PROCESSOR = ObjectPath("Msps_ProvisioningFileProcessor", {}, MSPS)
_SERVICE = ObjectPath("Msps_ProvisioningService", {}, MSPS)


def provision(
    service: SecurityService,
    settings: SecuritySettings,
    folder: SecretFolder,
    data: ShieldingData,
    substitutions: Mapping[str, str],
    *,
    shielded: bool,
) -> None:
    """Make a new machine what its shielding data say; it is specialized when it is started first.

    ``folder`` holds the secrets meanwhile. Six calls; one request more for the first machine of a session.

    :raises UnsupportedError: the host has no provisioning service
    :raises HyperVError: the host does not take the data, or not for this machine
    """
    pdk, fsk = folder.write("shielding-data.pdk", data.content), folder.place("specialization.fsk")
    session, guid = service.session, service.guid
    key_protector, policy = _read_pdk(session, pdk)
    service.set_key_protector(settings, key_protector)
    service.set_policy(settings, policy)
    service.change(settings, missing(settings, encrypt=True, shield=shielded))
    _write_fsk(session, fsk, substitutions)
    arguments = {"PDKPath": str(pdk), "FSKPath": str(fsk), "MachineID": guid}
    session.run(_SERVICE, "ProvisionMachine", arguments, target=guid)


def _read_pdk(session: Session, file: WindowsPath) -> tuple[bytes, bytes]:
    """The key protector and the policy in shielding data."""
    make_room_for_bytes(session)
    try:
        output = session.run(_PROCESSOR, "PopulateFromFile", {"FilePath": str(file)}, target="shielding data")
    except NotFoundError as error:
        raise UnsupportedError(
            "The host has no provisioning service for shielded machines.",
            host=session.host,
            target=MSPS,
            remedy="It comes with Windows Server 2016 Datacenter and the feature HostGuardian.",
        ) from error
    pdk = returned_instance(output, "ProvisioningFile")
    return octets(pdk.get("KeyProtector")), octets(pdk.get("PolicyData"))


def _write_fsk(session: Session, file: WindowsPath, substitutions: Mapping[str, str]) -> None:
    """Have the host write the specialization data, whose form only it knows."""
    pairs = [
        Instance("Msps_FabricData", {"key": key, "Value": value}, namespace=MSPS)
        for key, value in substitutions.items()
    ]
    fsk = Instance("Msps_FSK", {"FabricDataPairs": pairs}, namespace=MSPS)
    arguments: dict[str, Value] = {"FilePath": str(file), "ProvisioningFile": fsk}
    session.run(_PROCESSOR, "SerializeToFile", arguments, target="specialization data")
