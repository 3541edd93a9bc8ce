"""Replies have the form that was recorded from Windows, element by element."""

from __future__ import annotations

import re

import pytest

from tests.foreign.raw_wsman import (
    ANONYMOUS,
    ENUMERATION,
    NIL,
    SERVICE,
    SYSTEM,
    TRANSFER,
    TYPE,
    V2,
    Answer,
    RawClient,
)

ITEMS = "//w:Items/*"
OPTIMIZED = "<w:OptimizeEnumeration/><w:MaxElements>50</w:MaxElements>"


def names(element) -> list[str]:
    return [child.tag.rpartition("}")[2] for child in element]


def test_headers_of_a_reply(raw: RawClient, vm: str) -> None:
    operation = "uuid:0A1B2C3D-0000-4000-8000-0000000000BB"
    header = (
        f'<p:OperationID s:mustUnderstand="false">{operation}</p:OperationID>'
        '<p:SequenceId s:mustUnderstand="false">1</p:SequenceId>'
    )
    message = "uuid:0A1B2C3D-0000-4000-8000-000000000001"
    answer = raw.ask(f"{TRANSFER}/Get", SYSTEM, selectors={"Name": vm}, header=header, message_id=message)
    assert answer.status == 200
    assert answer.text("//s:Header/a:Action") == f"{TRANSFER}/GetResponse"
    assert answer.text("//s:Header/a:RelatesTo") == message
    assert answer.text("//s:Header/a:To") == ANONYMOUS
    assert answer.text("//s:Header/p:OperationID") == operation
    assert answer.text("//s:Header/p:SequenceId") == "1"
    assert answer.all("//s:Header/p:ActivityId"), "recorded: Windows names its own activity"
    assert re.fullmatch(r"uuid:[0-9A-F-]{36}", answer.text("//s:Header/a:MessageID") or "")
    assert answer.root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-US"
    assert answer.root.prefix == "s"


def test_an_instance(raw: RawClient, vm: str) -> None:
    system = raw.get("Msvm_ComputerSystem", CreationClassName="Msvm_ComputerSystem", Name=vm).content
    assert system.tag == f"{{{SYSTEM}}}Msvm_ComputerSystem"
    assert system.prefix == "p"
    assert system.get(TYPE) == "p:Msvm_ComputerSystem_Type"
    assert {child.tag.partition("}")[0][1:] for child in system} == {SYSTEM}
    assert names(system) == sorted(names(system), key=str.lower)
    nil = [name for name, child in zip(names(system), system, strict=True) if child.get(NIL) == "true"]
    assert "CommunicationStatus" in nil
    assert "OtherEnabledState" in nil
    assert "Roles" not in names(system), "recorded: a null array has no element"
    assert "Dedicated" not in names(system)
    (state,) = (child for child in system if child.tag.endswith("}OperationalStatus"))
    assert state.text == "2"


def test_times(raw: RawClient, vm: str) -> None:
    answer = raw.get("Msvm_VirtualSystemSettingData", InstanceID=f"Microsoft:{vm}")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z",
        answer.text("//*[local-name()='CreationTime']/cim:Datetime") or "",
    )
    assert answer.text("//*[local-name()='AutomaticStartupActionDelay']/cim:Interval") == "P0DT0H0M0S"


def test_a_reference_is_unwrapped_and_names_its_namespace(raw: RawClient, vm: str) -> None:
    path = f"{{Msvm_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Name='{vm}'}}"
    answer = raw.query(f"REFERENCES OF {path} WHERE ResultClass=Msvm_SettingsDefineState")
    element = answer.find(f"{ITEMS}/*[local-name()='ManagedElement']")
    assert names(element) == ["Address", "ReferenceParameters"]
    assert element[0].text == ANONYMOUS
    (uri,) = element.xpath(
        ".//w:ResourceURI/text()", namespaces={"w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"}
    )
    assert uri == SYSTEM
    selectors = {child.get("Name"): child.text for child in element.iter("{*}Selector")}
    assert selectors == {
        "__cimnamespace": "root/virtualization/v2",
        "CreationClassName": "Msvm_ComputerSystem",
        "Name": vm,
    }


def test_a_base_class_answers_with_its_subclasses(raw: RawClient) -> None:
    answer = raw.enumerate(
        f"{V2}/CIM_ResourceAllocationSettingData",
        "<w:OptimizeEnumeration/><w:MaxElements>1000</w:MaxElements>",
    )
    classes = set(names(answer.find("//w:Items")))
    assert {"Msvm_ProcessorSettingData", "Msvm_MemorySettingData"} <= classes
    for item in answer.all(ITEMS):
        class_name = item.tag.partition("}")[2]
        assert item.tag == f"{{{V2}/{class_name}}}{class_name}"
        assert {child.tag.partition("}")[0] for child in item} == {f"{{{V2}/{class_name}"}


def ends(answer: Answer) -> bool:
    return bool(answer.all("//w:EndOfSequence") + answer.all("//n:EndOfSequence"))


def test_everything_at_once(raw: RawClient) -> None:
    answer = raw.enumerate(SYSTEM, OPTIMIZED)
    assert names(answer.content) == ["EnumerationContext", "Items", "EndOfSequence"]
    assert answer.content[0].text is None, "recorded: an empty context at the end"
    assert len(answer.all(ITEMS)) == 4


