"""The faults with which Windows refuses a CIM operation, one constructor for each (MS-WSMV 2.2.4.43, 3.1.4).

What a Hyper-V method refuses is no fault but its ReturnValue, see :class:`provider.MethodFailure`.
"""

from __future__ import annotations

from openhyperv.wire.fault import Fault, WbemCode, WsmanCode
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.uris import class_uri

CIM_FAILED = 1
CIM_ACCESS_DENIED = 2
CIM_INVALID_NAMESPACE = 3
CIM_INVALID_PARAMETER = 4
CIM_INVALID_CLASS = 5
CIM_NOT_FOUND = 6
CIM_NOT_SUPPORTED = 7
CIM_INVALID_QUERY = 15
CIM_METHOD_NOT_AVAILABLE = 16
CIM_METHOD_NOT_FOUND = 17

REGISTRATION_TOO_BROAD = 0x80042002
"""WBEMESS_E_REGISTRATION_TOO_BROAD"""
REGISTRATION_TOO_PRECISE = 0x80042003
"""WBEMESS_E_REGISTRATION_TOO_PRECISE: the query has no WITHIN (Microsoft, "WMI error constants")."""
NOT_EVENT_CLASS = 0x80041059
"""WBEM_E_NOT_EVENT_CLASS"""
METHOD_NOT_IMPLEMENTED = 0x80041055
"""WBEM_E_METHOD_NOT_IMPLEMENTED"""


class CimFault(Exception):  # noqa: N818  # a fault is what the protocol calls it
    """An operation is refused with ``fault``."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def not_found(path: ObjectPath) -> CimFault:
    """There is no such object."""
    return CimFault(
        Fault(
            "a:DestinationUnreachable",
            WsmanCode.RESOURCE_NOT_FOUND,
            f"The WS-Management service cannot process the request because {path} was not found.",
            detail="InvalidResourceURI",
            wbem_code=WsmanCode.RESOURCE_NOT_FOUND,  # recorded: the provider's fault has the same code
            cim_status=CIM_NOT_FOUND,
        )
    )


def unknown_class(namespace: str, class_name: str) -> CimFault:
    """A resource URI names a class or namespace that WMI does not have."""
    return CimFault(
        Fault(
            "a:DestinationUnreachable",
            WsmanCode.RESOURCE_NOT_FOUND,
            f"The resource URI {class_uri(namespace, class_name)} was not found in the WMI repository.",
            detail="InvalidResourceURI",
            cim_status=CIM_INVALID_CLASS,
        )
    )


def invalid_query(reason: str, wbem_code: int = WbemCode.INVALID_QUERY) -> CimFault:
    """The text is no query, or asks what the classes in it do not have."""
    return _query_fault(reason, wbem_code, CIM_INVALID_QUERY)


def invalid_query_class(class_name: str) -> CimFault:
    """A query names a class that the namespace does not have."""
    return _query_fault(f"There is no class {class_name}.", WbemCode.INVALID_CLASS, CIM_INVALID_CLASS)


def invalid_query_namespace(namespace: str) -> CimFault:
    """A query is sent to a namespace that WMI does not have."""
    reason = f"There is no namespace {namespace}."
    return _query_fault(reason, WbemCode.INVALID_NAMESPACE, CIM_INVALID_NAMESPACE)


def _query_fault(reason: str, wbem_code: int, cim_status: int) -> CimFault:
    return CimFault(
        Fault(
            "n:CannotProcessFilter",
            WsmanCode.CANNOT_PROCESS_FILTER,
            f"The filter cannot be processed: {reason}",
            wbem_code=wbem_code,
            cim_status=cim_status,
        )
    )


def insufficient_selectors(class_name: str) -> CimFault:
    """No selector at all for a class that has several instances (Microsoft, "Session.Error property")."""
    reason = f"The selectors for {class_name} do not name an instance."
    return _selector_fault(WsmanCode.KEYS_REQUIRED, "InsufficientSelectors", reason)


def unexpected_selectors(class_name: str, selector: str) -> CimFault:
    """A selector that is no key of the class."""
    reason = f"{selector} is not a key of {class_name}."
    return _selector_fault(WsmanCode.UNEXPECTED_SELECTORS, "UnexpectedSelectors", reason)


def selector_type_mismatch(class_name: str, selector: str) -> CimFault:
    """A selector whose value does not fit the key's type."""
    reason = f"The value of the selector {selector} does not fit the key of {class_name}."
    return _selector_fault(WsmanCode.SELECTOR_TYPE_MISMATCH, "TypeMismatch", reason)


