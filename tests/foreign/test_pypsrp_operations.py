"""Every operation of pypsrp's WSMan class, over sealed NTLM, NTLM inside TLS and Basic inside TLS.

pypsrp is no client for CIM, but its envelopes are foreign: other prefixes, other order of headers, option and
selector sets that must be understood, a session's id, PT20S without fraction.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import RunspacePool
from pypsrp.shell import WinRS
from pypsrp.wsman import OptionSet, SelectorSet, WSMan, WSManAction

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.http.accounts import Account
from openhyperv.emulator.rules.actions import Slow
from openhyperv.emulator.rules.matching import OperationName, Rule
from tests.emulated import emulated_host

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root"
V2 = f"{WMI}/virtualization/v2"
SYSTEM = f"{V2}/Msvm_ComputerSystem"
RECORDS = f"{WMI}/standardcimv2/MSFT_NetVirtualizationLookupRecordSettingData"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
EVENTING = "http://schemas.xmlsoap.org/ws/2004/08/eventing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
BINDING = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
ANONYMOUS = f"{ADDRESSING}/role/anonymous"
DIALECTS = "http://schemas.dmtf.org/wbem/wsman/1"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
WAYS = {"http": (False, "ntlm"), "https": (True, "ntlm"), "basic": (True, "basic")}
OPERATOR = Account("operator", "plain ascii")
"""pypsrp sends Basic as ASCII."""


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def host(way: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    is_tls, _ = WAYS[way]
    options = {"is_tls": is_tls, "allow_basic": is_tls, "account": OPERATOR}
    with emulated_host(tmp_path_factory.mktemp("host"), machines=3, **options) as host:
        yield host


@pytest.fixture
def wsman(host: EmulatedHost, way: str) -> Iterator[WSMan]:
    with connected(host, WAYS[way][1]) as wsman:
        yield wsman


def connected(host: EmulatedHost, scheme: str) -> WSMan:
    is_tls = host.options.is_tls
    return WSMan(
        "localhost",
        port=host.listener.port,
        username=OPERATOR.name,
        password=OPERATOR.password,
        ssl=is_tls,
        auth=scheme,
        cert_validation=str(host.tls_files().ca) if is_tls else True,
        no_proxy=True,
        locale="de-DE",
    )


def keys(**values: str) -> SelectorSet:
    chosen = SelectorSet()
    for name, value in values.items():
        chosen.add_option(name, value)
    return chosen


def enumeration(*children: ET.Element) -> ET.Element:
    request = ET.Element(f"{{{ENUMERATION}}}Enumerate")
    ET.SubElement(request, f"{{{WSMAN}}}OptimizeEnumeration")
    ET.SubElement(request, f"{{{WSMAN}}}MaxElements").text = "100"
    request.extend(children)
    return request


def element(namespace: str, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    made = ET.Element(f"{{{namespace}}}{name}", attributes)
    made.text = text
    return made


def query(text: str) -> ET.Element:
    return element(WSMAN, "Filter", text, Dialect=WQL)


def items(response: ET.Element) -> list[ET.Element]:
    return [item for found in response.iter(f"{{{WSMAN}}}Items") for item in found]


def names(elements: list[ET.Element]) -> list[str]:
    return [found.tag.partition("}")[2] for found in elements]


def text(found: ET.Element, name: str) -> str:
    (value,) = (child.text for child in found.iter() if child.tag.endswith("}" + name))
    return value or ""


def code_of(deed: pytest.ExceptionInfo[WSManFaultError]) -> int:
    return int(deed.value.code)


def test_get_with_options_that_must_be_understood(wsman: WSMan) -> None:
    """wsman-cim.md 3: options of WMI's context and of MI clients change nothing here; Locale neither."""
    options = OptionSet()
    options.add_option("wmi:Context", "x", {"MustComply": "true"})
    options.add_option("__MI_OPERATIONOPTIONS_CHANNEL", "0")
    (system,) = wsman.get(SYSTEM, option_set=options, selector_set=keys(Name="HV1"), timeout=30)
    assert text(system, "ElementName") == "HV1"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("EnumerateObject", ["Msvm_ComputerSystem"]),
        ("EnumerateEPR", ["EndpointReference"]),
        ("EnumerateObjectAndEPR", ["Item"]),
    ],
)
def test_enumerate_in_each_mode(wsman: WSMan, mode: str, expected: list[str]) -> None:
    wanted = element(WSMAN, "EnumerationMode", mode)
    for request in (
        enumeration(wanted, query("SELECT * FROM Msvm_ComputerSystem WHERE Name='HV1'")),
        enumeration(wanted, selector_filter(Name="HV1")),
    ):
        uri = f"{V2}/*" if request.find(f"{{{WSMAN}}}Filter").get("Dialect") == WQL else SYSTEM  # type: ignore[union-attr]
        assert names(items(wsman.enumerate(uri, request))) == expected


