"""Security of virtual machines: virtual TPMs, guardians and key protectors, shielded provisioning."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.shielding.unwrapping import guardian_store
from openhyperv.emulator.providers.shielding.guardians import GuardianProvider
from openhyperv.emulator.providers.shielding.hgs_client import HgsClientProvider
from openhyperv.emulator.providers.shielding.key_protectors import KeyProtectorProvider
from openhyperv.emulator.providers.shielding.provisioning import ProvisioningProvider
from openhyperv.emulator.providers.shielding.provisioning_files import ProvisioningFileProvider
from openhyperv.emulator.providers.shielding.security_element import SecurityElementProvider
from openhyperv.emulator.providers.shielding.security_service import SecurityProvider


def shielding_providers(host: Host) -> Iterator[object]:
    """All of them; releases without a class leave its provider out."""
    store = guardian_store(host)
    yield SecurityProvider(host)
    yield SecurityElementProvider(host)
    yield HgsClientProvider(host)
    yield GuardianProvider(host, store)
    yield KeyProtectorProvider(store)
    yield ProvisioningFileProvider(host)
    yield ProvisioningProvider(host)
