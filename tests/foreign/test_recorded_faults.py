"""What Windows refuses, and with which fault: codes, subcodes and details as documented or recorded."""

from __future__ import annotations

import pytest

from tests.foreign.raw_wsman import (
    ANONYMOUS,
    ENUMERATION,
    EVENTING,
    NAMESPACES,
    SERVICE,
    SYSTEM,
    TRANSFER,
    V2,
    VSMS,
    WQL,
    RawClient,
    check,
)

GET = f"{TRANSFER}/Get"
SWITCHES = "Msvm_VirtualEthernetSwitchManagementService"


def test_a_missing_object(raw: RawClient) -> None:
    answer = raw.get("Msvm_ComputerSystem", Name="7B6E1C52-8A40-4D0C-9E3F-2F6C7D1A9B10")
    check(answer, "a:DestinationUnreachable", 2150858752, "InvalidResourceURI")
    assert answer.text("//s:Header/a:Action") == f"{NAMESPACES['a']}/fault"
    assert answer.find("//s:Reason/s:Text").get("{http://www.w3.org/XML/1998/namespace}lang") == "en-US"
    fault = answer.find("//s:Detail/f:WSManFault")
    assert fault.get("Machine") == "hv1", "recorded: as the request calls it"
    provider = answer.find("//s:Detail/f:WSManFault/f:Message/f:ProviderFault")
    assert provider.get("provider") == "WMI Provider"
    assert provider.get("path") == r"%systemroot%\system32\WsmWmiPl.dll"
    assert answer.find("//f:ProviderFault/f:WSManFault").get("Code") == "2150858752"
    assert answer.text("//error:MSFT_WmiError/error:CIMStatusCode") == "6"
    assert answer.text("//error:MSFT_WmiError/error:error_Type") == "HRESULT"
    assert answer.find("//error:MSFT_WmiError").get(f"{{{NAMESPACES['b']}}}IsCIM_Error") == "true"


@pytest.mark.parametrize(
    ("class_name", "keys", "code", "detail"),
    [
        ("Msvm_ComputerSystem", {}, 2150859002, "InsufficientSelectors"),
        (
            "Msvm_ComputerSystem",
            {"CreationClassName": "Msvm_ComputerSystem"},
            2150858846,
            "AmbiguousSelectors",
        ),
        ("Msvm_ComputerSystem", {"Caption": "x"}, 2150858843, "UnexpectedSelectors"),
    ],
)
def test_selectors(raw: RawClient, class_name: str, keys: dict[str, str], code: int, detail: str) -> None:
    check(raw.get(class_name, **keys), "w:InvalidSelectors", code, detail)


def test_a_selector_given_twice(raw: RawClient) -> None:
    twice = '<w:Selector Name="Name">x</w:Selector><w:Selector Name="NAME">x</w:Selector>'
    answer = raw.ask(GET, SYSTEM, header=f"<w:SelectorSet>{twice}</w:SelectorSet>")
    check(answer, "w:InvalidSelectors", 2150858847, "DuplicateSelectors")


@pytest.mark.parametrize(
    "uri", [f"{V2}/Msvm_Nothing", V2.replace("v2", "v3") + "/Msvm_ComputerSystem", "urn:nonsense"]
)
def test_resources_that_do_not_exist(raw: RawClient, uri: str) -> None:
    check(
        raw.ask(GET, uri, selectors={"Name": "x"}),
        "a:DestinationUnreachable",
        2150858752,
        "InvalidResourceURI",
    )


@pytest.mark.parametrize(
    ("query", "wbem_code"),
    [
        ("SELECT FROM", 0x80041017),
        ("SELECT * FROM Msvm_Nothing", 0x80041010),
        ("SELECT Nothing FROM Msvm_ComputerSystem", 0x80041017),
        ("DELETE FROM Msvm_ComputerSystem", 0x80041017),
    ],
)
def test_queries(raw: RawClient, query: str, wbem_code: int) -> None:
    answer = raw.query(query)
    check(answer, "n:CannotProcessFilter", 2150858778)
    assert answer.text("//s:Header/a:Action") == f"{ENUMERATION}/fault"
    assert answer.text("//error:error_Code") == str(wbem_code)


def test_a_query_sent_to_a_class(raw: RawClient) -> None:
    answer = raw.enumerate(SYSTEM, f'<w:Filter Dialect="{WQL}">SELECT * FROM Msvm_ComputerSystem</w:Filter>')
    check(answer, "n:CannotProcessFilter", 2150859003)
    assert "*" in (answer.text("//s:Reason/s:Text") or "")


