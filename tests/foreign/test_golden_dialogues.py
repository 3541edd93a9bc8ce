"""The exchanges of wsman-cim.md 10: each request in its form, each reply in its shape.

Identify is held by test_golden_identify.py, the fault of a missing object by test_golden_faults.py.
"""

from __future__ import annotations

from time import monotonic, sleep

import pytest

from tests.foreign.golden import expect
from tests.foreign.raw_wsman import (
    ANONYMOUS,
    ENUMERATION,
    EVENTING,
    SERVICE,
    SYSTEM,
    TRANSFER,
    V2,
    VSMS,
    WQL,
    Answer,
    RawClient,
)

OPERATION = "uuid:0A1B2C3D-0000-4000-8000-0000000000BB"
SETTINGS = f"{V2}/Msvm_VirtualSystemSettingData"
IMAGES = f"{V2}/Msvm_ImageManagementService"
ASSOCIATIONS = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
REALIZED = (
    "SELECT * FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemType='Microsoft:Hyper-V:System:Realized'"
)
CHANGES = (
    "SELECT * FROM __InstanceModificationEvent WITHIN 0.1 WHERE TargetInstance ISA 'Msvm_ComputerSystem'"
    " AND TargetInstance.EnabledState &lt;&gt; PreviousInstance.EnabledState"
)
PULL_MODE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull"


def keys(vm: str) -> dict[str, str]:
    return {"CreationClassName": "Msvm_ComputerSystem", "Name": vm}


def selectors(**values: str) -> str:
    chosen = "".join(f'<w:Selector Name="{name}">{value}</w:Selector>' for name, value in values.items())
    return f"<w:SelectorSet>{chosen}</w:SelectorSet>"


def epr(uri: str, **values: str) -> str:
    """The content of a reference as clients send it."""
    parameters = f"<w:ResourceURI>{uri}</w:ResourceURI>{selectors(**values)}"
    return f"<a:Address>{ANONYMOUS}</a:Address><a:ReferenceParameters>{parameters}</a:ReferenceParameters>"


def answered_epr(uri: str, **values: str) -> str:
    """The content of a reference as the host sends it: with the namespace in front of the keys."""
    return epr(uri, __cimnamespace="root/virtualization/v2", **values)


def names(answer: Answer, path: str) -> list[str]:
    return [element.tag.rpartition("}")[2] for element in answer.all(path)]


def output(uri: str, method: str, inside: str) -> str:
    return f'<p:{method}_OUTPUT xmlns:p="{uri}">{inside}</p:{method}_OUTPUT>'


def cim_xml(class_name: str, *properties: str) -> str:
    """An embedded instance in CDATA, as in the example of AddResourceSettings."""
    return f'<![CDATA[<INSTANCE CLASSNAME="{class_name}">{"".join(properties)}</INSTANCE>]]>'


def scalar(name: str, kind: str, value: str) -> str:
    return f'<PROPERTY NAME="{name}" TYPE="{kind}"><VALUE>{value}</VALUE></PROPERTY>'


def array(name: str, value: str) -> str:
    inside = f"<VALUE.ARRAY><VALUE>{value}</VALUE></VALUE.ARRAY>"
    return f'<PROPERTY.ARRAY NAME="{name}" TYPE="string">{inside}</PROPERTY.ARRAY>'


def test_02_get(raw: RawClient, vm: str) -> None:
    ids = (
        '<p:DataLocale xml:lang="en-US" s:mustUnderstand="false"/>'
        '<p:SessionId s:mustUnderstand="false">uuid:0A1B2C3D-0000-4000-8000-0000000000AA</p:SessionId>'
        f'<p:OperationID s:mustUnderstand="false">{OPERATION}</p:OperationID>'
        '<p:SequenceId s:mustUnderstand="false">1</p:SequenceId>'
        "<w:OperationTimeout>PT60.000S</w:OperationTimeout>"
    )
    answer = raw.ask(f"{TRANSFER}/Get", SYSTEM, selectors=keys(vm), header=ids)
    assert answer.text("//s:Header/p:OperationID") == OPERATION
    assert answer.all("//s:Header/p:SessionId") == [], "a session's id is not echoed"
    assert names(answer, "/s:Envelope/s:Body/*") == ["Msvm_ComputerSystem"]


