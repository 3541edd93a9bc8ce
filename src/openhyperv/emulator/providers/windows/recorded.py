"""What every Windows Server says of itself in Win32_OperatingSystem, whatever runs on it.

Values are those of a recorded Windows Server 2012 (github.com/zenoss/txwinrm, test/data); the product suite
has Datacenter's bit in addition (Microsoft, "Win32_OperatingSystem class").
"""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.wire.types import Value

_TERMINAL_SERVICES, _DATACENTER, _SINGLE_SESSION = 16, 128, 256
_SUITE = _TERMINAL_SERVICES | _DATACENTER | _SINGLE_SESSION

OPERATING_SYSTEM: Mapping[str, Value] = {
    "BootDevice": r"\Device\HarddiskVolume1",
    "CodeSet": "1252",
    "CountryCode": "1",
    "DataExecutionPrevention_32BitApplications": True,
    "DataExecutionPrevention_Available": True,
    "DataExecutionPrevention_Drivers": True,
    "DataExecutionPrevention_SupportPolicy": 3,
    "Debug": False,
    "Description": "",
    "Distributed": False,
    "EncryptionLevel": 256,
    "MaxNumberOfProcesses": 4294967295,
    "NumberOfLicensedUsers": 0,
    "OSProductSuite": _SUITE,
    "PortableOperatingSystem": False,
    "ServicePackMajorVersion": 0,
    "ServicePackMinorVersion": 0,
    "SuiteMask": _SUITE,
    "SystemDevice": r"\Device\HarddiskVolume3",
}
