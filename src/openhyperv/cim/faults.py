"""Faults and method codes of a host as errors of the one tree; decided by code, never by text."""

from __future__ import annotations

from openhyperv.errors import (
    AccessDeniedError,
    ConflictError,
    DeadlineError,
    FaultError,
    HyperVError,
    MethodError,
    NotFoundError,
    ProtocolError,
    QuotaError,
    UnsupportedError,
)
from openhyperv.wire.fault import Fault, WbemCode, WsmanCode

_E_ACCESSDENIED = 0x80070005
_RPC_UNAVAILABLE = (0x800706BA, 0x800706BE, 0x800706BF)
"""RPC_S_SERVER_UNAVAILABLE, _CALL_FAILED, _CALL_FAILED_DNE: the service behind the provider is down."""

_CLASS_OF: dict[int, type[HyperVError]] = {
    WsmanCode.ACCESS_DENIED: AccessDeniedError,
    _E_ACCESSDENIED: AccessDeniedError,
    WbemCode.ACCESS_DENIED: AccessDeniedError,
    WsmanCode.RESOURCE_NOT_FOUND: NotFoundError,
    WsmanCode.DESTINATION_UNREACHABLE: NotFoundError,
    WbemCode.NOT_FOUND: NotFoundError,
    WbemCode.INVALID_CLASS: NotFoundError,
    WbemCode.INVALID_NAMESPACE: NotFoundError,
    WsmanCode.ALREADY_EXISTS: ConflictError,
    WbemCode.ALREADY_EXISTS: ConflictError,
    WsmanCode.AMBIGUOUS_SELECTORS: ConflictError,
    WsmanCode.USER_OPERATION_QUOTA: QuotaError,
    WsmanCode.QUOTA_LIMIT: QuotaError,
    WsmanCode.CONCURRENCY: QuotaError,
    WbemCode.QUOTA_VIOLATION: QuotaError,
    WsmanCode.OPERATION_TIMED_OUT: DeadlineError,
    WsmanCode.UNSUPPORTED_FEATURE: UnsupportedError,
    WsmanCode.BAD_METHOD: UnsupportedError,
    WsmanCode.ACTION_NOT_SUPPORTED: UnsupportedError,
    WbemCode.NOT_SUPPORTED: UnsupportedError,
    WbemCode.PROVIDER_NOT_CAPABLE: UnsupportedError,
    WbemCode.INVALID_METHOD: UnsupportedError,
}
_REMEDIES: dict[int, str] = {
    WbemCode.INVALID_NAMESPACE: (
        "Check the namespace's name, and that its role or feature is installed: "
        "root/virtualization/v2 comes with Hyper-V."
    ),
    WbemCode.INVALID_CLASS: "This host's Windows version has no such class.",
    WsmanCode.ACCESS_DENIED: "The account needs to be in Hyper-V Administrators and Remote Management Users.",
    WsmanCode.USER_OPERATION_QUOTA: "Close other enumerations and subscriptions of this account, then retry.",
    **dict.fromkeys(_RPC_UNAVAILABLE, "The host's management service is down or restarting; try again."),
}


def error_from_fault(fault: Fault) -> HyperVError:
    """The error for a fault; WMI's own code, being the more exact, decides before WSMan's."""
    if not (fault.code or fault.wbem_code or fault.subcode or fault.reason):
        return ProtocolError("The host answered with a fault that says nothing.")
    code = fault.code if fault.wbem_code is None else fault.wbem_code
    kind = _CLASS_OF.get(code) or _CLASS_OF.get(fault.code) or FaultError
    remedy = _REMEDIES.get(code) or _REMEDIES.get(fault.code)
    text = fault.reason or f"The host answered with the fault {fault.subcode}."
    return kind(text, code=code, remedy=remedy, retryable=True if code in _RPC_UNAVAILABLE else None)


METHOD_COMPLETED, METHOD_JOB_STARTED = 0, 4096

_METHOD_TEXTS: dict[int, tuple[type[HyperVError], str]] = {
    32768: (MethodError, "The host could not do it"),
    32769: (AccessDeniedError, "The account may not do this"),
    32770: (UnsupportedError, "The host does not support this"),
    32771: (MethodError, "The host does not know the outcome"),
    32772: (DeadlineError, "The host ran out of time"),
    32773: (MethodError, "The host refuses a parameter"),
    32774: (ConflictError, "The object is in use"),
    32775: (ConflictError, "The object's state does not allow this"),
    32776: (MethodError, "A value has the wrong type"),
    32777: (ConflictError, "The system is not available"),
    32778: (MethodError, "The host is out of memory"),
    32779: (NotFoundError, "The object or file was not found"),
}
"""Hyper-V's common method codes (Microsoft, "RequestStateChange method of the Msvm_ComputerSystem class")."""


def error_from_method_code(code: int, meaning: str | None = None) -> HyperVError:
    """The error for a nonzero ReturnValue; ``meaning`` is what the schema says of codes not listed here."""
    kind, text = _METHOD_TEXTS.get(code, (MethodError, meaning or "The method failed"))
    return kind(f"{text}.", code=code)