def test_03_and_04_a_query_and_its_pulls(raw: RawClient) -> None:
    started = raw.query(REALIZED, max_elements=2)
    assert names(started, "//n:EnumerateResponse/*") == ["EnumerationContext", "Items"]
    assert names(started, "//w:Items/*") == ["Msvm_VirtualSystemSettingData"] * 2
    expect(started.find("//n:EnumerationContext"), "<n:EnumerationContext>{UUID}</n:EnumerationContext>")
    limit = "<n:MaxElements>50</n:MaxElements>"
    pulled = raw.pull(started.text("//n:EnumerationContext"), limit)
    assert names(pulled, "//n:PullResponse/*") == ["Items", "EndOfSequence"]
    assert pulled.content[0].tag == f"{{{ENUMERATION}}}Items", "in a Pull they are of WS-Enumeration"
    assert pulled.content[1].tag == f"{{{ENUMERATION}}}EndOfSequence"


def test_03_nothing_found(raw: RawClient) -> None:
    """Recorded of an enumeration without results: an empty context, the end, and no Items."""
    answer = raw.query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName='nobody'")
    expect(
        answer.content,
        "<n:EnumerateResponse><n:EnumerationContext/><w:EndOfSequence/></n:EnumerateResponse>",
    )


def test_03_columns(raw: RawClient, vm: str) -> None:
    """Recorded (github.com/zenoss/txwinrm, hosts of 2003 to 2012): no namespace inside, not even of times."""
    columns = "ElementName, Name, TimeOfLastStateChange, OperationalStatus, Roles, CommunicationStatus"
    answer = raw.query(f"SELECT {columns} FROM Msvm_ComputerSystem WHERE Name='{vm}'")
    expect(
        answer.content,
        f"""<n:EnumerateResponse><n:EnumerationContext/>
              <w:Items><w:XmlFragment>
                <CommunicationStatus xsi:nil="true"/>
                <ElementName>vm0002</ElementName>
                <Name>{vm}</Name>
                <OperationalStatus>2</OperationalStatus>
                <TimeOfLastStateChange><Datetime>{{TIME}}</Datetime></TimeOfLastStateChange>
              </w:XmlFragment></w:Items>
              <w:EndOfSequence/></n:EnumerateResponse>""",
    )
    delay = raw.query("SELECT AutomaticStartupActionDelay FROM Msvm_VirtualSystemSettingData")
    expect(
        delay.all("//w:XmlFragment")[0],
        """<w:XmlFragment><AutomaticStartupActionDelay><Interval>P0DT0H0M0S</Interval>
           </AutomaticStartupActionDelay></w:XmlFragment>""",
    )


def test_05_objects_with_references(raw: RawClient) -> None:
    inside = (
        "<w:OptimizeEnumeration/><w:MaxElements>10</w:MaxElements>"
        "<w:EnumerationMode>EnumerateObjectAndEPR</w:EnumerationMode>"
    )
    answer = raw.enumerate(SYSTEM, inside)
    assert names(answer, "//n:EnumerateResponse/*") == ["EnumerationContext", "Items", "EndOfSequence"]
    for item in answer.all("//w:Items/w:Item"):
        name = item[0].findtext(f"{{{SYSTEM}}}Name")
        expected = answered_epr(SYSTEM, **keys(name or ""))
        expect(item[1], f"<a:EndpointReference>{expected}</a:EndpointReference>")


@pytest.mark.parametrize("references", [False, True])
def test_06_associations(raw: RawClient, vm: str, *, references: bool) -> None:
    subject = f"<b:Object>{answered_epr(SYSTEM, **keys(vm))}</b:Object>"
    if references:
        result = "<b:ResultClassName>Msvm_SettingsDefineState</b:ResultClassName>"
        role = "<b:Role>ManagedElement</b:Role>"
        wanted = f"<b:AssociationInstances>{subject}{result}{role}</b:AssociationInstances>"
    else:
        wanted = (
            f"<b:AssociatedInstances>{subject}"
            "<b:AssociationClassName>Msvm_SettingsDefineState</b:AssociationClassName>"
            "<b:Role>ManagedElement</b:Role>"
            "<b:ResultClassName>Msvm_VirtualSystemSettingData</b:ResultClassName>"
            "<b:ResultRole>SettingData</b:ResultRole></b:AssociatedInstances>"
        )
    filtered = f'<w:Filter Dialect="{ASSOCIATIONS}">{wanted}</w:Filter>'
    start = "<w:OptimizeEnumeration/><w:MaxElements>20</w:MaxElements>"
    answer = raw.enumerate(f"{V2}/*", start + filtered)
    found = names(answer, "//w:Items/*")
    assert found == ["Msvm_SettingsDefineState" if references else "Msvm_VirtualSystemSettingData"]
    instance_id = answer.find("//w:Items/*")
    texts = [text for text in instance_id.itertext() if text == f"Microsoft:{vm}"]
    assert texts, "the settings of this VM"


