"""Whole instances and their values against recordings: nil, empty text, arrays, times, references.

Sources: two Windows Servers 2012 (github.com/fjames86/climbe, github.com/zenoss/txwinrm), the host and the
virtual machine printed in wsman-cim.md 10.2 and behaviour.md 2, and wsman-cim.md 6.
"""

from __future__ import annotations

import pytest
from lxml import etree

from tests.foreign.golden import expect, fits
from tests.foreign.raw_wsman import (
    ANONYMOUS,
    ENUMERATION,
    NIL,
    SERVICE,
    SYSTEM,
    TRANSFER,
    TYPE,
    V2,
    VSMS,
    RawClient,
)

CIMV2 = V2.replace("virtualization/v2", "cimv2")


def instance(uri: str, properties: str) -> str:
    """An instance with one property to a line: its name and text, ``-`` for nil, nothing for empty text."""
    name = uri.rpartition("/")[2]
    lines = (line.split(None, 1) for line in properties.strip().splitlines())
    written = "".join(_property(*line) for line in lines)
    return f'<p:{name} xmlns:p="{uri}" xsi:type="p:{name}_Type">{written}</p:{name}>'


def _property(name: str, value: str = "") -> str:
    if value == "-":
        return f'<p:{name} xsi:nil="true"/>'
    if value.startswith(("{TIME}", "1601-")):
        value = f"<cim:Datetime>{value}</cim:Datetime>"
    return f"<p:{name}>{value}</p:{name}>"


DISK = """
    Access 0
    Availability -
    BlockSize -
    Caption C:
    Compressed false
    ConfigManagerErrorCode -
    ConfigManagerUserConfig -
    CreationClassName Win32_LogicalDisk
    Description Local Fixed Disk
    DeviceID C:
    DriveType 3
    ErrorCleared -
    ErrorDescription -
    ErrorMethodology -
    FileSystem NTFS
    FreeSpace {NUMBER}
    InstallDate -
    LastErrorCode -
    MaximumComponentLength 255
    MediaType 12
    Name C:
    NumberOfBlocks -
    PNPDeviceID -
    PowerManagementSupported -
    ProviderName -
    Purpose -
    QuotasDisabled true
    QuotasIncomplete false
    QuotasRebuilding false
    Size {NUMBER}
    Status -
    StatusInfo -
    SupportsDiskQuotas true
    SupportsFileBasedCompression true
    SystemCreationClassName Win32_ComputerSystem
    SystemName HV1
    VolumeDirty false
    VolumeName
    VolumeSerialNumber {TEXT}
"""


def test_a_drive(raw: RawClient) -> None:
    """Recorded in every property: arrays that are null have no element, empty text is no nil."""
    answer = raw.ask(f"{TRANSFER}/Get", f"{CIMV2}/Win32_LogicalDisk", selectors={"DeviceID": "c:"})
    expect(answer.content, instance(f"{CIMV2}/Win32_LogicalDisk", DISK))


WINDOWS = {
    "CodeSet": "1252",
    "CountryCode": "1",
    "DataExecutionPrevention_Available": "true",
    "DataExecutionPrevention_SupportPolicy": "3",
    "Debug": "false",
    "Description": None,
    "Distributed": "false",
    "EncryptionLevel": "256",
    "MaxNumberOfProcesses": "4294967295",
    "NumberOfLicensedUsers": "0",
    "PortableOperatingSystem": "false",
    "ServicePackMajorVersion": "0",
}


def test_the_operating_system(raw: RawClient) -> None:
    """Recorded by txwinrm (github.com/zenoss/txwinrm) of a Windows Server 2012: empty text is no nil."""
    found = raw.ask(f"{TRANSFER}/Get", f"{CIMV2}/Win32_OperatingSystem").content
    told = {child.tag.rpartition("}")[2]: child.text for child in found if child.get(NIL) is None}
    assert {name: told.get(name, "missing") for name in WINDOWS} == WINDOWS
    names = [child.tag.rpartition("}")[2] for child in found]
    assert names.index("CreationClassName") < names.index("CSCreationClassName") < names.index("CSName")


