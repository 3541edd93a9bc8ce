"""What real hosts answered about themselves: identities, pools, devices, services (behaviour.md, marks R)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest
from lxml import etree

from openhyperv.emulator.emulated_host import EmulatedHost
from tests.emulated import emulated_host
from tests.foreign.raw_wsman import SERVICE, SYSTEM, V2, VSMS, RawClient, raw_client

GUID = "[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"
ANY_CASE_GUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
DEADLINE_S = 20
SWITCHES = f"{V2}/Msvm_VirtualEthernetSwitchManagementService"
SWITCH_KEYS = {"CreationClassName": "Msvm_VirtualEthernetSwitchManagementService"}
SNAPSHOTS = f"{V2}/Msvm_VirtualSystemSnapshotService"
SNAPSHOT_KEYS = {"CreationClassName": "Msvm_VirtualSystemSnapshotService"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """A host with a running VM of generation 1, a snapshot of it, and a switch."""
    with emulated_host(tmp_path_factory.mktemp("host")) as host:
        with raw_client(host) as raw:
            vm = define(raw)
            switch(raw)
            change_state(raw, vm, "2")
            snapshot(raw, vm)
        yield host


@pytest.fixture
def vm(raw: RawClient) -> str:
    return value(query(raw, "Msvm_ComputerSystem", "ElementName='old'")[0], "Name")


def text_of(class_name: str, **strings: str) -> str:
    """An embedded instance of strings."""
    written = "".join(
        f'<PROPERTY NAME="{name}" TYPE="string"><VALUE>{text}</VALUE></PROPERTY>'
        for name, text in strings.items()
    )
    return f'<![CDATA[<INSTANCE CLASSNAME="{class_name}">{written}</INSTANCE>]]>'


def define(raw: RawClient) -> str:
    settings = text_of(
        "Msvm_VirtualSystemSettingData",
        ElementName="old",
        VirtualSystemSubType="Microsoft:Hyper-V:SubType:1",
    )
    answer = raw.invoke(SERVICE, "DefineSystem", f"<c:SystemSettings>{settings}</c:SystemSettings>", VSMS)
    (name,) = answer.all("//w:Selector[@Name='Name']/text()")
    return str(name)


def switch(raw: RawClient) -> None:
    settings = text_of("Msvm_VirtualEthernetSwitchSettingData", ElementName="lan")
    answer = raw.invoke(
        SWITCHES, "DefineSystem", f"<c:SystemSettings>{settings}</c:SystemSettings>", SWITCH_KEYS
    )
    assert answer.text("//*[local-name()='ReturnValue']") == "0", "recorded: at once, without a job"


def change_state(raw: RawClient, vm: str, state: str) -> None:
    wanted = f"<c:RequestedState>{state}</c:RequestedState>"
    raw.invoke(SYSTEM, "RequestStateChange", wanted, {"Name": vm})
    wait(lambda: value(raw.get("Msvm_ComputerSystem", Name=vm).content, "EnabledState") == state)


def snapshot(raw: RawClient, vm: str) -> None:
    keys = '<w:Selector Name="CreationClassName">Msvm_ComputerSystem</w:Selector>'
    keys += f'<w:Selector Name="Name">{vm}</w:Selector>'
    reference = (
        f"<a:ReferenceParameters><w:ResourceURI>{SYSTEM}</w:ResourceURI>"
        f"<w:SelectorSet>{keys}</w:SelectorSet></a:ReferenceParameters>"
    )
    kind = "<c:SnapshotSettings/><c:SnapshotType>2</c:SnapshotType>"
    inside = f"<c:AffectedSystem>{reference}</c:AffectedSystem>{kind}"
    answer = raw.invoke(SNAPSHOTS, "CreateSnapshot", inside, SNAPSHOT_KEYS)
    assert answer.text("//*[local-name()='ReturnValue']") == "4096"
    wait(lambda: len(query(raw, "Msvm_SnapshotOfVirtualSystem")) == 1)


def wait(is_done: Callable[[], bool]) -> None:
    deadline = monotonic() + DEADLINE_S
    while not is_done():
        assert monotonic() < deadline
        sleep(0.05)


def query(raw: RawClient, class_name: str, condition: str = "") -> list[etree._Element]:
    where = f" WHERE {condition}" if condition else ""
    answer = raw.query(f"SELECT * FROM {class_name}{where}", max_elements=1000)
    assert answer.status == 200, answer.subcode
    return answer.all("//w:Items/*")


def value(instance: etree._Element, name: str) -> str:
    found = [child.text or "" for child in instance if child.tag.rpartition("}")[2] == name]
    return ",".join(found)


IDENTITIES = [
    ("Msvm_ComputerSystem", "Name='HV1'", "ElementName", "HV1"),
    ("Msvm_ComputerSystem", "ElementName='old'", "Name", GUID),
    (
        "Msvm_VirtualSystemSettingData",
        "VirtualSystemType LIKE '%Realized'",
        "InstanceID",
        f"Microsoft:{GUID}",
    ),
    (
        "Msvm_ProcessorSettingData",
        "InstanceID LIKE '%d\\\\0'",
        "InstanceID",
        rf"Microsoft:{GUID}\\b637f346-.*\\0",
    ),
    ("Msvm_ResourcePool", "", "InstanceID", f"Microsoft:{ANY_CASE_GUID}"),
    ("Msvm_ResourcePool", "", "PoolID", ""),
    ("Msvm_AllocationCapabilities", "", "InstanceID", f"Microsoft:{GUID}"),
    ("Msvm_VirtualSystemExportSettingData", "", "InstanceID", f"Microsoft:{GUID}"),
    ("Msvm_VirtualSystemManagementServiceSettingData", "", "InstanceID", "Microsoft:HV1"),
    ("Msvm_VirtualSystemMigrationServiceSettingData", "", "InstanceID", "Microsoft:HV1"),
    ("Msvm_MetricServiceSettingData", "", "InstanceID", "Microsoft:HV1"),
    ("Msvm_TerminalServiceSettingData", "", "InstanceID", "Microsoft:HV1"),
    (
        "Msvm_VirtualSystemManagementCapabilities",
        "",
        "InstanceID",
        "Microsoft:VirtualSystemManagementCapabilities",
    ),
    ("Msvm_MetricServiceCapabilities", "", "InstanceID", "Microsoft:MetricServiceCapabilities"),
    (
        "Msvm_VirtualEthernetSwitchManagementCapabilities",
        "",
        "InstanceID",
        "Microsoft:VirtualEthernetSwitchManagementCapabilities",
    ),
    (
        "Msvm_Processor",
        "SystemName='HV1'",
        "DeviceID",
        r"Microsoft:B637F347-6A0E-4DEC-AF52-BD70CB80A21D\\\d+\\\d+",
    ),
    (
        "Msvm_Memory",
        "SystemName='HV1'",
        "DeviceID",
        r"Microsoft:4764334E-E001-4176-82EE-5594EC9B530E\\(\d+|Aggregate)",
    ),
    ("Msvm_NumaNode", "", "NodeID", r"Microsoft:PhysicalNode\\\d+"),
    ("Msvm_ExternalEthernetPort", "", "DeviceID", rf"Microsoft:\{{{GUID}\}}"),
    ("Msvm_ExternalEthernetPort", "", "SystemName", "HV1"),
    ("Msvm_ExternalEthernetPortCapabilities", "", "InstanceID", rf"Microsoft:HV1\\\{{{GUID}\}}"),
    (
        "Msvm_DiskDrive",
        "SystemName='HV1'",
        "DeviceID",
        r"Microsoft:353B3BE8-310C-4cf4-839E-4E1B14616136\\\d+",
    ),
    ("Msvm_VirtualEthernetSwitch", "", "Name", GUID),
    ("Msvm_VirtualEthernetSwitchSettingData", "ElementName='lan'", "InstanceID", f"Microsoft:{GUID}"),
    ("Msvm_ConcreteJob", "", "InstanceID", GUID),
]


@pytest.mark.parametrize(("class_name", "condition", "name", "pattern"), IDENTITIES)
def test_identities(raw: RawClient, class_name: str, condition: str, name: str, pattern: str) -> None:
    """Section 1."""
    found = [value(instance, name) for instance in query(raw, class_name, condition)]
    assert found
    assert [text for text in found if not re.fullmatch(pattern, text)] == []


POOLS = {
    "B637F347-6A0E-4DEC-AF52-BD70CB80A21D": ("3", "Processor"),
    "4764334E-E001-4176-82EE-5594EC9B530E": ("4", "Memory"),
    "bde5d4d6-e450-46d2-b925-976ca3e989b4": ("6", "Synthetic SCSI Controller"),
    "118C3BE5-0D31-4804-85F0-5C6074ABEA8F": ("17", "Synthetic Disk Drive"),
    "353B3BE8-310C-4cf4-839E-4E1B14616136": ("17", "Physical Disk Drive"),
    "70BB60D2-A9D3-46AA-B654-3DE53004B4F8": ("31", "Virtual Hard Disk"),
    "7951A5ED-8DC5-42d7-AA8C-9F14C54CEB84": ("16", "Synthetic DVD Drive"),
    "D92D268E-9AA8-49DD-8C7D-821CEFB5F597": ("31", "Virtual CD/DVD Disk"),
    "DACDCF3F-6F67-4eb8-A4D0-5D93B48A2468": ("14", "Synthetic Diskette Drive"),
    "F6293891-F32F-4930-B2DB-1A8961D9CB75": ("13", "Synthetic Mouse"),
    "D45268DA-37C5-44da-B827-B0C55CCB3BDC": ("24", "Synthetic Display Controller"),
    "6A45335D-4C3A-44b7-B61F-C9808BBDF8ED": ("10", "Synthetic Ethernet Port"),
    "72027ECE-E44A-446E-AF2B-8D8C4B8A2279": ("33", "Ethernet Connection"),
    "146C56A0-3546-469B-9737-FCBCF82428F4": ("64764", "FiberChannel Connection"),
}


def test_pools(raw: RawClient) -> None:
    """Section 2; letters' case is as recorded, and the capabilities' is upper (section 1)."""
    pools = {value(p, "InstanceID"): p for p in query(raw, "CIM_ResourcePool", "Primordial=TRUE")}
    given = {f"Microsoft:{guid}": kind for guid, kind in POOLS.items()}
    prefix = "Microsoft:Hyper-V:"
    answered = {
        own: (value(pool, "ResourceType"), value(pool, "ResourceSubType").removeprefix(prefix))
        for own, pool in pools.items()
        if own in given
    }
    assert answered == given
    capabilities = {value(found, "InstanceID") for found in query(raw, "Msvm_AllocationCapabilities")}
    assert {f"Microsoft:{guid.upper()}" for guid in POOLS} <= capabilities


DEVICES = {
    "Msvm_ProcessorSettingData": ["b637f346-6a0e-4dec-af52-bd70cb80a21d\\0"],
    "Msvm_MemorySettingData": ["4764334d-e001-4176-82ee-5594ec9b530e"],
    "Msvm_ResourceAllocationSettingData": [
        "83F8638B-8DCA-4152-9EDA-2CA8B33039B4\\0",
        "83F8638B-8DCA-4152-9EDA-2CA8B33039B4\\1",
        "8F0D2762-0B00-4E04-AF4F-19010527CB93\\0",
        "8F0D2762-0B00-4E04-AF4F-19010527CB93\\0\\0\\D",
    ],
    "Msvm_SerialPortSettingData": [
        "8E3A359F-559A-4B6A-98A9-1690A6100ED7\\0",
        "8E3A359F-559A-4B6A-98A9-1690A6100ED7\\1",
    ],
    "Msvm_HeartbeatComponentSettingData": ["84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47"],
    "Msvm_KvpExchangeComponentSettingData": ["2A34B1C2-FD73-4043-8A5B-DD2159BC743F"],
    "Msvm_ShutdownComponentSettingData": ["9F8233AC-BE49-4C79-8EE3-E7E1985B2077"],
    "Msvm_TimeSyncComponentSettingData": ["2497F4DE-E9FA-4204-80E4-4B75C46419C0"],
    "Msvm_VssComponentSettingData": ["5CED1297-4598-4915-A5FC-AD21BB4D02A4"],
    "Msvm_GuestServiceInterfaceComponentSettingData": ["6C09BB55-D683-4DA0-8931-C9BF705F6480"],
}


@pytest.mark.parametrize(("class_name", "tails"), DEVICES.items())
def test_fixed_devices(raw: RawClient, vm: str, class_name: str, tails: list[str]) -> None:
    """Section 1, of a VM of generation 1 as DefineSystem makes it."""
    found = {value(setting, "InstanceID") for setting in query(raw, class_name)}
    assert {f"Microsoft:{vm}\\{tail}" for tail in tails} <= found


@pytest.mark.parametrize(
    ("class_name", "tail"),
    [
        ("Msvm_Keyboard", "DE6CDC86-E1FB-4940-801B-C3C1A26C4DA4"),
        ("Msvm_Processor", "b637f346-6a0e-4dec-af52-bd70cb80a21d\\0"),
        ("Msvm_SerialPort", "8E3A359F-559A-4B6A-98A9-1690A6100ED7\\0"),
        ("Msvm_HeartbeatComponent", "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47"),
        ("Msvm_KvpExchangeComponent", "2A34B1C2-FD73-4043-8A5B-DD2159BC743F"),
        ("Msvm_ShutdownComponent", "9F8233AC-BE49-4C79-8EE3-E7E1985B2077"),
    ],
)
def test_devices_of_a_running_machine(raw: RawClient, vm: str, class_name: str, tail: str) -> None:
    """Section 1: the setting's tail, without the VM, which is the SystemName."""
    found = [value(device, "DeviceID") for device in query(raw, class_name, f"SystemName='{vm}'")]
    assert f"Microsoft:{tail}".lower() in [text.lower() for text in found]


