"""Faults as a host writes them, in the shapes that were recorded from Windows (MS-WSMV 2.2.4.43)."""

from __future__ import annotations

from lxml import etree

from openhyperv.wire import uris
from openhyperv.wire.extended_status import write_extended_status
from openhyperv.wire.fault import NAMESPACES, Fault
from openhyperv.wire.wmi_error import WmiError, write_wmi_error
from openhyperv.wire.xml import Element, add, qualified

_ACTIONS = {
    "a": f"{uris.ADDRESSING}/fault",
    "x": f"{uris.TRANSFER}/fault",
    "n": f"{uris.ENUMERATION}/fault",
    "e": f"{uris.EVENTING}/fault",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
}
_PROVIDER = "WMI Provider"
_PROVIDER_PATH = "%systemroot%\\system32\\WsmWmiPl.dll"


def fault_action(fault: Fault) -> str:
    """The ``a:Action`` of a fault's envelope; SOAP's own faults take WS-Addressing's."""
    return _ACTIONS.get(fault.subcode.partition(":")[0], _ACTIONS["a"])


def fault_body(fault: Fault) -> Element:
    """``s:Fault``. Recorded: SOAP's own (``s:MustUnderstand``) have no subcode, language or detail."""
    body = etree.Element(qualified(uris.SOAP, "Fault"), nsmap=NAMESPACES)
    code = add(body, uris.SOAP, "Code")
    is_of_soap = fault.subcode.startswith("s:")
    if is_of_soap:
        add(code, uris.SOAP, "Value", fault.subcode)
    else:
        add(code, uris.SOAP, "Value", "s:Sender" if fault.is_sender else "s:Receiver")
        add(add(code, uris.SOAP, "Subcode"), uris.SOAP, "Value", fault.subcode)
    text = add(add(body, uris.SOAP, "Reason"), uris.SOAP, "Text", fault.reason)
    text.set(qualified(uris.XML, "lang"), "" if is_of_soap else "en-US")
    if not is_of_soap:
        _write_detail(add(body, uris.SOAP, "Detail"), fault)
    return body


def _write_detail(detail: Element, fault: Fault) -> None:
    if fault.detail is not None:
        add(detail, uris.WSMAN, "FaultDetail", f"{uris.FAULT_DETAIL}/{fault.detail}")
    if not fault.is_wmi_error_alone:
        _write_wsman_fault(detail, fault)
    if fault.cim_status is not None:
        # UNVERIFIED: MSFT_WmiError beside a WSManFault; recordings show one or the other
        code = fault.code if fault.wbem_code is None else fault.wbem_code
        write_wmi_error(detail, WmiError(fault.cim_status, code, fault.reason))


def _write_wsman_fault(detail: Element, fault: Fault) -> None:
    """Recorded: a provider's fault repeats the code, under the machine's own name, without WMI's HRESULT."""
    message = _wsman_fault(detail, fault.code, fault.addressed_as or fault.machine)
    if fault.wbem_code is None:
        message.text = fault.reason
        return
    provider = add(message, uris.WSMAN_FAULT, "ProviderFault", provider=_PROVIDER, path=_PROVIDER_PATH)
    _wsman_fault(provider, fault.code, fault.machine).text = fault.reason
    if fault.status is not None:
        write_extended_status(provider, fault.status)


def _wsman_fault(parent: Element, code: int, machine: str) -> Element:
    element = etree.SubElement(
        parent, qualified(uris.WSMAN_FAULT, "WSManFault"), nsmap={"f": uris.WSMAN_FAULT}
    )
    element.set("Code", str(code))
    element.set("Machine", machine)
    return add(element, uris.WSMAN_FAULT, "Message")
