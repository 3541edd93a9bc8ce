"""The emulated host through pypsrp: envelopes, headers and faults are written and read by a stranger."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from pypsrp.exceptions import WSManFaultError
from pypsrp.wsman import SelectorSet, WSMan, WSManAction

from openhyperv.emulator.emulated_host import EmulatedHost
from tests.emulated import ACCOUNT, emulated_host

CLASSES = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
MACHINES = 5


@pytest.fixture(scope="module", params=["http", "https"])
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    data = tmp_path_factory.mktemp("host")
    with emulated_host(data, machines=MACHINES, is_tls=request.param == "https") as host:
        yield host


@pytest.fixture
def wsman(host: EmulatedHost) -> Iterator[WSMan]:
    with WSMan(
        "127.0.0.1",
        port=host.listener.port,
        username=ACCOUNT.name,
        password=ACCOUNT.password,
        ssl=host.options.is_tls,
        auth="ntlm",
        cert_validation=str(host.tls_files().ca) if host.options.is_tls else True,
        no_proxy=True,
    ) as wsman:
        yield wsman


def selectors(**values: str) -> SelectorSet:
    selector_set = SelectorSet()
    for name, value in values.items():
        selector_set.add_option(name, value)
    return selector_set


def enumerate_request(query: str, max_elements: int) -> ET.Element:
    request = ET.Element(f"{{{ENUMERATION}}}Enumerate")
    ET.SubElement(request, f"{{{WSMAN}}}OptimizeEnumeration")
    ET.SubElement(request, f"{{{WSMAN}}}MaxElements").text = str(max_elements)
    ET.SubElement(request, f"{{{WSMAN}}}Filter", Dialect=WQL).text = query
    return request


def texts(element: ET.Element, name: str) -> list[str | None]:
    return [found.text for found in element.iter() if found.tag.endswith("}" + name)]


def test_identify(wsman: WSMan) -> None:
    envelope = ET.Element("{http://www.w3.org/2003/05/soap-envelope}Envelope")
    body = ET.SubElement(envelope, "{http://www.w3.org/2003/05/soap-envelope}Body")
    ET.SubElement(body, f"{{{IDENTITY}}}Identify")
    reply = ET.fromstring(wsman.transport.send(ET.tostring(envelope)))
    assert texts(reply, "ProductVersion") == ["OS: 10.0.26100 SP: 0.0 Stack: 3.0"]


def test_get(wsman: WSMan) -> None:
    uri = f"{CLASSES}/Msvm_ComputerSystem"
    keys = selectors(CreationClassName="Msvm_ComputerSystem", Name="HV1")
    (system,) = wsman.get(uri, selector_set=keys)
    assert system.tag == f"{{{uri}}}Msvm_ComputerSystem"
    assert texts(system, "ElementName") == ["HV1"]
    names = [child.tag.partition("}")[2] for child in system]
    assert names == sorted(names, key=str.lower), "recorded: properties in alphabetical order"
    assert any(child.get(XSI_NIL) == "true" for child in system), "recorded: NULL scalars are nil"


def test_wql_in_batches(wsman: WSMan) -> None:
    query = "SELECT * FROM Msvm_ComputerSystem WHERE ElementName LIKE 'vm%'"
    response = wsman.enumerate(f"{CLASSES}/*", enumerate_request(query, 2))
    names = texts(response, "ElementName")
    assert len(names) == 2
    while context := next(iter(texts(response, "EnumerationContext")), None):
        pull = ET.Element(f"{{{ENUMERATION}}}Pull")
        ET.SubElement(pull, f"{{{ENUMERATION}}}EnumerationContext").text = context
        ET.SubElement(pull, f"{{{ENUMERATION}}}MaxElements").text = "2"
        response = wsman.pull(f"{CLASSES}/*", pull)
        names += texts(response, "ElementName")
    assert sorted(map(str, names)) == [f"vm000{n}" for n in range(1, MACHINES + 1)]


def test_without_max_elements_a_batch_has_one_item(wsman: WSMan) -> None:
    request = enumerate_request("SELECT * FROM Msvm_ComputerSystem", 1)
    request.remove(next(e for e in request if e.tag.endswith("MaxElements")))
    assert len(texts(wsman.enumerate(f"{CLASSES}/*", request), "ElementName")) == 1


def test_invoke_starts_a_job_that_can_be_read(wsman: WSMan) -> None:
    uri = f"{CLASSES}/Msvm_ComputerSystem"
    response = wsman.enumerate(
        f"{CLASSES}/*", enumerate_request("SELECT * FROM Msvm_ComputerSystem WHERE ElementName='vm0001'", 1)
    )
    (name,) = texts(response, "Name")
    request = ET.Element(f"{{{uri}}}RequestStateChange_INPUT")
    ET.SubElement(request, f"{{{uri}}}RequestedState").text = "2"
    keys = selectors(CreationClassName="Msvm_ComputerSystem", Name=str(name))
    output = wsman.invoke(f"{uri}/RequestStateChange", uri, request, selector_set=keys)
    assert texts(output, "ReturnValue") == ["4096"]
    job_keys = [e.text for e in output.iter(f"{{{WSMAN}}}Selector") if e.get("Name") == "InstanceID"]
    (job,) = wsman.get(f"{CLASSES}/Msvm_ConcreteJob", selector_set=selectors(InstanceID=str(job_keys[0])))
    assert texts(job, "Caption")
    off = ET.Element(f"{{{uri}}}RequestStateChange_INPUT")
    ET.SubElement(off, f"{{{uri}}}RequestedState").text = "1"
    refused = wsman.invoke(f"{uri}/RequestStateChange", uri, off, selector_set=keys)
    assert texts(refused, "ReturnValue") == ["32773"], "a refusal is a ReturnValue, not a fault"


FAULTS = [
    ("Msvm_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": "none"}, 2150858752),
    ("Msvm_NoSuchClass", {"Name": "x"}, 2150858752),
    ("Msvm_ComputerSystem", {"Nonsense": "x"}, 2150858843),
]


@pytest.mark.parametrize(("class_name", "keys", "code"), FAULTS)
def test_faults_carry_windows_codes(wsman: WSMan, class_name: str, keys: dict[str, str], code: int) -> None:
    with pytest.raises(WSManFaultError) as caught:
        wsman.get(f"{CLASSES}/{class_name}", selector_set=selectors(**keys))
    assert caught.value.code == code


def test_a_wrong_query_is_a_filter_fault(wsman: WSMan) -> None:
    with pytest.raises(WSManFaultError) as caught:
        wsman.enumerate(f"{CLASSES}/*", enumerate_request("SELECT * FROM", 5))
    assert caught.value.code == 2150858778


def test_an_unknown_context_is_stale(wsman: WSMan) -> None:
    pull = ET.Element(f"{{{ENUMERATION}}}Pull")
    ET.SubElement(pull, f"{{{ENUMERATION}}}EnumerationContext").text = "uuid:none"
    with pytest.raises(WSManFaultError) as caught:
        wsman.invoke(WSManAction.PULL, f"{CLASSES}/*", pull)
    assert caught.value.code == 2150858779


def test_winrm_configuration_tells_the_envelope_size(wsman: WSMan) -> None:
    wsman.update_max_payload_size()
    assert wsman.max_envelope_size == 500 * 1024
