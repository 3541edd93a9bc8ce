"""Names that both ends of WS-Management must spell alike (MS-WSMV 2.2.1, DSP0226, DSP0227)."""

from __future__ import annotations

from openhyperv.errors import ProtocolError

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
EVENTING = "http://schemas.xmlsoap.org/ws/2004/08/eventing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
WSMAN_MS = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
CIM_BINDING = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
CIM_COMMON = "http://schemas.dmtf.org/wbem/wscim/1/common"
WSMAN_FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
WMI_ERROR = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"

ANONYMOUS = f"{ADDRESSING}/role/anonymous"
FAULT_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail"

ACTION_GET = f"{TRANSFER}/Get"
ACTION_PUT = f"{TRANSFER}/Put"
ACTION_CREATE = f"{TRANSFER}/Create"
ACTION_DELETE = f"{TRANSFER}/Delete"
ACTION_ENUMERATE = f"{ENUMERATION}/Enumerate"
ACTION_PULL = f"{ENUMERATION}/Pull"
ACTION_RELEASE = f"{ENUMERATION}/Release"
ACTION_SUBSCRIBE = f"{EVENTING}/Subscribe"
ACTION_UNSUBSCRIBE = f"{EVENTING}/Unsubscribe"
ACTION_RENEW = f"{EVENTING}/Renew"

DIALECT_WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
DIALECT_SELECTOR = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
DIALECT_ASSOCIATION = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
DIALECT_XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
DELIVERY_PULL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull"

WMI_PREFIX = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"

ANY_CLASS = "*"
"""The class part of a resource URI that stands for a whole namespace."""


def class_uri(namespace: str, class_name: str) -> str:
    """The resource URI of a class; :data:`ANY_CLASS` gives the namespace's own."""
    return f"{WMI_PREFIX}{namespace}/{class_name}"


def split_class_uri(uri: str) -> tuple[str, str]:
    """Namespace and class of a resource URI; the scheme part is compared without case.

    :raises ProtocolError: the URI is not of WMI's form
    """
    text = uri.strip()
    if text.lower().startswith(WMI_PREFIX):
        namespace, _, class_name = text[len(WMI_PREFIX) :].rpartition("/")
        if namespace and class_name:
            return namespace, class_name
    raise ProtocolError("The resource URI is not one of WMI's.", target=uri)