def test_other_filters(raw: RawClient) -> None:
    answer = raw.enumerate(SYSTEM, '<w:Filter Dialect="urn:cql">x</w:Filter>')
    check(answer, "n:FilterDialectRequestedUnavailable", 2150858777)
    associations = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
    empty = raw.enumerate(f"{V2}/*", f'<w:Filter Dialect="{associations}"/>')
    check(empty, "w:SchemaValidationError", 2150858817)


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_number_of_items_that_is_none(raw: RawClient, count: str) -> None:
    answer = raw.enumerate(SYSTEM, f"<w:OptimizeEnumeration/><w:MaxElements>{count}</w:MaxElements>")
    check(answer, "w:SchemaValidationError", 2150858817)


def test_methods(raw: RawClient) -> None:
    unknown = raw.invoke(SERVICE, "MakeCoffee", "", VSMS)
    assert (unknown.subcode, unknown.code) == ("a:ActionNotSupported", 2150858868)
    asked = "<c:requestedinformation>0</c:requestedinformation>"
    misspelt = raw.invoke(SERVICE, "GetSummaryInformation", asked, VSMS)
    check(misspelt, "w:SchemaValidationError", 2150858817, "InvalidParameter")
    no_number = "<c:RequestedInformation>zero</c:RequestedInformation>"
    assert raw.invoke(SERVICE, "GetSummaryInformation", no_number, VSMS).subcode == "w:SchemaValidationError"


def test_a_service_has_to_be_named(raw: RawClient) -> None:
    settings = "<c:SystemSettings/>"
    answer = raw.invoke(SERVICE, "DefineSystem", settings, {})
    assert answer.text("//error:error_Code") == str(0x8004102F), "recorded"
    switches = raw.invoke(f"{V2}/{SWITCHES}", "DefineSystem", settings, {})
    assert (switches.text("//s:Code/s:Value"), switches.subcode) == ("s:Receiver", "w:InternalError")


def test_parameters_of_another_form(raw: RawClient) -> None:
    reference = (
        f"<a:Address>{ANONYMOUS}</a:Address><a:ReferenceParameters><w:ResourceURI>{SYSTEM}</w:ResourceURI>"
    )
    reference += (
        '<w:SelectorSet><w:Selector Name="Name">x</w:Selector></w:SelectorSet></a:ReferenceParameters>'
    )
    wrapped = f"<a:EndpointReference>{reference}</a:EndpointReference>"
    answer = raw.invoke(SERVICE, "DestroySystem", f"<c:AffectedSystem>{wrapped}</c:AffectedSystem>", VSMS)
    check(answer, "w:SchemaValidationError", 2150858817)
    tree = f'<q:Msvm_VirtualSystemSettingData xmlns:q="{V2}/Msvm_VirtualSystemSettingData"/>'
    answer = raw.invoke(SERVICE, "DefineSystem", f"<c:SystemSettings>{tree}</c:SystemSettings>", VSMS)
    check(answer, "w:SchemaValidationError", 2150858817)


def test_the_namespace_of_the_input_is_not_looked_at(raw: RawClient, vm: str) -> None:
    body = "<w:RequestStateChange_INPUT><w:RequestedState>7</w:RequestedState></w:RequestStateChange_INPUT>"
    answer = raw.ask(f"{SYSTEM}/RequestStateChange", SYSTEM, body, selectors={"Name": vm})
    assert answer.text("//*[local-name()='ReturnValue']") == "32773", "recorded: not a fault"


def test_classes_of_hyper_v_are_changed_by_methods_alone(raw: RawClient, vm: str) -> None:
    instance = (
        f'<c:Msvm_ComputerSystem xmlns:c="{SYSTEM}"><c:ElementName>x</c:ElementName></c:Msvm_ComputerSystem>'
    )
    for action, body in (("Put", instance), ("Create", instance), ("Delete", "")):
        answer = raw.ask(f"{TRANSFER}/{action}", SYSTEM, body, selectors={"Name": vm})
        assert (answer.subcode, answer.code) == ("w:InternalError", 2150859010)
        assert answer.text("//error:error_Code") in (str(0x80041024), str(0x8004100C))


def test_subscriptions_are_neither_pushed_nor_renewed(raw: RawClient) -> None:
    for mode in ("http://schemas.xmlsoap.org/ws/2004/08/eventing/DeliveryModes/Push", "urn:fax"):
        body = f'<e:Subscribe><e:Delivery Mode="{mode}"/></e:Subscribe>'
        answer = raw.ask(f"{EVENTING}/Subscribe", f"{V2}/*", body)
        check(answer, "e:DeliveryModeRequestedUnavailable", 2150858782)
    renewed = raw.ask(f"{EVENTING}/Renew", f"{V2}/*", "<e:Renew><e:Expires>PT600S</e:Expires></e:Renew>")
    assert renewed.subcode == "e:UnableToRenew"