HOST = """
    Caption {TEXT}
    CommunicationStatus -
    CreationClassName Msvm_ComputerSystem
    Description {TEXT}
    DetailedStatus -
    ElementName HV1
    EnabledDefault 2
    EnabledState 2
    EnhancedSessionModeState -
    FailedOverReplicationType -
    HealthState 5
    HwThreadsPerCoreRealized -
    InstallDate -
    InstanceID -
    LastApplicationConsistentReplicationTime -
    LastReplicationTime -
    LastReplicationType -
    LastSuccessfulBackupTime -
    ManagementVtlImageFileName -
    ManagementVtlImageVersion -
    Name HV1
    NameFormat -
    NumberOfNumaNodes {NUMBER}
    OnTimeInMilliseconds -
    OperatingStatus -
    OperationalStatus 2
    OtherEnabledState -
    PrimaryOwnerContact -
    PrimaryOwnerName -
    PrimaryStatus -
    ProcessID -
    ReplicationHealth -
    ReplicationMode -
    ReplicationState -
    RequestedState 12
    ResetCapability 1
    Status OK
    StatusDescriptions {TEXT}
    TimeOfLastConfigurationChange -
    TimeOfLastStateChange -
    TransitioningToState -
"""


def test_the_host(raw: RawClient) -> None:
    """Recorded: all times, the process and replication are null on the host's own system."""
    expect(raw.get("Msvm_ComputerSystem", Name="HV1").content, instance(SYSTEM, HOST))


MACHINE = """
    Caption Virtual Machine
    CommunicationStatus -
    CreationClassName Msvm_ComputerSystem
    Description Microsoft Virtual Machine
    DetailedStatus -
    ElementName vm0002
    EnabledDefault 3
    EnabledState 3
    EnhancedSessionModeState 3
    FailedOverReplicationType 0
    HealthState 5
    HwThreadsPerCoreRealized {NUMBER}
    InstallDate {TIME}
    InstanceID -
    LastApplicationConsistentReplicationTime 1601-01-01T00:00:00Z
    LastReplicationTime 1601-01-01T00:00:00Z
    LastReplicationType 0
    LastSuccessfulBackupTime 1601-01-01T00:00:00Z
    ManagementVtlImageFileName -
    ManagementVtlImageVersion -
    Name {GUID}
    NameFormat -
    NumberOfNumaNodes 1
    OnTimeInMilliseconds 0
    OperatingStatus -
    OperationalStatus 2
    OtherEnabledState -
    PrimaryOwnerContact -
    PrimaryOwnerName -
    PrimaryStatus -
    ProcessID -
    ReplicationHealth 0
    ReplicationMode 0
    ReplicationState 0
    RequestedState 5
    ResetCapability 1
    Status OK
    StatusDescriptions Operating normally
    TimeOfLastConfigurationChange {TIME}
    TimeOfLastStateChange {TIME}
    TransitioningToState -
"""


def test_a_virtual_machine(raw: RawClient, vm: str) -> None:
    """Recorded: unset times are 1601, EnabledDefault mirrors the state, a fresh RequestedState is 5."""
    expect(raw.get("Msvm_ComputerSystem", Name=vm).content, instance(SYSTEM, MACHINE))


def reference(name: str, uri: str, keys: str) -> str:
    """A reference as recorded: no EndpointReference around it, and the namespace among the selectors."""
    return f"""
        <p:{name}><a:Address>{ANONYMOUS}</a:Address>
          <a:ReferenceParameters><w:ResourceURI>{uri}</w:ResourceURI>
            <w:SelectorSet><w:Selector Name="__cimnamespace">root/virtualization/v2</w:Selector>{keys}
            </w:SelectorSet></a:ReferenceParameters></p:{name}>"""


def selector(name: str, value: str) -> str:
    return f'<w:Selector Name="{name}">{value}</w:Selector>'


