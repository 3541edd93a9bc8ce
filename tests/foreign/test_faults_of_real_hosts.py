"""Our client reads the faults that real hosts sent, in each of the forms that were recorded.

The forms are those of test_golden_faults.py, but as recorded: a provider's fault without MSFT_WmiError, or
MSFT_WmiError without a WSManFault. An emulated host sends both in one fault, which hides a client that needs
one of them.
"""

from __future__ import annotations

import pytest
from lxml import etree

from openhyperv.cim.faults import error_from_fault
from openhyperv.errors import DeadlineError, FaultError, HyperVError, NotFoundError, QuotaError
from openhyperv.wire.fault import read_fault
from openhyperv.wmi.failures import code_of
from tests.foreign.raw_wsman import NAMESPACES

CLASSES = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2"
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


def fault(code: str, subcode: str, detail: str) -> str:
    inner = f"<s:Subcode><s:Value>{subcode}</s:Value></s:Subcode>" if subcode else ""
    reason = '<s:Reason><s:Text xml:lang="">The reason. </s:Text></s:Reason>'
    written = f"<s:Detail>{detail}</s:Detail>" if detail else ""
    return f"<s:Fault {DECLARED}><s:Code><s:Value>{code}</s:Value>{inner}</s:Code>{reason}{written}</s:Fault>"


def by_provider(code: int, operation: str) -> str:
    uri = f"{CLASSES}/__ExtendedStatus"
    status = (
        f'<p:__ExtendedStatus xmlns:p="{uri}" xsi:type="p:__ExtendedStatus_Type">'
        '<p:Description xsi:nil="true"/>'
        f"<p:Operation>{operation}</p:Operation><p:ParameterInfo>x</p:ParameterInfo>"
        '<p:ProviderName>WinMgmt</p:ProviderName><p:StatusCode xsi:nil="true"/></p:__ExtendedStatus>'
    )
    return (
        f'<f:WSManFault Code="{code}" Machine="10.0.0.1"><f:Message>'
        r'<f:ProviderFault provider="WMI Provider" path="%systemroot%\system32\WsmWmiPl.dll">'
        f'<f:WSManFault Code="{code}" Machine="HV1.example"><f:Message>It is so. </f:Message></f:WSManFault>'
        f"<f:ExtendedError>{status}</f:ExtendedError></f:ProviderFault></f:Message></f:WSManFault>"
    )


def by_wmi(cim_status: int, code: int) -> str:
    return (
        f'<p:MSFT_WmiError xmlns:p="{NAMESPACES["error"]}" b:IsCIM_Error="true" '
        'xsi:type="p:MSFT_WmiError_Type">'
        f'<p:CIMStatusCode xsi:type="cim:cimUnsignedInt">{cim_status}</p:CIMStatusCode>'
        '<p:ErrorSource xsi:type="cim:cimString" xsi:nil="true"/>'
        '<p:Message xsi:type="cim:cimString">It is so. </p:Message>'
        f'<p:MessageID xsi:type="cim:cimString">HRESULT 0x{code:08x}</p:MessageID>'
        f'<p:error_Code xsi:type="cim:cimUnsignedInt">{code}</p:error_Code></p:MSFT_WmiError>'
    )


TIMED_OUT = '<f:WSManFault Code="2150858793" Machine="10.0.0.1"><f:Message>Late.</f:Message></f:WSManFault>'
SHELL_PLUGIN = (
    '<f:WSManFault Code="87" Machine="10.0.0.1"><f:Message>'
    r'<f:ProviderFault provider="Shell cmd plugin" path="%systemroot%\system32\winrscmd.dll">It is so. '
    "</f:ProviderFault></f:Message></f:WSManFault>"
)


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        (
            fault("s:Sender", "a:DestinationUnreachable", by_provider(2150858752, "GetObject")),
            NotFoundError,
            2150858752,
        ),
        (
            fault("s:Sender", "n:CannotProcessFilter", by_provider(2150858778, "ExecQuery")),
            FaultError,
            2150858778,
        ),
        (
            fault("s:Receiver", "w:InternalError", by_provider(2150859010, "ExecQuery")),
            FaultError,
            2150859010,
        ),
        (fault("s:Receiver", "w:InternalError", by_wmi(27, 2150859174)), QuotaError, 2150859174),
        (fault("s:Sender", "w:InternalError", by_wmi(5, 0x80041010)), NotFoundError, 0x80041010),
        (fault("s:Sender", "w:InvalidSelectors", by_wmi(4, 2150859002)), FaultError, 2150859002),
        (fault("s:Receiver", "w:TimedOut", TIMED_OUT), DeadlineError, 2150858793),
        (fault("s:Sender", "w:InvalidParameter", SHELL_PLUGIN), FaultError, 87),
        (fault("s:MustUnderstand", "", ""), FaultError, 0),
    ],
)
def test_each_form_is_understood(text: str, kind: type[HyperVError], code: int) -> None:
    error = error_from_fault(read_fault(etree.fromstring(text)))
    assert (type(error), error.code) == (kind, code)
    assert str(error)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (fault("s:Sender", "a:DestinationUnreachable", by_provider(2150858752, "GetObject")), 0x80041002),
        (fault("s:Sender", "n:CannotProcessFilter", by_provider(2150858778, "ExecQuery")), 0x80041017),
        (fault("s:Receiver", "w:InternalError", by_provider(2150859010, "ExecQuery")), 0x80041001),
        (fault("s:Receiver", "w:InternalError", by_wmi(27, 2150859174)), 0x8004106C),
        (fault("s:Sender", "w:InternalError", by_wmi(5, 0x80041010)), 0x80041010),
        (fault("s:Sender", "w:InvalidSelectors", by_wmi(4, 2150859002)), 0x8004103A),
        (fault("s:Receiver", "w:TimedOut", TIMED_OUT), 0x00040004),
        (fault("s:Sender", "w:InvalidParameter", SHELL_PLUGIN), 0x80070057),
    ],
)
def test_programs_for_wmi_are_told_each_form_by_a_code_of_wmi(text: str, code: int) -> None:
    assert code_of(error_from_fault(read_fault(etree.fromstring(text)))) == code


def test_the_most_telling_text_is_taken() -> None:
    provider = fault("s:Sender", "a:DestinationUnreachable", by_provider(2150858752, "GetObject"))
    for text in (provider, fault("s:Sender", "w:InvalidParameter", SHELL_PLUGIN)):
        assert "It is so." in str(error_from_fault(read_fault(etree.fromstring(text))))
    alone = fault("s:Receiver", "w:InternalError", by_wmi(27, 2150859174))
    assert "It is so." in str(error_from_fault(read_fault(etree.fromstring(alone))))
