"""What a new virtual machine's own settings hold when whoever defines it leaves something open.

Values: Microsoft's page of Msvm_VirtualSystemSettingData and what clients rely on.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from openhyperv.cim.schema import Schema
from openhyperv.emulator.host.identities import SYSTEM_SETTINGS, new_guid
from openhyperv.emulator.host.profile import Profile
from openhyperv.wire.types import Value

REALIZED = "Microsoft:Hyper-V:System:Realized"
PLANNED = "Microsoft:Hyper-V:System:Planned"
SUB_TYPES = {1: "Microsoft:Hyper-V:SubType:1", 2: "Microsoft:Hyper-V:SubType:2"}
SNAPSHOT = "Microsoft:Hyper-V:Snapshot:Realized"
RECOVERY_SNAPSHOT = "Microsoft:Hyper-V:Snapshot:Recovery"
PLANNED_SNAPSHOT = "Microsoft:Hyper-V:Snapshot:Planned"
MISSING_SNAPSHOT = "Microsoft:Hyper-V:Snapshot:Missing"
MICROSOFT_WINDOWS_TEMPLATE = "1734c6e8-3154-4dda-ba5f-a874cc483422"

_COMMON: Mapping[str, Value] = {
    "Caption": "Virtual Machine Settings",
    "Description": "Microsoft Virtual Machine Settings",
    "ElementName": "New Virtual Machine",  # UNVERIFIED: the name of a VM that nobody named
    "VirtualSystemType": REALIZED,
    "AutomaticStartupAction": 3,
    "AutomaticStartupActionDelay": timedelta(0),
    "AutomaticStartupActionSequenceNumber": 0,
    "AutomaticShutdownAction": 3,
    "AutomaticRecoveryAction": 3,
    "AutomaticCriticalErrorAction": 1,
    "AutomaticCriticalErrorActionTimeout": timedelta(minutes=30),
    "UserSnapshotType": 3,
    "AutomaticSnapshotsEnabled": False,
    "IsAutomaticSnapshot": False,
    "IncrementalBackupEnabled": False,
    "NetworkBootPreferredProtocol": 4096,
    "PauseAfterBootFailure": False,
    "ConsoleMode": 0,
    "LowMmioGapSize": 128,
    "HighMmioGapSize": 512,
    "EnhancedSessionTransportType": 0,
    "GuestControlledCacheTypes": False,
    "LockOnDisconnect": False,
    "VirtualNumaEnabled": True,
    "TurnOffOnGuestRestart": False,
    "AllowFullSCSICommandSet": False,
    "AllowReducedFcRedundancy": False,
    "BIOSNumLock": False,
    "IsSaved": False,
    "Architecture": "x64",
    "DebugChannelId": 0,
    "DebugPort": 0,
    "DebugPortEnabled": 0,
    "EnableHibernation": False,
    "Notes": [],
}
_BY_GENERATION: Mapping[int, Mapping[str, Value]] = {
    1: {"VirtualSystemSubType": SUB_TYPES[1], "BootOrder": [1, 2, 3, 0], "SecureBootEnabled": False},
    2: {
        "VirtualSystemSubType": SUB_TYPES[2],
        "SecureBootEnabled": True,
        "SecureBootTemplateId": MICROSOFT_WINDOWS_TEMPLATE,
    },
}


def system_defaults(generation: int, profile: Profile, schema: Schema) -> dict[str, Value]:
    """The values that all VMs of a generation share, only properties that the release's class has."""
    values = {**_COMMON, **_BY_GENERATION[generation], "Version": profile.default_configuration_version}
    decl = schema.find("root/virtualization/v2", SYSTEM_SETTINGS)
    return {name: value for name, value in values.items() if decl is not None and decl.property(name)}


def own_values(guid: str) -> dict[str, Value]:
    """The values that each new VM has for itself."""
    serial = _serial_number()
    return {
        "VirtualSystemIdentifier": guid,
        "ConfigurationID": guid,
        "CreationTime": datetime.now(UTC),
        "BIOSGUID": f"{{{new_guid()}}}",
        "BIOSSerialNumber": serial,
        "BaseBoardSerialNumber": serial,
        "ChassisSerialNumber": serial,
        "ChassisAssetTag": _serial_number(),
    }


def _serial_number() -> str:
    """Six groups of four digits and one of two, as Hyper-V numbers boards."""
    digits = f"{secrets.randbelow(10**26):026d}"
    return "-".join(digits[start : start + 4] for start in range(0, 26, 4))
