"""``MSFT_WmiError`` in a fault's detail, which Windows Server 2012 and later send (recorded with a quota).

Every property is there, NULL as nil, with its type, in alphabetical order, small initials last.
"""

from __future__ import annotations

from attrs import frozen
from lxml import etree

from openhyperv.wire import uris
from openhyperv.wire.xml import Element, add, qualified

_TYPE = qualified(uris.XSI, "type")
_NIL = qualified(uris.XSI, "nil")
_NUMBER, _SMALL_NUMBER, _STRING = "cim:cimUnsignedInt", "cim:cimUnsignedShort", "cim:cimString"
_NOT_SPECIFIED, _METADATA_ERROR, _QUOTA_EXCEEDED = 0, 10, 30
_INVALID_CLASS, _SERVER_LIMITS_EXCEEDED = 5, 27
_CATEGORIES = {_INVALID_CLASS: _METADATA_ERROR, _SERVER_LIMITS_EXCEEDED: _QUOTA_EXCEEDED}
"""PowerShell's ErrorCategory by CIM status; both were seen from real hosts."""


@frozen
class WmiError:
    """What the error says: CIM status, HRESULT and text."""

    cim_status: int
    code: int
    reason: str


def write_wmi_error(detail: Element, error: WmiError) -> None:
    """Append the error to a fault's detail."""
    nsmap = {"xsi": uris.XSI, "b": uris.CIM_BINDING, "p": uris.WMI_ERROR, "cim": uris.CIM_COMMON}
    element = etree.SubElement(detail, qualified(uris.WMI_ERROR, "MSFT_WmiError"), nsmap=nsmap)
    element.set(qualified(uris.CIM_BINDING, "IsCIM_Error"), "true")
    element.set(_TYPE, "p:MSFT_WmiError_Type")
    # UNVERIFIED: the categories of other errors
    category = _CATEGORIES.get(error.cim_status, _NOT_SPECIFIED)
    for name, kind, value in (
        ("CIMStatusCode", _NUMBER, error.cim_status),
        ("CIMStatusCodeDescription", _STRING, None),
        ("ErrorSource", _STRING, None),
        ("ErrorSourceFormat", _SMALL_NUMBER, 0),
        ("ErrorType", _SMALL_NUMBER, 0),
        ("Message", _STRING, error.reason),
        ("MessageID", _STRING, f"HRESULT 0x{error.code:08x}"),
        ("OtherErrorSourceFormat", _STRING, None),
        ("OtherErrorType", _STRING, None),
        ("OwningEntity", _STRING, None),
        ("PerceivedSeverity", _SMALL_NUMBER, 0),
        ("ProbableCause", _SMALL_NUMBER, 0),
        ("ProbableCauseDescription", _STRING, None),
        ("error_Category", _NUMBER, category),
        ("error_Code", _NUMBER, error.code),
        ("error_Type", _STRING, "HRESULT"),
        ("error_WindowsErrorMessage", _STRING, error.reason),
    ):
        _write(element, name, kind, value)


def _write(parent: Element, name: str, kind: str, value: str | int | None) -> None:
    element = add(parent, uris.WMI_ERROR, name, None if value is None else str(value))
    element.set(_TYPE, kind)
    if value is None:
        element.set(_NIL, "true")