def test_a_snapshot(raw: RawClient, vm: str) -> None:
    """Section 1: its own GUID in its settings, in VirtualSystemIdentifier, and before its resources."""
    (settings,) = query(
        raw, "Msvm_VirtualSystemSettingData", "VirtualSystemType='Microsoft:Hyper-V:Snapshot:Realized'"
    )
    own = value(settings, "InstanceID")
    assert re.fullmatch(f"Microsoft:{GUID}", own)
    assert own != f"Microsoft:{vm}"
    assert value(settings, "VirtualSystemIdentifier") == own.removeprefix("Microsoft:")
    resources = [value(found, "InstanceID") for found in query(raw, "Msvm_ProcessorSettingData")]
    assert f"{own}\\b637f346-6a0e-4dec-af52-bd70cb80a21d\\0" in resources


def test_a_switch(raw: RawClient) -> None:
    """Sections 1 and 2."""
    (found,) = query(raw, "Msvm_VirtualEthernetSwitch")
    facts = {
        "EnabledState": "5",
        "RequestedState": "12",
        "ResetCapability": "5",
        "Dedicated": "38",
        "MaxVMQOffloads": "0",
        "MaxIOVOffloads": "0",
    }
    assert {name: value(found, name) for name in facts} == facts
    assert re.fullmatch(rf"\{{{GUID}\}}", value(found, "OtherIdentifyingInfo"))
    assert value(found, "IdentifyingDescriptions")
    (settings,) = query(raw, "Msvm_VirtualEthernetSwitchSettingData", "ElementName='lan'")
    assert value(settings, "VirtualSystemIdentifier") == value(found, "Name")
    assert value(settings, "InstanceID") == f"Microsoft:{value(found, 'Name')}"