def selector_filter(**values: str) -> ET.Element:
    chosen = element(WSMAN, "Filter", Dialect=f"{DIALECTS}/wsman/SelectorFilter")
    selector_set = ET.SubElement(chosen, f"{{{WSMAN}}}SelectorSet")
    for name, value in values.items():
        ET.SubElement(selector_set, f"{{{WSMAN}}}Selector", Name=name).text = value
    return chosen


def test_enumerate_the_associated(wsman: WSMan) -> None:
    chosen = element(WSMAN, "Filter", Dialect=f"{DIALECTS}/cimbinding/associationFilter")
    wanted = ET.SubElement(chosen, f"{{{BINDING}}}AssociatedInstances")
    subject = ET.SubElement(wanted, f"{{{BINDING}}}Object")
    ET.SubElement(subject, f"{{{ADDRESSING}}}Address").text = ANONYMOUS
    parameters = ET.SubElement(subject, f"{{{ADDRESSING}}}ReferenceParameters")
    ET.SubElement(parameters, f"{{{WSMAN}}}ResourceURI").text = SYSTEM
    selector_set = ET.SubElement(parameters, f"{{{WSMAN}}}SelectorSet")
    ET.SubElement(selector_set, f"{{{WSMAN}}}Selector", Name="Name").text = "HV1"
    ET.SubElement(wanted, f"{{{BINDING}}}ResultClassName").text = "Msvm_VirtualSystemManagementService"
    found = items(wsman.enumerate(f"{V2}/*", enumeration(chosen)))
    assert names(found) == ["Msvm_VirtualSystemManagementService"]


@pytest.mark.parametrize("mode", ["IncludeSubClassProperties", "ExcludeSubClassProperties"])
def test_enumerate_by_a_base_class(wsman: WSMan, mode: str) -> None:
    """wsman-cim.md 5.1: with the second mode an instance has the properties of the class asked for."""
    wanted = element(BINDING, "PolymorphismMode", mode)
    found = items(wsman.enumerate(f"{V2}/CIM_ComputerSystem", enumeration(wanted)))
    assert len(found) == 4
    of_the_subclass = [child for item in found for child in item if child.tag.endswith("}ProcessID")]
    assert bool(of_the_subclass) is (mode == "IncludeSubClassProperties")


def test_enumerate_pull_and_release(wsman: WSMan) -> None:
    request = ET.Element(f"{{{ENUMERATION}}}Enumerate")
    context = text(wsman.enumerate(SYSTEM, request), "EnumerationContext")
    pulled = wsman.pull(SYSTEM, with_context("Pull", context))
    assert len([item for found in pulled.iter(f"{{{ENUMERATION}}}Items") for item in found]) == 1
    context = text(pulled, "EnumerationContext")
    released = wsman.invoke(f"{ENUMERATION}/Release", SYSTEM, with_context("Release", context))
    assert list(released.find("{http://www.w3.org/2003/05/soap-envelope}Body") or []) == []
    with pytest.raises(WSManFaultError) as caught:
        wsman.pull(SYSTEM, with_context("Pull", context))
    assert code_of(caught) == 2150858779


def with_context(name: str, context: str) -> ET.Element:
    request = ET.Element(f"{{{ENUMERATION}}}{name}")
    ET.SubElement(request, f"{{{ENUMERATION}}}EnumerationContext").text = context
    return request


def record(**values: str) -> ET.Element:
    made = ET.Element(f"{{{RECORDS}}}{RECORDS.rpartition('/')[2]}")
    for name, value in values.items():
        ET.SubElement(made, f"{{{RECORDS}}}{name}").text = value
    return made


def test_create_put_and_delete(tmp_path: Path) -> None:
    """Recorded of shells: ``x:ResourceCreated`` holds a reference without wrapper, at the address asked."""
    given = {
        "CustomerAddress": "10.0.0.5",
        "ProviderAddress": "192.0.2.5",
        "VirtualSubnetID": "5001",
        "MACAddress": "00155d000005",
        "Rule": "0",
    }
    with (
        emulated_host(tmp_path, version="2016", account=OPERATOR) as host,
        connected(host, "ntlm") as wsman,
    ):
        (created,) = wsman.create(RECORDS, record(**given))
        assert created.tag == f"{{{TRANSFER}}}ResourceCreated"
        assert names(list(created)) == ["Address", "ReferenceParameters"]
        assert created[0].text == wsman.transport.endpoint
        selectors = {
            str(found.get("Name")): str(found.text) for found in created.iter(f"{{{WSMAN}}}Selector")
        }
        assert selectors.pop("__cimnamespace").lower() == "root/standardcimv2"
        named = keys(**selectors)
        assert refused(lambda: wsman.create(RECORDS, record(**given))) == 2150858803
        whole = record(**given | {"ProviderAddress": "192.0.2.6"})
        (changed,) = wsman.put(RECORDS, whole, selector_set=named)
        assert text(changed, "ProviderAddress") == "192.0.2.6"
        assert list(wsman.delete(RECORDS, selector_set=named)) == []
        assert refused(lambda: wsman.get(RECORDS, selector_set=named)) == 2150858752