def test_07_a_state_change(raw: RawClient, vm: str) -> None:
    for state in (2, 3):
        wanted = f"<c:RequestedState>{state}</c:RequestedState>"
        answer = raw.invoke(SYSTEM, "RequestStateChange", wanted, keys(vm))
        assert answer.text("//s:Header/a:Action") == f"{SYSTEM}/RequestStateChangeResponse"
        job = answered_epr(f"{V2}/Msvm_ConcreteJob", InstanceID="{GUID}")
        expected = f"<p:Job>{job}</p:Job><p:ReturnValue>4096</p:ReturnValue>"
        expect(answer.content, output(SYSTEM, "RequestStateChange", expected))


def define(raw: RawClient) -> Answer:
    text = cim_xml(
        "Msvm_VirtualSystemSettingData",
        scalar("ElementName", "string", "web01"),
        scalar("VirtualSystemSubType", "string", "Microsoft:Hyper-V:SubType:2"),
        scalar("AutomaticStartupAction", "uint16", "2"),
        scalar("AutomaticStartupActionDelay", "datetime", "00000000000030.000000:000"),
        scalar("SecureBootEnabled", "boolean", "TRUE"),
        array("Notes", "example"),
    )
    return raw.invoke(SERVICE, "DefineSystem", f"<c:SystemSettings>{text}</c:SystemSettings>", VSMS)


def test_08_a_machine(raw: RawClient) -> None:
    answer = define(raw)
    system = answered_epr(SYSTEM, CreationClassName="Msvm_ComputerSystem", Name="{GUID}")
    expected = f"""<p:Job xsi:nil="true"/><p:ResultingSystem>{system}</p:ResultingSystem>
                   <p:ReturnValue>0</p:ReturnValue>"""
    expect(answer.content, output(SERVICE, "DefineSystem", expected))
    (vm,) = answer.all("//w:Selector[@Name='Name']/text()")
    settings = raw.get("Msvm_VirtualSystemSettingData", InstanceID=f"Microsoft:{vm}")
    delay = settings.text("//*[local-name()='AutomaticStartupActionDelay']/cim:Interval")
    assert delay == "P0DT0H0M30S"


def add(raw: RawClient, vm: str, class_name: str, *properties: str) -> Answer:
    to = f"<c:AffectedConfiguration>{epr(SETTINGS, InstanceID=f'Microsoft:{vm}')}</c:AffectedConfiguration>"
    added = f"<c:ResourceSettings>{cim_xml(class_name, *properties)}</c:ResourceSettings>"
    return raw.invoke(SERVICE, "AddResourceSettings", to + added, VSMS)


def path_of(answer: Answer) -> str:
    """The resource that was added, as an object path in an embedded instance: backslashes doubled."""
    (instance_id,) = answer.all("//w:Selector[@Name='InstanceID']/text()")
    doubled = str(instance_id).replace("\\", "\\\\")
    return rf'\\HV1\root\virtualization\v2:Msvm_ResourceAllocationSettingData.InstanceID="{doubled}"'


def test_09_a_disk(raw: RawClient, vm: str) -> None:
    """The address grows from controller to drive to disk (behaviour.md 1), and Job is nil."""
    disk = cim_xml(
        "Msvm_VirtualHardDiskSettingData",
        scalar("Path", "string", r"C:\disk0.vhdx"),
        scalar("Type", "uint16", "3"),
        scalar("Format", "uint16", "3"),
        scalar("MaxInternalSize", "uint64", "67108864"),
    )
    images = {"CreationClassName": "Msvm_ImageManagementService"}
    made = raw.invoke(
        IMAGES,
        "CreateVirtualHardDisk",
        f"<c:VirtualDiskSettingData>{disk}</c:VirtualDiskSettingData>",
        images,
    )
    job = answered_epr(f"{V2}/Msvm_StorageJob", InstanceID="{GUID}")
    expected = f"<p:Job>{job}</p:Job><p:ReturnValue>4096</p:ReturnValue>"
    expect(made.content, output(IMAGES, "CreateVirtualHardDisk", expected))
    wait_for_disk(raw, images)
    plain = "Msvm_ResourceAllocationSettingData"
    hyper_v = "Microsoft:Hyper-V"
    steps = [
        (plain, "6", "Synthetic SCSI Controller", r"\{GUID}\0"),
        (plain, "17", "Synthetic Disk Drive", r"\{GUID}\0\0\D"),
        ("Msvm_StorageAllocationSettingData", "31", "Virtual Hard Disk", r"\{GUID}\0\0\L"),
    ]
    extra: tuple[str, ...] = ()
    for class_name, kind, name, tail in steps:
        own = (
            scalar("ResourceType", "uint16", kind),
            scalar("ResourceSubType", "string", f"{hyper_v}:{name}"),
        )
        added = add(raw, vm, class_name, *own, *extra)
        reference = answered_epr(f"{V2}/{class_name}", InstanceID=f"Microsoft:{vm}{tail}")
        expected = f"""<p:Job xsi:nil="true"/>
            <p:ResultingResourceSettings>{reference}</p:ResultingResourceSettings>
            <p:ReturnValue>0</p:ReturnValue>"""
        expect(added.content, output(SERVICE, "AddResourceSettings", expected))
        extra = (scalar("Parent", "string", path_of(added)),)
        extra += (scalar("AddressOnParent", "string", "0"),) if kind == "6" else ()
        extra += (array("HostResource", r"C:\disk0.vhdx"),) if kind == "17" else ()


