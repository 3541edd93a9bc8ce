"""MSFT_HgsClientConfiguration: whether the host is guarded, and by which service."""

from __future__ import annotations

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.shielding.hgs_client import (
    Attestation,
    HgsClient,
    load_hgs_client,
    save_hgs_client,
)
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

HGS = "root/microsoft/windows/hgs"
_CLASS = "MSFT_HgsClientConfiguration"
_UNKNOWN_ATTESTATION, _TPM_ATTESTATION = 0, 1
"""AttestationOperationMode."""


class HgsClientProvider:
    """The service trusts the host if its hardware says so; nothing is asked over a network."""

    def __init__(self, host: Host) -> None:
        self._is_trusted = host.hardware.is_guarded
        self._file = host.data / "hgs-client.json"
        self._client = load_hgs_client(self._file, is_guarded=self._is_trusted)

    @method(_CLASS, "Get")
    def get(self, _call: Call) -> Result:
        """The configuration."""
        return self._result()

    @method(_CLASS, "SetByChangeToLocalMode")
    def leave(self, _call: Call) -> Result:
        """Ask no service any longer."""
        return self._configured(HgsClient())

    @method(_CLASS, "SetBySecureHostingServiceMode")
    def join(self, call: Call) -> Result:
        """Ask the services at these addresses from now on."""
        protection, attestation = call["KeyProtectionServerUrl"], call["AttestationServerUrl"]
        if not isinstance(protection, str) or not isinstance(attestation, str) or not attestation:
            raise MethodFailure(Code.INVALID_PARAMETER, "Both addresses are needed.")
        return self._configured(HgsClient(protection, attestation))

    def _configured(self, client: HgsClient) -> Result:
        save_hgs_client(self._file, client)
        self._client = client
        return self._result()

    def _result(self) -> Result:
        attestation = self._client.attestation(is_trusted=self._is_trusted)
        is_guarded = attestation is Attestation.PASSED
        values: dict[str, Value] = {
            "Mode": int(self._client.mode),
            "IsHostGuarded": is_guarded,
            "KeyProtectionServerUrl": self._client.key_protection_url,
            "AttestationServerUrl": self._client.attestation_url,
            "AttestationOperationMode": _TPM_ATTESTATION if is_guarded else _UNKNOWN_ATTESTATION,
            "AttestationStatus": int(attestation),
            "AttestationSubstatus": 0,
        }
        return Result(Code.COMPLETED, {"cmdletOutput": Instance(_CLASS, values, namespace=HGS)})
