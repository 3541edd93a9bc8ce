"""What a machine's security settings may become: a TPM where there can be one; once shielded, nothing less.

Microsoft, "Generation 2 virtual machine security settings": shielding selects and enforces Secure Boot, the
TPM and encryption; who is not the owner of the key cannot take it back.
"""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.shielding.unwrapping import is_owned_here
from openhyperv.wire.types import Value

_TPM_VERSION = 7.0
"""Virtual TPMs came with this configuration version (Microsoft, "Upgrade virtual machine version")."""
_ENFORCED = ("TpmEnabled", "EncryptStateAndVmMigrationTraffic")


def settled(configuration: Configuration, changes: Mapping[str, Value], host: Host) -> dict[str, Value]:
    """The changes with what they bring along.

    :raises MethodFailure: 32770, there is no TPM in such a machine; 32775, a shielded machine has to keep it;
        32769, only its owner may unshield it
    """
    if changes.get("TpmEnabled") is True or changes.get("ShieldingRequested") is True:
        _check_tpm(configuration)
    shielded = changes.get("ShieldingRequested", configuration.is_shielded) is True
    if shielded:
        _check_enforced(changes)
        return {**changes, **dict.fromkeys(_ENFORCED, True)}
    if configuration.is_shielded and not is_owned_here(host, configuration.protection.key_protector):
        # UNVERIFIED: the code for one who is not the owner
        raise MethodFailure(Code.ACCESS_DENIED, "Only the owner of its key can unshield the machine.")
    return dict(changes)


def _check_tpm(configuration: Configuration) -> None:
    """Refuse a TPM where there cannot be one."""
    # UNVERIFIED: these codes; the page of ModifySecuritySettings lists 1 to 6, and vendor specific ones
    if configuration.generation == 1:
        raise MethodFailure(Code.NOT_SUPPORTED, "A generation 1 VM has no TPM.")
    version = configuration.text("Version")
    if float(version) < _TPM_VERSION:
        raise MethodFailure(Code.NOT_SUPPORTED, f"Configuration version {version} has no TPM.")


def _check_enforced(changes: Mapping[str, Value]) -> None:
    for name in _ENFORCED:
        if changes.get(name) is False:
            # UNVERIFIED: the code for what shielding enforces
            raise MethodFailure(Code.INVALID_STATE, f"A shielded VM keeps {name}.")


def check_secure_boot(configuration: Configuration, changes: Mapping[str, Value]) -> None:
    """Refuse to loosen the Secure Boot of a shielded machine.

    :raises MethodFailure: 32775
    """
    if configuration.is_shielded and changes.get("SecureBootEnabled") is False:
        # UNVERIFIED: the code for what shielding enforces
        raise MethodFailure(Code.INVALID_STATE, "A shielded VM keeps Secure Boot.")
