"""Windows on the host: the operating system, the computer and its processors (CIMWin32 provider)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.power.starting import memory_of
from openhyperv.emulator.providers.windows.instances import cimv2_instance
from openhyperv.emulator.providers.windows.recorded import OPERATING_SYSTEM
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_KIB_PER_MIB = 1024
_BYTES_PER_MIB = 1 << 20
_X64 = 9
"""Win32_Processor.Architecture."""
_CENTRAL = 3
"""Win32_Processor.ProcessorType."""
_ENGLISH = 1033
_SERVER = 3
"""Win32_OperatingSystem.ProductType."""
_DATACENTER = 8
"""Win32_OperatingSystem.OperatingSystemSKU."""
_WINDOWS_NT = 18
"""Win32_OperatingSystem.OSType."""
_STANDALONE_SERVER = 2
"""Win32_ComputerSystem.DomainRole."""


class WindowsProvider:
    """The operating system, the computer, one processor per NUMA node. The host's clock runs in UTC."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of("Win32_OperatingSystem")
    def operating_systems(self) -> Iterator[Instance]:
        """The one that runs."""
        yield self._operating_system()

    @lookup("Win32_OperatingSystem")
    def operating_system(self, _: ObjectPath) -> Instance:
        """The one that runs, which has no keys."""
        return self._operating_system()

    @instances_of("Win32_ComputerSystem")
    def computer_systems(self) -> Iterator[Instance]:
        """The computer."""
        yield self._computer_system()

    @lookup("Win32_ComputerSystem")
    def computer_system(self, path: ObjectPath) -> Instance | None:
        """The computer, if it is meant."""
        system = self._computer_system()
        return system if system.path == path else None

    @instances_of("Win32_Processor")
    def processors(self) -> Iterator[Instance]:
        """One for each NUMA node."""
        return map(self._processor, range(self._host.hardware.numa_nodes))

    @lookup("Win32_Processor")
    def processor(self, path: ObjectPath) -> Instance | None:
        """One of them."""
        return next((processor for processor in self.processors() if processor.path == path), None)

    def _operating_system(self) -> Instance:
        profile = self._host.profile
        values: dict[str, Value] = {
            "Name": rf"{profile.caption}|C:\Windows|\Device\Harddisk0\Partition3",
            "Caption": profile.caption,
            "Status": "OK",
            "CreationClassName": "Win32_OperatingSystem",
            "CSCreationClassName": "Win32_ComputerSystem",
            "CSName": self._host.name,
            "Version": profile.kernel_version,
            "BuildNumber": str(profile.build),
            "BuildType": "Multiprocessor Free",
            "Manufacturer": "Microsoft Corporation",
            "OSType": _WINDOWS_NT,
            "OSArchitecture": "64-bit",
            "ProductType": _SERVER,
            "OperatingSystemSKU": _DATACENTER,
            "OSLanguage": _ENGLISH,
            "Locale": "0409",
            "MUILanguages": ["en-US"],
            "Primary": True,
            "SystemDrive": "C:",
            "WindowsDirectory": r"C:\Windows",
            "SystemDirectory": r"C:\Windows\system32",
            "LocalDateTime": datetime.now(UTC),
            "LastBootUpTime": self._host.boot_time,
            "CurrentTimeZone": 0,
            **OPERATING_SYSTEM,
            **self._memory(),
        }
        return cimv2_instance("Win32_OperatingSystem", {}, values)

    def _memory(self) -> dict[str, Value]:
        """In KiB. What running VMs have is taken; no page file."""
        total = self._host.hardware.memory_mb
        used = sum(memory_of(system) for system in self._host.systems if system.state.is_on)
        free = max(0, total - used) * _KIB_PER_MIB
        return {
            "TotalVisibleMemorySize": total * _KIB_PER_MIB,
            "TotalVirtualMemorySize": total * _KIB_PER_MIB,
            "FreePhysicalMemory": free,
            "FreeVirtualMemory": free,
            "SizeStoredInPagingFiles": 0,
            "FreeSpaceInPagingFiles": 0,
        }

    def _computer_system(self) -> Instance:
        hardware = self._host.hardware
        values: dict[str, Value] = {
            "Caption": self._host.name,
            "CreationClassName": "Win32_ComputerSystem",
            "DNSHostName": self._host.name,
            "Domain": "WORKGROUP",
            "Workgroup": "WORKGROUP",
            "PartOfDomain": False,
            "DomainRole": _STANDALONE_SERVER,
            "Manufacturer": "OpenHyperV",
            "Model": "Emulated host",
            "Status": "OK",
            "BootupState": "Normal boot",
            "HypervisorPresent": True,
            "NumberOfProcessors": hardware.numa_nodes,
            "NumberOfLogicalProcessors": hardware.logical_processors,
            "TotalPhysicalMemory": hardware.memory_mb * _BYTES_PER_MIB,
            "SystemType": "x64-based PC",
            "CurrentTimeZone": 0,
        }
        return cimv2_instance("Win32_ComputerSystem", {"Name": self._host.name}, values)

    def _processor(self, node: int) -> Instance:
        logical = self._host.hardware.processors_on(node)
        values: dict[str, Value] = {
            "Name": "Emulated x64 processor",
            "Caption": "Emulated x64 processor",
            "CreationClassName": "Win32_Processor",
            "SystemCreationClassName": "Win32_ComputerSystem",
            "SystemName": self._host.name,
            "Status": "OK",
            "Manufacturer": self._host.hardware.processor_manufacturer,
            "Architecture": _X64,
            "AddressWidth": 64,
            "DataWidth": 64,
            "CpuStatus": 1,
            "NumberOfCores": logical,
            "NumberOfLogicalProcessors": logical,
            "MaxClockSpeed": self._host.hardware.processor_mhz,
            "CurrentClockSpeed": self._host.hardware.processor_mhz,
            "ProcessorType": _CENTRAL,
            "Role": "CPU",
            "SocketDesignation": f"Socket {node}",
        }
        return cimv2_instance("Win32_Processor", {"DeviceID": f"CPU{node}"}, values)
