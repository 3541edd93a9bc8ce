"""Faults as values: SOAP code, WSMan code and what WMI said underneath (MS-WSMV 2.2.4.43)."""

from __future__ import annotations

from enum import IntEnum

from attrs import frozen

from openhyperv.wire import uris
from openhyperv.wire.extended_status import ExtendedStatus
from openhyperv.wire.xml import Element, child, child_text, local_name, qualified


class WsmanCode(IntEnum):
    """WSMan error codes (wsmerror.h, published in Microsoft's "WinRM error codes")."""

    RESOURCE_NOT_FOUND = 2150858752
    INVALID_ACTION_URI = 2150858753
    PROVIDER_FAILURE = 2150858755
    SOAP_VERSION_MISMATCH = 2150858765
    INVALID_MESSAGE_INFORMATION_HEADER = 2150858767
    MUST_UNDERSTAND = 2150858768
    HEADER_REQUIRED = 2150858769
    DESTINATION_UNREACHABLE = 2150858770
    ACTION_NOT_SUPPORTED = 2150858771
    INVALID_REPRESENTATION = 2150858773
    FILTERING_NOT_SUPPORTED = 2150858776
    FILTER_DIALECT_UNAVAILABLE = 2150858777
    CANNOT_PROCESS_FILTER = 2150858778
    INVALID_ENUMERATION_CONTEXT = 2150858779
    ENUMERATE_TIMED_OUT = 2150858780
    UNABLE_TO_RENEW = 2150858781
    DELIVERY_MODE_UNAVAILABLE = 2150858782
    INVALID_SOAP_BODY = 2150858791
    OPERATION_TIMED_OUT = 2150858793
    CONCURRENCY = 2150858802
    ALREADY_EXISTS = 2150858803
    ENCODING_LIMIT = 2150858805
    INVALID_OPTIONS = 2150858809
    INVALID_PARAMETER = 2150858810
    INVALID_SELECTORS = 2150858813
    QUOTA_LIMIT = 2150858815
    SCHEMA_VALIDATION_ERROR = 2150858817
    UNSUPPORTED_FEATURE = 2150858818
    INVALID_XML = 2150858819
    MAX_ENVELOPE_SIZE = 2150858823
    MAX_ENVELOPE_SIZE_EXCEEDED = 2150858824
    SERVER_ENVELOPE_LIMIT = 2150858825
    INSUFFICIENT_SELECTORS = 2150858842
    UNEXPECTED_SELECTORS = 2150858843
    SELECTOR_TYPE_MISMATCH = 2150858844
    INVALID_SELECTOR_VALUE = 2150858845
    AMBIGUOUS_SELECTORS = 2150858846
    DUPLICATE_SELECTORS = 2150858847
    BAD_METHOD = 2150858868
    UNSUPPORTED_MEDIA = 2150858869
    FRAGMENT_TRANSFER_NOT_SUPPORTED = 2150858871
    KEYS_REQUIRED = 2150859002
    """ERROR_WSMAN_INVALID_URI_WMI_SINGLETON: the class has many instances, and no key names one."""
    QUERY_NEEDS_WILDCARD = 2150859003
    """ERROR_WSMAN_INVALID_URI_WMI_ENUM_WQL"""
    WMI_PROVIDER_FAULT = 2150859010
    USER_OPERATION_QUOTA = 2150859174
    ACCESS_DENIED = 5


class WbemCode(IntEnum):
    """WMI's own HRESULTs (Microsoft, "WMI error constants")."""

    FAILED = 0x80041001
    NOT_FOUND = 0x80041002
    ACCESS_DENIED = 0x80041003
    PROVIDER_FAILURE = 0x80041004
    TYPE_MISMATCH = 0x80041005
    OUT_OF_MEMORY = 0x80041006
    INVALID_PARAMETER = 0x80041008
    NOT_AVAILABLE = 0x80041009
    NOT_SUPPORTED = 0x8004100C
    INVALID_NAMESPACE = 0x8004100E
    INVALID_CLASS = 0x80041010
    INVALID_QUERY = 0x80041017
    ALREADY_EXISTS = 0x80041019
    READ_ONLY = 0x80041023
    PROVIDER_NOT_CAPABLE = 0x80041024
    INVALID_METHOD = 0x8004102E
    INVALID_METHOD_PARAMETERS = 0x8004102F
    INVALID_PROPERTY = 0x80041031
    CALL_CANCELLED = 0x80041032
    INVALID_OBJECT_PATH = 0x8004103A
    QUOTA_VIOLATION = 0x8004106C