SERVICES = {
    "Msvm_VirtualSystemManagementService": ("vmms", "2"),
    "Msvm_VirtualSystemSnapshotService": ("vssnapsvc", "2"),
    "Msvm_ImageManagementService": ("vhdsvc", "2"),
    "Msvm_VirtualEthernetSwitchManagementService": ("nvspwmi", "5"),
    "Msvm_VirtualSystemMigrationService": ("migrationwmi", "2"),
    "Msvm_MetricService": ("metricsvc", "2"),
    "Msvm_TerminalService": ("termsvc", "2"),
}


@pytest.mark.parametrize(("class_name", "expected"), SERVICES.items())
def test_services(raw: RawClient, class_name: str, expected: tuple[str, str]) -> None:
    """Section 2."""
    (service,) = query(raw, class_name)
    assert (value(service, "Name"), value(service, "EnabledState")) == expected
    facts = {
        "Started": "true",
        "RequestedState": "12",
        "EnabledDefault": "2",
        "HealthState": "5",
        "OperationalStatus": "2",
        "Status": "OK",
        "SystemCreationClassName": "Msvm_ComputerSystem",
        "SystemName": "HV1",
    }
    assert {name: value(service, name) for name in facts} == facts


def test_states_at_rest(raw: RawClient, vm: str) -> None:
    """Section 4: EnabledDefault mirrors the last stable state, the time grows while the VM runs."""
    system = raw.get("Msvm_ComputerSystem", Name=vm).content
    assert (value(system, "EnabledState"), value(system, "EnabledDefault")) == ("2", "2")
    assert int(value(system, "OnTimeInMilliseconds")) > 0
    assert value(system, "EnhancedSessionModeState") == "3", "the host's policy is off"


