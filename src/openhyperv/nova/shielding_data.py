"""The shielding data (PDK) of an instance, which its tenant keeps in a container of Barbican.

A container has secrets named ``1``, ``2`` and so on, because Barbican's secrets are small; their contents in
this order are the file. They are read as the tenant, only when the instance is made, and are neither written
to this computer nor logged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from logging import INFO, getLogger

import nova.conf
from barbicanclient import exceptions as barbican
from barbicanclient.client import Client
from keystoneauth1 import exceptions as keystone
from keystoneauth1.session import Session
from nova import service_auth
from nova.context import RequestContext

from openhyperv.errors import HyperVError, InvalidInputError
from openhyperv.hyperv.security.shielding_data import ShieldingData
from openhyperv.machine.rules.shielding_data import PDK_REFERENCE
from openhyperv.machine.spec import MachineSpec

CONF = nova.conf.CONF
_OPERATION = "fetch shielding data"
_QUIET = getLogger(f"{__name__}.barbican")
_QUIET.setLevel(INFO)  # at DEBUG keystoneauth1 writes what servers answer, which are secrets


def shielding_data_of(context: RequestContext, spec: MachineSpec) -> ShieldingData | None:
    """What a machine is to be made from; None if it needs no shielding data.

    :raises InvalidInputError: there is no such container, or the tenant may not read it
    :raises HyperVError: Barbican does not answer
    """
    provisioning = spec.security.provisioning if spec.security is not None else None
    if provisioning is None:
        return None
    with _told(provisioning.pdk_reference):
        secrets = _client(context).containers.get(provisioning.pdk_reference).secrets
        return ShieldingData(
            b"".join(_bytes(secrets[str(number + 1)].payload) for number in range(len(secrets)))
        )


def _bytes(payload: str | bytes) -> bytes:
    return payload.encode() if isinstance(payload, str) else payload


def _client(context: RequestContext) -> Client:
    """Barbican as ``[barbican]`` of nova.conf says, which Nova's own key manager reads too."""
    given = CONF.barbican
    auth = service_auth.get_service_user_token_auth_plugin(context)
    return Client(
        given.barbican_api_version or "v1",
        Session(auth=auth, verify=given.verify_ssl_path or True if given.verify_ssl else False),
        endpoint=given.barbican_endpoint,
        interface=given.barbican_endpoint_type,
        region_name=given.barbican_region_name,
        logger=_QUIET,
    )


@contextmanager
def _told(reference: str) -> Iterator[None]:
    """Say what is wrong with a reference, or with Barbican."""
    try:
        yield
    except (barbican.HTTPClientError, barbican.HTTPAuthError, ValueError, KeyError) as error:
        raise InvalidInputError(
            f"The shielding data cannot be read: {error}.",
            target=reference,
            operation=_OPERATION,
            remedy=f"Give in {PDK_REFERENCE} a container of Barbican that you may read, of secrets 1 to n.",
        ) from error
    except (barbican.HTTPServerError, keystone.ClientException) as error:
        raise HyperVError(
            f"Barbican does not give the shielding data: {error}", target=reference, operation=_OPERATION
        ) from error