@frozen
class Fault:
    """One fault. ``subcode`` is a prefixed name such as ``w:InvalidSelectors``."""

    subcode: str
    code: int
    reason: str
    detail: str | None = None
    """The last part of the FaultDetail URI, such as ``InvalidResourceURI``."""
    wbem_code: int | None = None
    cim_status: int | None = None
    machine: str = ""
    is_sender: bool = True
    addressed_as: str = ""
    """What the client calls the machine, where that is not its own name."""
    status: ExtendedStatus | None = None
    """What WMI was doing; only where ``wbem_code`` says that WMI refused."""
    is_wmi_error_alone: bool = False
    """There is no WSManFault beside MSFT_WmiError (recorded of a quota)."""


NAMESPACES = {
    "a": uris.ADDRESSING,
    "x": uris.TRANSFER,
    "n": uris.ENUMERATION,
    "e": uris.EVENTING,
    "w": uris.WSMAN,
    "s": uris.SOAP,
}
"""The prefixes of subcodes."""


def is_fault(element: Element) -> bool:
    """True for ``s:Fault``."""
    return element.tag == qualified(uris.SOAP, "Fault")


def read_fault(body: Element) -> Fault:
    """The fault in ``s:Fault``; what Windows left out is empty or None, codes are 0 where there are none."""
    code = child(body, uris.SOAP, "Code")
    subcode = None if code is None else child(code, uris.SOAP, "Subcode")
    value = subcode if subcode is not None else code
    top = "" if code is None else (child_text(code, uris.SOAP, "Value") or "")
    detail = child(body, uris.SOAP, "Detail")
    return Fault(
        subcode="" if value is None else _canonical(value),
        code=_first_code(detail),
        reason=_reason(body, detail),
        detail=_fault_detail(detail),
        wbem_code=_inner_code(detail),
        cim_status=_cim_status(detail),
        machine=_machine(detail),
        is_sender=top.endswith(":Sender"),
    )


def _canonical(value: Element) -> str:
    """The subcode with our prefix for its namespace, whatever prefix the host used."""
    text = child_text(value, uris.SOAP, "Value") or ""
    prefix, _, name = text.rpartition(":")
    uri = value.nsmap.get(prefix or None)
    ours = next((p for p, namespace in NAMESPACES.items() if namespace == uri), prefix)
    return f"{ours}:{name}" if ours else name


def _wsman_faults(detail: Element | None) -> list[Element]:
    return [] if detail is None else list(detail.iter(qualified(uris.WSMAN_FAULT, "WSManFault")))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.strip().isdigit() else None


def _first_code(detail: Element | None) -> int:
    """The fault's code; where there is no WSManFault, that of MSFT_WmiError."""
    faults = _wsman_faults(detail)
    if faults:
        return _number(faults[0].get("Code")) or 0
    error = None if detail is None else detail.find(f".//{qualified(uris.WMI_ERROR, 'error_Code')}")
    return 0 if error is None else _number(error.text) or 0


def _inner_code(detail: Element | None) -> int | None:
    """WMI's own code: of the innermost fault, of the extended status, or of MSFT_WmiError."""
    faults = _wsman_faults(detail)
    if len(faults) > 1 and (code := _number(faults[-1].get("Code"))) != _first_code(detail):
        return code
    if detail is None:
        return None
    named = (e for e in detail.iter() if local_name(e) in ("StatusCode", "error_Code"))
    codes = (_number(element.text) for element in named)
    return next((code for code in codes if code and code != _first_code(detail)), None)


def _cim_status(detail: Element | None) -> int | None:
    element = None if detail is None else detail.find(f".//{qualified(uris.WMI_ERROR, 'CIMStatusCode')}")
    return None if element is None else _number(element.text)


def _machine(detail: Element | None) -> str:
    faults = _wsman_faults(detail)
    return faults[0].get("Machine", "") if faults else ""


def _fault_detail(detail: Element | None) -> str | None:
    text = None if detail is None else child_text(detail, uris.WSMAN, "FaultDetail")
    return text.rpartition("/")[2] if text else None


def _reason(body: Element, detail: Element | None) -> str:
    """The innermost message, which is the most telling; else that of MSFT_WmiError; else SOAP's reason."""
    texts = [
        "".join(str(text) for text in message.itertext())
        for wsman_fault in _wsman_faults(detail)
        for message in wsman_fault.iterchildren(qualified(uris.WSMAN_FAULT, "Message"))
    ]
    error = None if detail is None else detail.find(f".//{qualified(uris.WMI_ERROR, 'Message')}")
    reason = body.find(f"{qualified(uris.SOAP, 'Reason')}/{qualified(uris.SOAP, 'Text')}")
    others = ["" if element is None else element.text or "" for element in (error, reason)]
    spoken = (" ".join(text.split()) for text in (*reversed(texts), *others))
    return next((text for text in spoken if text), "")