def test_a_finished_job(raw: RawClient) -> None:
    """Section 4.1: kept for five minutes."""
    for job in query(raw, "Msvm_ConcreteJob"):
        assert value(job, "JobState") in ("4", "7")
        assert value(job, "RecoveryAction") == "2"
        assert value(job, "LocalOrUtcTime") == "2"
        assert value(job, "DeleteOnCompletion") == "false"


def test_settings_that_belong_to_themselves(raw: RawClient, vm: str) -> None:
    """Section 17: ElementSettingData of settings leads to itself, with IsCurrent 2."""
    path = f'{{Msvm_VirtualSystemSettingData.InstanceID="Microsoft:{vm}"}}'
    answer = raw.query(f"REFERENCES OF {path} WHERE ResultClass=Msvm_ElementSettingData", max_elements=100)
    own = [link for link in answer.all("//w:Items/*") if value(link, "IsCurrent") == "2"]
    ends = [{str(text) for text in link.xpath(".//*[@Name='InstanceID']/text()")} for link in own]
    assert {f"Microsoft:{vm}"} in ends


def test_devices_lead_to_their_settings(raw: RawClient, vm: str) -> None:
    """Section 17: SettingsDefineState joins not the VM alone, but each device of a running one."""
    links = query(raw, "Msvm_SettingsDefineState")
    settings = {str(text) for link in links for text in link.xpath(".//*[@Name='InstanceID']/text()")}
    assert f"Microsoft:{vm}" in settings
    assert any(text.startswith(f"Microsoft:{vm}\\b637f346") for text in settings)