def test_one_item_per_pull_unless_more_are_asked_for(raw: RawClient) -> None:
    first = raw.enumerate(SYSTEM, "")
    assert names(first.content) == ["EnumerationContext"]
    context = first.text("//n:EnumerationContext")
    counts = []
    while True:
        answer = raw.pull(context)
        assert names(answer.content)[-1] == ("EndOfSequence" if ends(answer) else "Items")
        counts.append(len(answer.all("//n:Items/*")))
        if ends(answer):
            break
        context = answer.text("//n:EnumerationContext")
    assert counts == [1, 1, 1, 1]
    assert raw.pull(context).code == 2150858779, "a context is gone with its last item"


def test_an_optimized_enumeration_without_a_number_brings_one(raw: RawClient) -> None:
    answer = raw.enumerate(SYSTEM, "<w:OptimizeEnumeration/>")
    assert len(answer.all(ITEMS)) == 1
    assert not ends(answer)
    context = answer.text("//n:EnumerationContext")
    body = f"<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>"
    released = raw.ask(f"{ENUMERATION}/Release", f"{V2}/*", body)
    assert released.status == 200
    assert released.all("/s:Envelope/s:Body/*") == []
    assert raw.pull(context).code == 2150858779


def test_references_alone(raw: RawClient, vm: str) -> None:
    answer = raw.enumerate(SYSTEM, f"{OPTIMIZED}<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>")
    assert set(names(answer.find("//w:Items"))) == {"EndpointReference"}
    assert vm in [found.text for found in answer.all("//w:Items/a:EndpointReference//w:Selector")]


def test_objects_with_their_references(raw: RawClient) -> None:
    answer = raw.enumerate(SYSTEM, f"{OPTIMIZED}<w:EnumerationMode>EnumerateObjectAndEPR</w:EnumerationMode>")
    for item in answer.all("//w:Items/w:Item"):
        assert names(item) == ["Msvm_ComputerSystem", "EndpointReference"]
    assert len(answer.all("//w:Items/w:Item")) == 4


def test_columns_come_as_a_fragment(raw: RawClient, vm: str) -> None:
    answer = raw.query(f"SELECT Name, ElementName, __PATH, Roles FROM Msvm_ComputerSystem WHERE Name='{vm}'")
    (fragment,) = answer.all("//w:Items/w:XmlFragment")
    assert names(fragment) == ["__PATH", "ElementName", "Name"]
    keys = f'CreationClassName="Msvm_ComputerSystem",Name="{vm}"'
    path = f"\\\\HV1\\root\\virtualization\\v2:Msvm_ComputerSystem.{keys}"
    assert [child.text for child in fragment] == [path, "vm0002", vm]


def test_an_output(raw: RawClient, vm: str) -> None:
    keys = {"CreationClassName": "Msvm_ComputerSystem", "Name": vm}
    answer = raw.invoke(SYSTEM, "RequestStateChange", "<c:RequestedState>2</c:RequestedState>", keys)
    assert answer.text("//s:Header/a:Action") == f"{SYSTEM}/RequestStateChangeResponse"
    output = answer.content
    assert output.tag == f"{{{SYSTEM}}}RequestStateChange_OUTPUT"
    assert names(output) == ["Job", "ReturnValue"]
    assert names(output[0]) == ["Address", "ReferenceParameters"]
    assert output[1].text == "4096"
    again = raw.invoke(SYSTEM, "RequestStateChange", "<c:RequestedState>7</c:RequestedState>", keys).content
    assert again[0].get(NIL) == "true", "recorded: an output parameter that is null is nil"
    assert again[1].text == "32773"


def test_embedded_objects_are_whole(raw: RawClient) -> None:
    codes = (0, 100)
    asked = "".join(f"<c:RequestedInformation>{code}</c:RequestedInformation>" for code in codes)
    keys = {"CreationClassName": "Msvm_VirtualSystemManagementService"}
    output = raw.invoke(SERVICE, "GetSummaryInformation", asked, keys).content
    assert names(output)[-1] == "ReturnValue"
    summaries = [child for child in output if child.tag.endswith("}SummaryInformation")]
    assert len(summaries) == 3
    for summary in summaries:
        assert summary.get(TYPE).partition(":")[2] == "Msvm_SummaryInformation_Type"
        assert {child.tag.partition("}")[0] for child in summary} == {f"{{{V2}/Msvm_SummaryInformation"}
        values = {name: child.text for name, child in zip(names(summary), summary, strict=True)}
        assert names(summary) == sorted(names(summary), key=str.lower)
        assert values["ElementName"] is None, "what was not asked for is nil"
        assert values["EnabledState"] in ("2", "3")


@pytest.mark.parametrize("name", ["creationclassname", "CREATIONCLASSNAME"])
def test_selectors_are_compared_without_case(raw: RawClient, vm: str, name: str) -> None:
    answer = raw.get("msvm_computersystem", **{name: "MSVM_COMPUTERSYSTEM", "nAME": vm.lower()})
    assert answer.content.tag == f"{{{SYSTEM}}}Msvm_ComputerSystem"


def test_some_keys_will_do_and_a_singleton_needs_none(raw: RawClient, vm: str) -> None:
    assert raw.get("Msvm_ComputerSystem", Name=vm).status == 200
    assert raw.get("Msvm_VirtualSystemManagementService", Name="vmms").status == 200
    cimv2 = V2.replace("virtualization/v2", "cimv2")
    answer = raw.ask(f"{TRANSFER}/Get", f"{cimv2}/Win32_OperatingSystem")
    assert answer.content.tag == f"{{{cimv2}/Win32_OperatingSystem}}Win32_OperatingSystem"


def test_namespace_selector_and_white_space_are_taken(raw: RawClient, vm: str) -> None:
    keys = {"__cimnamespace": "root/virtualization/v2", "Name": vm}
    assert raw.ask(f"{TRANSFER}/Get", f"\n  {SYSTEM}\n", selectors=keys).status == 200
