"""Queries in the forms in which foreign clients send them, with what each must find.

os-win 5.9 sends its text through PyMI, which doubles every backslash; libvirt's hyperv driver and virt-who
send theirs over WS-Man as they are.
"""

from __future__ import annotations

import pytest

from .conftest import V2, Emulated
from .inventory import DB, HOST, REALIZED, WEB

SYSTEM_WEB = f'Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="{WEB}"'
DISK_PARENT = (
    f"\\\\\\\\{HOST}\\\\root\\\\virtualization\\\\v2:Msvm_ResourceAllocationSettingData"
    f'.InstanceID="Microsoft:{WEB}\\\\\\\\DISK\\\\\\\\0\\\\\\\\0\\\\\\\\D"'
)

LIBVIRT = [
    ("SELECT * FROM Msvm_ComputerSystem", [HOST, WEB, DB]),
    ('SELECT * FROM Msvm_ComputerSystem WHERE Description = "Microsoft Virtual Machine"', [WEB, DB]),
    (
        (
            'SELECT * FROM Msvm_ComputerSystem WHERE ( (Description != "Microsoft Hosting Computer System") '
            "AND EnabledState != 0 ) and (EnabledState = 2 OR EnabledState = 32768)"
        ),
        [WEB],
    ),
    (f'SELECT * FROM Msvm_ComputerSystem WHERE Name = "{WEB}"', [WEB]),
    (f'select * from Msvm_ComputerSystem where Name = "{WEB.lower()}"', [WEB]),
    (
        "SELECT * FROM Msvm_ComputerSystem WHERE Description LIKE '%Virtual Machine%' AND ProcessID = 3584",
        [WEB],
    ),
    ('SELECT * FROM Msvm_ComputerSystem WHERE ElementName = "db\'s \\"one\\" 100%"', [DB]),
    (
        (
            f"ASSOCIATORS OF {{{SYSTEM_WEB}}} WHERE AssocClass = Msvm_SettingsDefineState "
            "ResultClass = Msvm_VirtualSystemSettingData"
        ),
        [f"Microsoft:{WEB}"],
    ),
    (
        (
            f'ASSOCIATORS OF {{Msvm_VirtualSystemSettingData.InstanceID="Microsoft:{WEB}"}} WHERE '
            "AssocClass = Msvm_VirtualSystemSettingDataComponent ResultClass = Msvm_MemorySettingData"
        ),
        [f"Microsoft:{WEB}\\MEM"],
    ),
    (
        (
            f'SELECT * FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemType = "{REALIZED}" '
            f'and VirtualSystemIdentifier = "{DB}"'
        ),
        [f"Microsoft:{DB}"],
    ),
]
OS_WIN = [
    (
        f"SELECT ElementName, Notes FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemType='{REALIZED}'",
        ["web01", "db"],
    ),
    (
        f"SELECT * FROM Msvm_MemorySettingData WHERE InstanceID LIKE 'Microsoft:{WEB}%'",
        [f"Microsoft:{WEB}\\MEM"],
    ),
    (
        f"SELECT * FROM CIM_ResourceAllocationSettingData WHERE InstanceID LIKE 'Microsoft:{WEB}\\\\%'",
        [f"Microsoft:{WEB}\\MEM", f"Microsoft:{WEB}\\DISK\\0\\0\\L"],
    ),
    (
        (
            "SELECT * FROM Msvm_StorageAllocationSettingData WHERE ResourceSubType = "
            f"'Microsoft:Hyper-V:Virtual Hard Disk' AND Parent = '{DISK_PARENT}'"
        ),
        [f"Microsoft:{WEB}\\DISK\\0\\0\\L"],
    ),
    (
        (
            "SELECT * FROM Msvm_StorageAllocationSettingData WHERE (ResourceSubType='Microsoft:Hyper-V:"
            "Virtual Hard Disk' OR ResourceSubType='Microsoft:Hyper-V:Virtual CD/DVD Disk' OR "
            "ResourceSubType='Microsoft:Hyper-V:Physical Disk Drive')"
        ),
        [f"Microsoft:{WEB}\\DISK\\0\\0\\L"],
    ),
    ("select * from Msvm_ComputerSystem where EnabledState = '2' and ElementName = 'web01'", [WEB]),
    ("select * from Msvm_MemorySettingData where DynamicMemoryEnabled = 'True'", [f"Microsoft:{WEB}\\MEM"]),
    (
        (
            "select * from Msvm_StorageAllocationSettingData where __PATH = "
            f"'\\\\\\\\{HOST}\\\\root\\\\virtualization\\\\v2:Msvm_StorageAllocationSettingData.InstanceID="
            f'"Microsoft:{WEB}\\\\\\\\DISK\\\\\\\\0\\\\\\\\0\\\\\\\\L"\''
        ),
        [f"Microsoft:{WEB}\\DISK\\0\\0\\L"],
    ),
]
VIRT_WHO = [
    (
        "select * from Msvm_VirtualSystemSettingData where VirtualSystemType='" + REALIZED + "'",
        ["web01", "db"],
    ),
    (
        "Select ElementName, EnabledState from Msvm_ComputerSystem where Caption = 'Virtual Machine'",
        ["web01", DB],
    ),
]


def names(host: Emulated, text: str, namespace: str = V2) -> set[object]:
    """All names and identifiers of the instances found."""
    found = host.ask(text, namespace)
    return {
        value
        for instance in found
        for name in ("Name", "InstanceID", "ElementName")
        if (value := instance.get(name)) is not None
    } | {key for instance in found if instance.path for key in instance.path.keys.values()}


@pytest.mark.parametrize(("text", "expected"), LIBVIRT + OS_WIN + VIRT_WHO)
def test_finds_what_windows_finds(host: Emulated, text: str, expected: list[str]) -> None:
    found = names(host, text)
    assert set(expected) <= found
    assert len(host.ask(text)) == len(expected)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT Version FROM Win32_OperatingSystem",
        "select * from Win32_OperatingSystem where Version like '10.0.%'",
        "SELECT Name, Version FROM Win32_OperatingSystem WHERE FreePhysicalMemory > 50",
    ],
)
def test_the_other_namespace_answers_too(host: Emulated, text: str) -> None:
    (found,) = host.ask(text, "root/cimv2")
    assert found["Version"] == "10.0.26100"
