"""``__ExtendedStatus`` in a fault: what the WMI provider of WinRM was doing (MS-WSMV 2.2.4.43).

Recorded from Windows Server 2008 R2, 2012 R2 and later: Description and StatusCode were always nil, so that
WMI's own HRESULT is not in it.
"""

from __future__ import annotations

from attrs import frozen
from lxml import etree

from openhyperv.wire import uris
from openhyperv.wire.xml import Element, add, qualified

_NAME = "__ExtendedStatus"
_NIL = qualified(uris.XSI, "nil")


@frozen
class ExtendedStatus:
    """``operation`` as WMI calls it, such as ``ExecQuery``, and its parameter: an object or a query."""

    namespace: str
    operation: str
    parameter: str
    provider: str = "WinMgmt"


def write_extended_status(provider_fault: Element, status: ExtendedStatus) -> None:
    """Append ``f:ExtendedError`` to a provider's fault."""
    error = add(provider_fault, uris.WSMAN_FAULT, "ExtendedError")
    uri = uris.class_uri(status.namespace, _NAME)
    nsmap = {"xsi": uris.XSI, "p": uri, "cim": uris.CIM_COMMON}
    element = etree.SubElement(error, qualified(uri, _NAME), nsmap=nsmap)
    element.set(qualified(uris.XSI, "type"), f"p:{_NAME}_Type")
    add(element, uri, "Description").set(_NIL, "true")
    add(element, uri, "Operation", status.operation)
    add(element, uri, "ParameterInfo", status.parameter)
    add(element, uri, "ProviderName", status.provider)
    add(element, uri, "StatusCode").set(_NIL, "true")
