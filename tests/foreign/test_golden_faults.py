"""Faults, element by element, against recordings of real hosts.

Sources: pypsrp and pywinrm (github.com/jborean93/pypsrp, github.com/diyan/pywinrm: tests), parser tests of
OMI (github.com/microsoft/omi: a Windows Server 2012 R2), WinRM for Ruby (a 2008 R2), traces of System Center
in a public forum, Microsoft's "Session.Error property"; wsman-cim.md 8.
"""

from __future__ import annotations

import pytest

from tests.foreign.fault_shapes import detail_of, fault, provider_fault, simple, wmi_error
from tests.foreign.golden import expect
from tests.foreign.raw_wsman import NAMESPACES, SERVICE, SYSTEM, TRANSFER, V2, WQL, Answer, RawClient, check

CIMV2 = V2.replace("virtualization/v2", "cimv2")
NOBODY = "7B6E1C52-8A40-4D0C-9E3F-2F6C7D1A9B10"


def action(answer: Answer) -> str | None:
    return answer.text("/s:Envelope/s:Header/a:Action")


def test_an_object_that_is_not_there(raw: RawClient) -> None:
    """Recorded by OMI of Win32_Process."""
    answer = raw.get("Msvm_ComputerSystem", CreationClassName="Msvm_ComputerSystem", Name=NOBODY)
    assert (answer.status, action(answer)) == (500, f"{NAMESPACES['a']}/fault")
    path = f'Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="{NOBODY}"'
    expect(
        answer.find("//s:Fault"),
        fault(
            "s:Sender",
            "a:DestinationUnreachable",
            detail_of("InvalidResourceURI")
            + provider_fault(2150858752, V2, "GetObject", path)
            + wmi_error(6, 2150858752),
        ),
    )


@pytest.mark.parametrize(
    ("query", "cim_status", "hresult", "category"),
    [
        ("SELECT * FROM Win32_Processa WHERE Name='sshd.exe'", 5, 0x80041010, 10),
        ("SELECT * FROM Win32_Process WHERE", 15, 0x80041017, 0),
    ],
)
def test_queries(raw: RawClient, query: str, cim_status: int, hresult: int, category: int) -> None:
    """Recorded by WinRM for Ruby: the class is not there, and the code is the filter's, twice.

    PowerShell shows 0x80041010 and MetadataError of a session with another host (public posts).
    """
    answer = raw.enumerate(f"{CIMV2}/*", f'<w:Filter Dialect="{WQL}">{query}</w:Filter>')
    assert (answer.status, action(answer)) == (500, f"{NAMESPACES['n']}/fault")
    expect(
        answer.find("//s:Fault"),
        fault(
            "s:Sender",
            "n:CannotProcessFilter",
            provider_fault(2150858778, CIMV2, "ExecQuery", query) + wmi_error(cim_status, hresult, category),
        ),
    )


def test_what_a_provider_cannot_do(raw: RawClient, vm: str) -> None:
    """The provider's failure as System Center traced it; 5: Hyper-V's classes take no Delete."""
    answer = raw.ask(f"{TRANSFER}/Delete", SYSTEM, selectors={"Name": vm})
    assert (answer.status, action(answer)) == (500, "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault")
    deleted = f'Msvm_ComputerSystem.Name="{vm}"'
    expect(
        answer.find("//s:Fault"),
        fault(
            "s:Receiver",
            "w:InternalError",
            provider_fault(2150859010, V2, "DeleteInstance", deleted) + wmi_error(7, 0x80041024),
        ),
    )


def test_a_class_with_many_instances_and_no_key(raw: RawClient) -> None:
    """Microsoft's "Session.Error property" shows the code, and clients wait for it in MSFT_WmiError."""
    answer = raw.get("Msvm_ComputerSystem")
    expect(
        answer.find("//s:Fault"),
        fault(
            "s:Sender",
            "w:InvalidSelectors",
            detail_of("InsufficientSelectors") + simple(2150859002) + wmi_error(4, 2150859002),
        ),
    )


def test_a_query_sent_to_a_class(raw: RawClient) -> None:
    """Recorded in its text: the class name must be a star, which is the text of 0x803380FB."""
    answer = raw.enumerate(SYSTEM, f'<w:Filter Dialect="{WQL}">SELECT * FROM Msvm_ComputerSystem</w:Filter>')
    expect(answer.find("//s:Fault"), fault("s:Sender", "n:CannotProcessFilter", simple(2150859003)))


def test_a_reference_in_its_wrapper(raw: RawClient) -> None:
    """Recorded: SchemaValidationError, with nothing but WinRM's own code."""
    epr = "<a:EndpointReference><a:Address>x</a:Address></a:EndpointReference>"
    keys = {"CreationClassName": "Msvm_VirtualSystemManagementService"}
    answer = raw.invoke(SERVICE, "DestroySystem", f"<c:AffectedSystem>{epr}</c:AffectedSystem>", keys)
    assert action(answer) == "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
    expect(answer.find("//s:Fault"), fault("s:Sender", "w:SchemaValidationError", simple(2150858817)))


def test_silence(raw: RawClient) -> None:
    """Recorded by pypsrp and OMI of other operations: TimedOut is the receiver's, of WinRM's own."""
    mode = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull"
    events = "SELECT * FROM __InstanceDeletionEvent WITHIN 1 WHERE TargetInstance ISA 'Msvm_ComputerSystem'"
    body = (
        f'<e:Subscribe><e:Delivery Mode="{mode}"/><w:Filter Dialect="{WQL}">{events}</w:Filter></e:Subscribe>'
    )
    granted = raw.ask(f"{NAMESPACES['e']}/Subscribe", f"{V2}/*", body)
    quick = "<w:OperationTimeout>PT0.1S</w:OperationTimeout>"
    answer = raw.pull(granted.text("//n:EnumerationContext"), header=quick)
    assert (answer.status, action(answer)) == (500, "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault")
    expect(answer.find("//s:Fault"), fault("s:Receiver", "w:TimedOut", simple(2150858793)))


@pytest.mark.parametrize(
    "uri",
    [
        "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd",
        "http://schemas.microsoft.com/powershell/Microsoft.PowerShell",
    ],
)
def test_shells(raw: RawClient, uri: str) -> None:
    """An emulated host has no shells, and says so in words that pypsrp and pywinrm understand."""
    check(raw.ask(f"{TRANSFER}/Create", uri), "a:DestinationUnreachable", 2150858752, "InvalidResourceURI")