def test_an_association(raw: RawClient, vm: str) -> None:
    """Recorded: references, unwrapped; selectors have plain backslashes (wsman-cim.md 6.2)."""
    settings = f"Microsoft:{vm}"
    path = f'{{Msvm_VirtualSystemSettingData.InstanceID="{settings}"}}'
    answer = raw.query(f"REFERENCES OF {path} WHERE ResultClass=Msvm_SettingsDefineState")
    uri = f"{V2}/Msvm_SettingsDefineState"
    system = selector("CreationClassName", "Msvm_ComputerSystem") + selector("Name", vm)
    expect(
        answer.find("//w:Items/*"),
        f"""<p:Msvm_SettingsDefineState xmlns:p="{uri}" xsi:type="p:Msvm_SettingsDefineState_Type">
              {reference("ManagedElement", SYSTEM, system)}
              {
            reference(
                "SettingData",
                f"{V2}/Msvm_VirtualSystemSettingData",
                selector("InstanceID", settings),
            )
        }
            </p:Msvm_SettingsDefineState>""",
    )


def test_backslashes_in_selectors_are_single(raw: RawClient, vm: str) -> None:
    mode = "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>"
    answer = raw.query("SELECT * FROM Msvm_ProcessorSettingData", inside=mode)
    found = answer.all("//w:Items/a:EndpointReference//w:Selector[@Name='InstanceID']/text()")
    assert f"Microsoft:{vm}\\b637f346-6a0e-4dec-af52-bd70cb80a21d\\0" in found


def test_the_intervals_and_times_of_a_job(raw: RawClient, vm: str) -> None:
    """Recorded: ``P0DT0H0M1.00417S`` with a fraction as long as it needs, 1601 for times that are not set."""
    state = "<c:RequestedState>2</c:RequestedState>"
    started = raw.invoke(SYSTEM, "RequestStateChange", state, {"Name": vm})
    (job,) = started.all("//w:Selector[@Name='InstanceID']/text()")
    answer = raw.get("Msvm_ConcreteJob", InstanceID=str(job))
    times = {
        element.getparent().tag.rpartition("}")[2]: element.text
        for element in answer.all("//cim:Interval|//cim:Datetime")
    }
    assert times["TimeBeforeRemoval"] == "P0DT0H5M0S"
    assert fits(times["ElapsedTime"], "{INTERVAL}")
    assert fits(times["StartTime"], "{TIME}")
    raw.invoke(SYSTEM, "RequestStateChange", "<c:RequestedState>3</c:RequestedState>", {"Name": vm})


def test_bytes_come_one_to_an_element(raw: RawClient, vm: str) -> None:
    """Recorded: a thumbnail of 80 by 60 is 9600 elements with decimals."""
    raw.invoke(SYSTEM, "RequestStateChange", "<c:RequestedState>2</c:RequestedState>", {"Name": vm})
    asked = "<c:RequestedInformation>5</c:RequestedInformation>"
    path = f"""<c:SettingData><a:Address>{ANONYMOUS}</a:Address><a:ReferenceParameters>
        <w:ResourceURI>{V2}/Msvm_VirtualSystemSettingData</w:ResourceURI><w:SelectorSet>
        <w:Selector Name="InstanceID">Microsoft:{vm}</w:Selector></w:SelectorSet></a:ReferenceParameters>
        </c:SettingData>"""
    answer = raw.invoke(SERVICE, "GetSummaryInformation", asked + path, VSMS)
    found = answer.all("//*[local-name()='ThumbnailImage']")
    assert len(found) == 2 * 80 * 60
    assert all(0 <= int(element.text or "") < 256 for element in found)
    raw.invoke(SYSTEM, "RequestStateChange", "<c:RequestedState>3</c:RequestedState>", {"Name": vm})