def refused(deed: Callable[[], object]) -> int:
    with pytest.raises(WSManFaultError) as caught:
        deed()
    return code_of(caught)


def test_subscribe_pull_and_unsubscribe(wsman: WSMan) -> None:
    request = ET.Element(f"{{{EVENTING}}}Subscribe")
    ET.SubElement(request, f"{{{EVENTING}}}Delivery", Mode=f"{DIALECTS}/wsman/Pull")
    request.append(
        query(
            "SELECT * FROM __InstanceModificationEvent WITHIN 0.1 WHERE TargetInstance ISA"
            " 'Msvm_ComputerSystem' AND TargetInstance.EnabledState <> PreviousInstance.EnabledState"
        )
    )
    granted = wsman.invoke(f"{EVENTING}/Subscribe", f"{V2}/*", request)
    (vm,) = items(
        wsman.enumerate(
            f"{V2}/*", enumeration(query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName='vm0001'"))
        )
    )
    start = ET.Element(f"{{{SYSTEM}}}RequestStateChange_INPUT")
    ET.SubElement(start, f"{{{SYSTEM}}}RequestedState").text = "2"
    wsman.invoke(f"{SYSTEM}/RequestStateChange", SYSTEM, start, selector_set=keys(Name=text(vm, "Name")))
    context = text(granted, "EnumerationContext")
    pulled = wsman.pull(f"{V2}/*", with_context("Pull", context))
    assert [e for e in pulled.iter() if e.tag.endswith("}__InstanceModificationEvent")]
    wsman.invoke(f"{ENUMERATION}/Release", f"{V2}/*", with_context("Release", context))


def test_a_time_limit(wsman: WSMan, host: EmulatedHost) -> None:
    """The code on which pypsrp's own shells ask again."""
    host.rules.replace([Rule(action=Slow(delay_s=60), operation=OperationName.GET)])
    began_s = monotonic()
    try:
        with pytest.raises(WSManFaultError) as caught:
            wsman.get(SYSTEM, selector_set=keys(Name="HV1"), timeout=1)
    finally:
        host.rules.replace([])
    assert code_of(caught) == 2150858793
    assert monotonic() - began_s < 20


def test_a_small_envelope(wsman: WSMan) -> None:
    """What does not fit comes with the next Pull, and nothing is lost."""
    wsman.max_envelope_size = 8192
    response = wsman.enumerate(SYSTEM, enumeration())
    found, context = items(response), text(response, "EnumerationContext")
    assert 1 <= len(found) < 4
    request = with_context("Pull", context)
    while context:
        pulled = wsman.pull(SYSTEM, request)
        found += [item for batch in pulled.iter(f"{{{ENUMERATION}}}Items") for item in batch]
        context = "" if any(e.tag.endswith("}EndOfSequence") for e in pulled.iter()) else context
    assert len(found) == 4


def test_the_configuration(wsman: WSMan, way: str) -> None:
    config = wsman.get_server_config()
    assert text(config, "MaxEnvelopeSizekb") == "500"
    service = next(found for found in config.iter() if found.tag.endswith("}Service"))
    assert text(service, "Basic") == ("false" if way == "http" else "true")


def test_what_a_fault_tells(wsman: WSMan) -> None:
    """Recorded: the machine as it was addressed, and the provider with its path."""
    with pytest.raises(WSManFaultError) as caught:
        wsman.get(SYSTEM, selector_set=keys(Name="nobody"))
    fault = caught.value
    assert (fault.code, fault.machine, fault.provider) == (2150858752, "localhost", "WMI Provider")
    assert fault.provider_path == r"%systemroot%\system32\WsmWmiPl.dll"
    with pytest.raises(WSManFaultError) as caught:
        wsman.delete(SYSTEM, selector_set=keys(Name="HV1"))
    assert code_of(caught) == 2150859010


def test_shells_are_not_there(wsman: WSMan) -> None:
    with pytest.raises(WSManFaultError) as caught:
        WinRS(wsman).open()
    assert code_of(caught) == 2150858752
    with pytest.raises(WSManFaultError) as caught, RunspacePool(wsman):
        pass
    assert code_of(caught) == 2150858752


def test_an_action_that_nobody_knows(wsman: WSMan) -> None:
    with pytest.raises(WSManFaultError) as caught:
        wsman.invoke(WSManAction.SIGNAL, SYSTEM, None)
    assert code_of(caught) == 2150858771
