"""Consoles over RDP: Msvm_TerminalService, its settings, and who may open which machine's console."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import (
    Call,
    MethodFailure,
    Result,
    instances_of,
    links,
    lookup,
    method,
)
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.terminal_settings import load_terminal_settings, save_terminal_settings
from openhyperv.emulator.providers.finding import wanted_system
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.services import TERMINAL
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_SETTINGS = "Msvm_TerminalServiceSettingData"
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
_SINCE_2012R2 = ("TrustedIssuerCertificateHashes", "AllowedHashAlgorithms")


class TerminalProvider:
    """What is set and granted is kept; nobody serves RDP here, so there are never connections."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._path = setting_path(_SETTINGS, f"Microsoft:{host.name}")
        self._file = host.data / "terminal.json"
        self._settings = load_terminal_settings(self._file)

    @instances_of(_SETTINGS)
    def all_settings(self) -> Iterator[Instance]:
        """The one there is."""
        yield self._instance()

    @lookup(_SETTINGS)
    def settings(self, path: ObjectPath) -> Instance | None:
        """It, if it is meant."""
        return self._instance() if path == self._path else None

    def _instance(self) -> Instance:
        values: dict[str, Value] = {
            "InstanceID": self._path.key("InstanceID"),
            "Caption": "Hyper-V Terminal Service Settings",
            "Description": "Settings for the Hyper-V Terminal Service",
            "ElementName": "Hyper-V Terminal Service Settings",
            **{name: getattr(self._settings, attribute) for name, attribute in _CHANGED.items()},
        }
        for name in () if self._host.profile.has(Release.WS2012R2) else _SINCE_2012R2:
            del values[name]
        return Instance(_SETTINGS, values, path=self._path)

    @links("Msvm_ElementSettingData")
    def element_settings(self, end: ObjectPath) -> Iterator[Instance]:
        """Between the service and its settings."""
        ends = {"ManagedElement": TERMINAL.path(self._host), "SettingData": self._path}
        flags = {"IsCurrent": 1, "IsDefault": 1, "IsNext": 0}
        return touching(end, [link("Msvm_ElementSettingData", ends, flags)])

    @method(_SERVICE, "ModifyServiceSettings")
    def modify(self, call: Call) -> Result:
        """Change what has a value; synchronous."""
        given = read_setting(call["ServiceSettingData"], _SETTINGS, self._host.schema)
        port = given.get("ListenerPort")
        if port is not None and not (isinstance(port, int) and 0 < port <= 0xFFFF):
            raise MethodFailure(Code.INVALID_PARAMETER, f"{port} is no port.")
        for name, attribute in _CHANGED.items():
            if given.get(name) is not None:
                setattr(self._settings, attribute, given[name])
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
