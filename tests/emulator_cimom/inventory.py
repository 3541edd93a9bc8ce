"""A small host on the real schema, answered by small real providers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from openhyperv.emulator.cimom.provider import (
    Call,
    MethodFailure,
    Result,
    instances_of,
    links,
    lookup,
    method,
)
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

HOST = "HV1"
WEB, DB = "7B6E1C52-8A40-4D0C-9E3F-2F6C7D1A9B10", "11111111-2222-3333-4444-555555555555"
SERVICE = "Msvm_VirtualSystemManagementService"
REALIZED = "Microsoft:Hyper-V:System:Realized"


def system_path(name: str) -> ObjectPath:
    return ObjectPath("Msvm_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": name})


def settings_path(guid: str) -> ObjectPath:
    return ObjectPath("Msvm_VirtualSystemSettingData", {"InstanceID": f"Microsoft:{guid}"})


def memory_path(guid: str) -> ObjectPath:
    return ObjectPath("Msvm_MemorySettingData", {"InstanceID": f"Microsoft:{guid}\\MEM"})


def link(class_name: str, **ends: ObjectPath) -> Instance:
    return Instance(class_name, ends, path=ObjectPath(class_name, ends))


class Systems:
    """Two virtual machines and the host itself; counts what it is asked for."""

    def __init__(self) -> None:
        self.names = {WEB: "web01", DB: 'db\'s "one" 100%'}
        self.walks = 0
        self.lookups = 0

    @instances_of("Msvm_ComputerSystem")
    def systems(self) -> Iterator[Instance]:
        self.walks += 1
        return (self._system(guid) for guid in (HOST, *self.names))

    @lookup("Msvm_ComputerSystem")
    def system(self, path: ObjectPath) -> Instance | None:
        self.lookups += 1
        return next((s for guid in (HOST, *self.names) if (s := self._system(guid)).path == path), None)

    def _system(self, guid: str) -> Instance:
        is_host = guid == HOST
        values = {
            "CreationClassName": "Msvm_ComputerSystem",
            "Name": guid,
            "ElementName": guid if is_host else self.names[guid],
            "Caption": "Hosting Computer System" if is_host else "Virtual Machine",
            "Description": "Microsoft Hosting Computer System" if is_host else "Microsoft Virtual Machine",
            "EnabledState": 2 if guid in (HOST, WEB) else 3,
            "InstallDate": datetime(2025, 3, 4, 10, 11, 12, tzinfo=UTC),
            "OperationalStatus": [2],
            "ProcessID": 3584 if guid == WEB else None,
        }
        return Instance("Msvm_ComputerSystem", values, path=system_path(guid))


class Settings:
    """Each machine's settings, its memory and a disk; no look-up, so that walks are tested too."""

    @instances_of("Msvm_VirtualSystemSettingData")
    def settings(self) -> Iterator[Instance]:
        for guid, name in ((WEB, "web01"), (DB, "db")):
            values = {
                "InstanceID": f"Microsoft:{guid}",
                "ElementName": name,
                "VirtualSystemType": REALIZED,
                "VirtualSystemIdentifier": guid,
                "SecureBootEnabled": guid == WEB,
                "Notes": ["first line", "second"],
            }
            yield Instance("Msvm_VirtualSystemSettingData", values)

    @instances_of("Msvm_MemorySettingData")
    def memory(self) -> Iterator[Instance]:
        for guid, size_mb in ((WEB, 2048), (DB, 512)):
            yield Instance(
                "Msvm_MemorySettingData",
                {
                    "InstanceID": f"Microsoft:{guid}\\MEM",
                    "VirtualQuantity": size_mb,
                    "DynamicMemoryEnabled": guid == WEB,
                    "ResourceType": 4,
                },
            )

    @instances_of("Msvm_StorageAllocationSettingData")
    def disks(self) -> Iterator[Instance]:
        yield Instance(
            "Msvm_StorageAllocationSettingData",
            {
                "InstanceID": f"Microsoft:{WEB}\\DISK\\0\\0\\L",
                "ResourceType": 31,
                "ResourceSubType": "Microsoft:Hyper-V:Virtual Hard Disk",
                "HostResource": ["C:\\VMs\\web01.vhdx"],
                "Parent": f"\\\\{HOST}\\root\\virtualization\\v2:Msvm_ResourceAllocationSettingData"
                f'.InstanceID="Microsoft:{WEB}\\\\DISK\\\\0\\\\0\\\\D"',
            },
        )

    @links("Msvm_SettingsDefineState")
    def define_state(self, end: ObjectPath) -> Iterator[Instance]:
        for guid in (WEB, DB):
            if end in (system_path(guid), settings_path(guid)):
                yield link(
                    "Msvm_SettingsDefineState",
                    ManagedElement=system_path(guid),
                    SettingData=settings_path(guid),
                )

    @links("Msvm_VirtualSystemSettingDataComponent")
    def components(self, end: ObjectPath) -> Iterator[Instance]:
        for guid in (WEB, DB):
            ends = {"GroupComponent": settings_path(guid), "PartComponent": memory_path(guid)}
            if end in ends.values():
                yield link("Msvm_VirtualSystemSettingDataComponent", **ends)

    @links("Msvm_ElementSettingData")
    def own_settings(self, end: ObjectPath) -> Iterable[Instance]:
        """Each machine's settings are their own (recorded), and point to a memory that is gone."""
        if end == settings_path(WEB):
            return [
                link("Msvm_ElementSettingData", ManagedElement=end, SettingData=end),
                link("Msvm_ElementSettingData", ManagedElement=end, SettingData=memory_path("GONE")),
            ]
        return []


class ManagementService:
    """The service, with one method of its own and one for machines."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    @instances_of(SERVICE)
    def service(self) -> list[Instance]:
        values = {
            "CreationClassName": SERVICE,
            "Name": "vmms",
            "SystemCreationClassName": "Msvm_ComputerSystem",
            "SystemName": HOST,
            "ElementName": "Hyper-V Virtual System Management Service",
        }
        return [Instance(SERVICE, values)]

    @method(SERVICE, "DestroySystem")
    def destroy(self, call: Call) -> Result:
        self.calls.append(call)
        if call["AffectedSystem"] is None:
            raise MethodFailure(32773, "no system")
        return Result(4096, {"Job": ObjectPath("Msvm_ConcreteJob", {"InstanceID": "J"})})

    @method("Msvm_ComputerSystem", "RequestStateChange")
    def change_state(self, call: Call) -> Result:
        self.calls.append(call)
        return Result()

    @method(SERVICE, "GetSummaryInformation")
    def summary(self, call: Call) -> Result:
        self.calls.append(call)
        return Result(0, {"Summary": []})


class WindowsFacts:
    """Something of root/cimv2."""

    @instances_of("Win32_OperatingSystem")
    def system(self) -> list[Instance]:
        values = {
            "Name": "Microsoft Windows Server 2025",
            "Version": "10.0.26100",
            "CSName": HOST,
            "FreePhysicalMemory": 100,
        }
        return [Instance("Win32_OperatingSystem", values, namespace="root/cimv2")]