def test_a_finished_storage_job(raw: RawClient) -> None:
    """Section 4.1: completed and OK, cancellable, of type 1 whatever it did."""
    disk = (
        '<![CDATA[<INSTANCE CLASSNAME="Msvm_VirtualHardDiskSettingData">'
        r'<PROPERTY NAME="Path" TYPE="string"><VALUE>C:\recorded.vhdx</VALUE></PROPERTY>'
        '<PROPERTY NAME="Type" TYPE="uint16"><VALUE>3</VALUE></PROPERTY>'
        '<PROPERTY NAME="Format" TYPE="uint16"><VALUE>3</VALUE></PROPERTY>'
        '<PROPERTY NAME="MaxInternalSize" TYPE="uint64"><VALUE>67108864</VALUE></PROPERTY></INSTANCE>]]>'
    )
    uri = f"{V2}/Msvm_ImageManagementService"
    keys = {"CreationClassName": "Msvm_ImageManagementService"}
    made = f"<c:VirtualDiskSettingData>{disk}</c:VirtualDiskSettingData>"
    started = raw.invoke(uri, "CreateVirtualHardDisk", made, keys)
    (own,) = started.all("//w:Selector[@Name='InstanceID']/text()")
    wait(lambda: value(raw.get("Msvm_StorageJob", InstanceID=str(own)).content, "JobState") == "7")
    job = raw.get("Msvm_StorageJob", InstanceID=str(own)).content
    facts = {
        "OperationalStatus": "17,2",
        "Cancellable": "true",
        "JobType": "1",
        "RecoveryAction": "2",
        "LocalOrUtcTime": "2",
        "DeleteOnCompletion": "false",
        "JobRunTimes": "1",
        "Priority": "0",
        "PercentComplete": "100",
        "ErrorCode": "0",
    }
    assert {name: value(job, name) for name in facts} == facts
