"""Consoles over RDP: Msvm_TerminalService, its settings, and who may open which machine's console."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from openhyperv.emulator.cimom.provider import (
    Call,
    MethodFailure,
    Result,
    method,
)
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.windows.terminal_settings import (
    TerminalSettings,
    load_terminal_settings,
    save_terminal_settings,
)
from openhyperv.emulator.providers.machines.finding import wanted_system
from openhyperv.emulator.providers.services.administered import (
    SettingsOfService,
    settings_provider,
    shown,
    take_over,
)
from openhyperv.emulator.providers.services.services import TERMINAL
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_SETTINGS = SettingsOfService(
    service=TERMINAL,
    class_name="Msvm_TerminalServiceSettingData",
    caption="Hyper-V Terminal Service Settings",
    description="Settings for the Hyper-V Terminal Service",
)
_SERVICE = TERMINAL.class_name
_ALLOWED = 0
"""Msvm_InteractiveSessionACE.AccessType."""
_TRUSTEE = re.compile(r"S-1(-\d+)+|([^\\/\[\]:;|=,+*?<>\"]+\\)?[^\\/\[\]:;|=,+*?<>\"@]+", re.IGNORECASE)
"""A SID, or an account as Windows' security accounts manager writes it: ``DOMAIN\\name``."""
_CHANGED: Mapping[str, str] = {
    "ListenerPort": "listener_port",
    "DisableSelfSignedCertificateGeneration": "makes_no_certificate",
    "AuthCertificateHash": "certificate_hash",
    "TrustedIssuerCertificateHashes": "trusted_issuers",
    "AllowedHashAlgorithms": "hash_algorithms",
}


def terminal_providers(host: Host) -> Iterator[object]:
    """Providers of the terminal service's methods and settings."""
    file = host.data / "terminal.json"
    settings = load_terminal_settings(file)
    yield TerminalProvider(host, settings, file)
    yield settings_provider(host, _SETTINGS, lambda: shown(settings, _CHANGED))


class TerminalProvider:
    """What is set and granted is kept; nobody serves RDP here, so there are never connections."""

    def __init__(self, host: Host, settings: TerminalSettings, file: Path) -> None:
        self._host = host
        self._settings = settings
        self._file = file

    @method(_SERVICE, "ModifyServiceSettings")
    def modify(self, call: Call) -> Result:
        """Change what has a value; synchronous."""
        given = read_setting(call["ServiceSettingData"], _SETTINGS.class_name, self._host.schema)
        port = given.get("ListenerPort")
        if port is not None and not (isinstance(port, int) and 0 < port <= 0xFFFF):
            raise MethodFailure(Code.INVALID_PARAMETER, f"{port} is no port.")
        take_over(self._settings, _CHANGED, given)
        save_terminal_settings(self._file, self._settings)
        return Result(Code.COMPLETED)

    @method(_SERVICE, "GetInteractiveSessionACL")
    def access_control_list(self, call: Call) -> Result:
        """Who was granted access, as they were named."""
        system = wanted_system(self._host, call["ComputerSystem"])
        # UNVERIFIED: that trustees are told as they were named, and administrators not at all
        entries = [self._entry(trustee) for trustee in system.console_trustees]
        return Result(Code.COMPLETED, {"AccessControlList": entries})

    def _entry(self, trustee: str) -> str:
        values: dict[str, Value] = {"AccessType": _ALLOWED, "Trustee": trustee}
        return instance_to_text(Instance("Msvm_InteractiveSessionACE", values), self._host.schema)

    @method(_SERVICE, "GrantInteractiveSessionAccess")
    def grant(self, call: Call) -> Result:
        """Let trustees open the machine's console; those who may already stay; synchronous."""
        system = wanted_system(self._host, call["ComputerSystem"])
        known = {trustee.lower() for trustee in system.console_trustees}
        added = [trustee for trustee in _trustees(call) if trustee.lower() not in known]
        with self._host.changing(system):
            system.console_trustees = [*system.console_trustees, *added]
        return Result(Code.COMPLETED)

    @method(_SERVICE, "RevokeInteractiveSessionAccess")
    def revoke(self, call: Call) -> Result:
        """Let them no longer; synchronous."""
        system = wanted_system(self._host, call["ComputerSystem"])
        revoked = {trustee.lower() for trustee in _trustees(call)}
        with self._host.changing(system):
            system.console_trustees = [t for t in system.console_trustees if t.lower() not in revoked]
        return Result(Code.COMPLETED)


def _trustees(call: Call) -> list[str]:
    """The accounts or SIDs that a client names.

    :raises MethodFailure: 32773 for none, or for what is neither
    """
    given = call["Trustees"]
    named = [t for t in given if isinstance(t, str)] if isinstance(given, list | tuple) else []
    if not named or not all(_TRUSTEE.fullmatch(trustee) for trustee in named):
        raise MethodFailure(Code.INVALID_PARAMETER, "Trustees are accounts or SIDs.")
    return named