def wait_for_disk(raw: RawClient, keys: dict[str, str]) -> None:
    deadline = monotonic() + 20
    while True:
        asked = raw.invoke(IMAGES, "GetVirtualHardDiskSettingData", r"<c:Path>C:\disk0.vhdx</c:Path>", keys)
        if asked.text("//*[local-name()='ReturnValue']") == "0":
            return
        assert monotonic() < deadline
        sleep(0.05)


def test_10_summaries(raw: RawClient) -> None:
    asked = "".join(f"<c:RequestedInformation>{code}</c:RequestedInformation>" for code in (0, 1, 100))
    answer = raw.invoke(SERVICE, "GetSummaryInformation", asked, VSMS)
    found = answer.all("/s:Envelope/s:Body/*/*")
    assert found[-1].tag.endswith("}ReturnValue")
    summary = found[0]
    uri = f"{V2}/Msvm_SummaryInformation"
    assert summary.tag == f"{{{SERVICE}}}SummaryInformation"
    assert summary.get(f"{{{summary.nsmap['xsi']}}}type") == "q:Msvm_SummaryInformation_Type"
    assert summary.nsmap["q"] == uri
    told = {child.tag.rpartition("}")[2]: child.text for child in summary if child.text}
    assert set(told) == {"Name", "ElementName", "EnabledState"}
    assert {child.prefix for child in summary} == {"q"}


def test_12_to_14_events(raw: RawClient, vm: str) -> None:
    body = (
        f'<e:Subscribe><e:Delivery Mode="{PULL_MODE}"/><e:Expires>PT600S</e:Expires>'
        f'<w:Filter Dialect="{WQL}">{CHANGES}</w:Filter></e:Subscribe>'
    )
    granted = raw.ask(f"{EVENTING}/Subscribe", f"{V2}/*", body)
    assert granted.text("//s:Header/a:Action") == f"{EVENTING}/SubscribeResponse"
    expect(
        granted.content,
        f"""<e:SubscribeResponse>
              <e:SubscriptionManager><a:Address>http://hv1:5985/wsman</a:Address>
                <a:ReferenceParameters><w:ResourceURI>{V2}/*</w:ResourceURI>
                  <e:Identifier>{{UUID}}</e:Identifier></a:ReferenceParameters></e:SubscriptionManager>
              <e:Expires>PT600.000S</e:Expires>
              <n:EnumerationContext>{{UUID}}</n:EnumerationContext>
            </e:SubscribeResponse>""",
    )
    raw.invoke(SYSTEM, "RequestStateChange", "<c:RequestedState>2</c:RequestedState>", keys(vm))
    limit = "<n:MaxElements>20</n:MaxElements>"
    patient = "<w:OperationTimeout>PT20S</w:OperationTimeout>"
    pulled = raw.pull(granted.text("//n:EnumerationContext"), limit, patient)
    assert names(pulled, "//n:PullResponse/*") == ["EnumerationContext", "Items"]
    event = pulled.all("//n:Items/*")[0]
    assert event.tag == f"{{{V2}/__InstanceModificationEvent}}__InstanceModificationEvent"
    assert event.prefix == "p"
    for name in ("PreviousInstance", "TargetInstance"):
        (embedded,) = (child for child in event if child.tag.endswith("}" + name))
        assert {child.prefix for child in embedded} == {"q"}
    identifier = f"<e:Identifier>{granted.text('//e:Identifier')}</e:Identifier>"
    ended = raw.ask(f"{EVENTING}/Unsubscribe", f"{V2}/*", "<e:Unsubscribe/>", header=identifier)
    assert ended.text("//s:Header/a:Action") == f"{EVENTING}/UnsubscribeResponse"
    expect(ended.find("/s:Envelope/s:Body"), "<s:Body/>")
    raw.invoke(SYSTEM, "RequestStateChange", "<c:RequestedState>3</c:RequestedState>", keys(vm))