def ambiguous_selectors(class_name: str) -> CimFault:
    """Some keys are missing, and those given fit several instances."""
    reason = f"The selectors fit more than one instance of {class_name}."
    return _selector_fault(WsmanCode.AMBIGUOUS_SELECTORS, "AmbiguousSelectors", reason)


def _selector_fault(code: WsmanCode, detail: str, reason: str) -> CimFault:
    return CimFault(
        Fault("w:InvalidSelectors", code, reason, detail=detail, cim_status=CIM_INVALID_PARAMETER)
    )


def unknown_method(class_name: str, method: str) -> CimFault:
    """The class has no such method."""
    return CimFault(
        Fault(
            "a:ActionNotSupported",  # UNVERIFIED: no recording shows the subcode for an unknown method
            WsmanCode.BAD_METHOD,
            f"{class_name} has no method {method}.",
            cim_status=CIM_METHOD_NOT_FOUND,
        )
    )


def method_not_implemented(class_name: str, method: str) -> CimFault:
    """The class declares the method, but nothing answers it."""
    reason = f"The method {method} of {class_name} is not implemented."
    return provider_fault(reason, METHOD_NOT_IMPLEMENTED, CIM_METHOD_NOT_AVAILABLE)


def invalid_parameter(method: str, parameter: str) -> CimFault:
    """A parameter that the method does not have, or a value that does not fit it."""
    return CimFault(
        Fault(
            "w:SchemaValidationError",
            WsmanCode.SCHEMA_VALIDATION_ERROR,
            f"The parameter {parameter} does not fit the method {method}.",
            detail="InvalidParameter",
            cim_status=CIM_INVALID_PARAMETER,
        )
    )


def missing_object(class_name: str, method: str) -> CimFault:
    """An instance method was called without naming an instance.

    Recorded for Msvm_VirtualSystemManagementService.
    """
    # UNVERIFIED: other classes than Msvm_VirtualSystemManagementService answer the same
    reason = f"The method {method} of {class_name} needs an instance."
    return provider_fault(reason, WbemCode.INVALID_METHOD_PARAMETERS, CIM_INVALID_PARAMETER)


def not_capable(class_name: str, operation: str) -> CimFault:
    """The class is known, but its provider does not do that."""
    # UNVERIFIED: which of 0x80041024 and 0x8004100C Windows gives for each operation
    reason = f"The provider of {class_name} cannot {operation}."
    return provider_fault(reason, WbemCode.PROVIDER_NOT_CAPABLE, CIM_NOT_SUPPORTED)


def not_supported(reason: str) -> CimFault:
    """Something that WMI as a whole offers and this host does not."""
    return provider_fault(reason, WbemCode.NOT_SUPPORTED, CIM_NOT_SUPPORTED)


def failed(reason: str) -> CimFault:
    """The provider gave up without a code of Hyper-V's own (recorded when an occupied drive is removed)."""
    return provider_fault(reason, WbemCode.FAILED, CIM_FAILED)


def provider_fault(reason: str, wbem_code: int, cim_status: int) -> CimFault:
    """What a provider, or WMI in its place, refuses with a code of WMI's own."""
    return CimFault(
        Fault(
            "w:InternalError",
            WsmanCode.WMI_PROVIDER_FAULT,
            reason,
            wbem_code=wbem_code,
            cim_status=cim_status,
            is_sender=False,
        )
    )