def test_texts_keep_what_xml_must_escape(raw: RawClient, vm: str) -> None:
    """An embedded instance is text inside of text (wsman-cim.md 6.1): what was set comes back."""
    name = "&amp;lt;a&amp;gt; &amp;amp; \u00e9"
    text = (
        '&lt;INSTANCE CLASSNAME="Msvm_VirtualSystemSettingData"&gt;'
        '&lt;PROPERTY NAME="InstanceID" TYPE="string"&gt;&lt;VALUE&gt;Microsoft:'
        f"{vm}&lt;/VALUE&gt;&lt;/PROPERTY&gt;"
        f'&lt;PROPERTY NAME="ElementName" TYPE="string"&gt;&lt;VALUE&gt;{name}&lt;/VALUE&gt;&lt;/PROPERTY&gt;'
        "&lt;/INSTANCE&gt;"
    )
    changed = raw.invoke(
        SERVICE, "ModifySystemSettings", f"<c:SystemSettings>{text}</c:SystemSettings>", VSMS
    )
    assert changed.text("//*[local-name()='ReturnValue']") in ("0", "4096")
    answer = raw.get("Msvm_ComputerSystem", Name=vm)
    assert answer.text("//*[local-name()='ElementName']") == "<a> & \u00e9"
    assert answer.find("//*[local-name()='InstanceID']").get(NIL) == "true"
    plain = text.replace(name, "vm0002")
    raw.invoke(SERVICE, "ModifySystemSettings", f"<c:SystemSettings>{plain}</c:SystemSettings>", VSMS)


SHOW = '<w:OptionSet><w:Option Name="ShowExtensions"/></w:OptionSet>'
TYPES = {
    "Caption": "cimString",
    "EnabledState": "cimUnsignedShort",
    "InstallDate": "cimDateTime",
    "NumberOfNumaNodes": "cimUnsignedShort",
    "OnTimeInMilliseconds": "cimUnsignedLong",
    "OperationalStatus": "cimUnsignedShort",
    "ProcessID": "cimUnsignedInt",
}


def types_of(element: etree._Element) -> dict[str, str]:
    return {child.tag.rpartition("}")[2]: child.get(TYPE) or "" for child in element}


def test_types_are_shown_to_who_asks(raw: RawClient, vm: str) -> None:
    """[MS-WSMV] 3.1.4.1.33: types with the option ShowExtensions; recorded: none without it."""
    plain = raw.get("Msvm_ComputerSystem", Name=vm).content
    assert set(types_of(plain).values()) == {""}
    shown = raw.ask(f"{TRANSFER}/Get", SYSTEM, selectors={"Name": vm}, header=SHOW).content
    assert [child.tag for child in shown] == [child.tag for child in plain]
    expected = {name: f"cim:{kind}" for name, kind in TYPES.items()}
    assert {name: types_of(shown)[name] for name in TYPES} == expected
    assert "" not in types_of(shown).values()


@pytest.mark.parametrize("mode", ["EnumerateObject", "EnumerateObjectAndEPR"])
def test_types_of_enumerated_instances(raw: RawClient, mode: str) -> None:
    body = (
        "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>2</w:MaxElements>"
        f"<w:EnumerationMode>{mode}</w:EnumerationMode></n:Enumerate>"
    )
    first = raw.ask(f"{ENUMERATION}/Enumerate", SYSTEM, body, header=SHOW)
    more = raw.pull(first.text("//n:EnumerationContext"), "<n:MaxElements>9</n:MaxElements>")
    for answer in (first, more):
        found = answer.all("//*[local-name()='Msvm_ComputerSystem']")
        assert len(found) == 2
        assert {types_of(system)["EnabledState"] for system in found} == {"cim:cimUnsignedShort"}


def test_types_of_an_output(raw: RawClient, vm: str) -> None:
    body = f'<c:RequestStateChange_INPUT xmlns:c="{SYSTEM}"><c:RequestedState>7</c:RequestedState>'
    answer = raw.ask(
        f"{SYSTEM}/RequestStateChange",
        SYSTEM,
        f"{body}</c:RequestStateChange_INPUT>",
        selectors={"Name": vm},
        header=SHOW,
    )
    types = {"Job": "cim:cimReference", "ReturnValue": "cim:cimUnsignedInt"}
    assert types_of(answer.content) == types
