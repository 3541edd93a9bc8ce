"""Changing what the administrator sets for all virtual machines: ModifyServiceSettings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import BadHostPath
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.providers.machines.define import SERVICE
from openhyperv.wire.types import Value

_SETTINGS = "Msvm_VirtualSystemManagementServiceSettingData"
_MAC_ADDRESS = re.compile(r"[0-9A-Fa-f]{12}")
_FIELDS: Mapping[str, str] = {
    "DefaultExternalDataRoot": "data_root",
    "DefaultVirtualHardDiskPath": "disk_root",
    "MinimumMacAddress": "minimum_mac",
    "MaximumMacAddress": "maximum_mac",
    "NumaSpanningEnabled": "numa_spanning_enabled",
    "EnhancedSessionModeEnabled": "enhanced_session_mode_enabled",
    "PrimaryOwnerContact": "primary_owner_contact",
    "PrimaryOwnerName": "primary_owner_name",
    "BiosLockString": "bios_lock",
    "HbaLunTimeout": "hba_lun_timeout_s",
}
_PATHS = ("DefaultExternalDataRoot", "DefaultVirtualHardDiskPath")
_ADDRESSES = ("MinimumMacAddress", "MaximumMacAddress")


class ServiceChangeProvider:
    """What cannot be changed may be sent back, as clients do that send the whole instance."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(SERVICE, "ModifyServiceSettings")
    def modify(self, call: Call) -> Result:
        """Change what has a value, all or nothing."""
        settings = read_setting(call["SettingData"], _SETTINGS, self._host.schema)
        changes = {name: value for name, value in settings.items() if name in _FIELDS and value is not None}
        self._check(changes)
        for name, value in changes.items():
            setattr(self._host.service_settings, _FIELDS[name], value)
        self._host.keep_service_settings()
        return Result(Code.COMPLETED)

    def _check(self, changes: Mapping[str, Value]) -> None:
        try:
            for name in _PATHS:
                if name in changes:
                    self._host.files.local(str(changes[name]))
        except BadHostPath as error:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{error} is no folder of this host.") from error
        now = self._host.service_settings
        low = str(changes.get(_ADDRESSES[0], now.minimum_mac))
        high = str(changes.get(_ADDRESSES[1], now.maximum_mac))
        if not _MAC_ADDRESS.fullmatch(low) or not _MAC_ADDRESS.fullmatch(high) or low.upper() > high.upper():
            raise MethodFailure(Code.INVALID_PARAMETER, f"{low} to {high} is no range of MAC addresses.")
