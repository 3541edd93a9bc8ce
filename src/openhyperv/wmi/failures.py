"""Errors as WMI's scripting interface shows them: ``x_wmi`` around a COM error with a signed HRESULT."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeAlias, TypeVar

from openhyperv.errors import (
    AccessDeniedError,
    AuthenticationError,
    CertificateError,
    ConflictError,
    ConnectionLostError,
    DeadlineError,
    FaultError,
    HyperVError,
    InvalidInputError,
    NotFoundError,
    QuotaError,
    TransportError,
    UnreachableError,
    UnsupportedError,
)
from openhyperv.wire.fault import WbemCode, WsmanCode
from openhyperv.wire.wql_tokens import WqlSyntaxError

Params = ParamSpec("Params")
Result = TypeVar("Result")
ExceptionInfo: TypeAlias = "tuple[int, str | None, str, str | None, int | None, int]"

TIMED_OUT = 0x00040004
"""WBEM_S_TIMEDOUT (Microsoft, "WMI non-error constants")."""
ALREADY_EXISTS = 0x80041019
TRANSPORT_FAILURE = 0x80041015
E_ACCESSDENIED = 0x80070005
LOGON_FAILURE = 0x8007052E
RPC_SERVER_UNAVAILABLE = 0x800706BA
RPC_CALL_FAILED = 0x800706BE
CERT_UNTRUSTED_ROOT = 0x800B0109

_LAST_SIGNED = 0x7FFFFFFF
_FAILURE_BIT = 0x80000000
_LAST_WIN32 = 0xFFFF
_WIN32_FACILITY = 0x80070000
_WSMAN_FACILITY = 0x8033
"""The upper half of WinRM's own codes (wsmerror.h), which no caller of WMI has ever seen over DCOM."""

_WMI_CODES: dict[int, int] = {
    WsmanCode.DESTINATION_UNREACHABLE: WbemCode.INVALID_CLASS,
    WsmanCode.BAD_METHOD: WbemCode.INVALID_METHOD,
    WsmanCode.CANNOT_PROCESS_FILTER: WbemCode.INVALID_QUERY,
    **dict.fromkeys(
        (
            WsmanCode.INVALID_SELECTORS,
            WsmanCode.INSUFFICIENT_SELECTORS,
            WsmanCode.UNEXPECTED_SELECTORS,
            WsmanCode.SELECTOR_TYPE_MISMATCH,
            WsmanCode.INVALID_SELECTOR_VALUE,
            WsmanCode.AMBIGUOUS_SELECTORS,
            WsmanCode.DUPLICATE_SELECTORS,
            WsmanCode.KEYS_REQUIRED,
        ),
        WbemCode.INVALID_OBJECT_PATH,
    ),
    WsmanCode.INVALID_PARAMETER: WbemCode.INVALID_PARAMETER,
    WsmanCode.PROVIDER_FAILURE: WbemCode.PROVIDER_FAILURE,
    WsmanCode.SCHEMA_VALIDATION_ERROR: WbemCode.TYPE_MISMATCH,
}
"""What WMI itself says where WinRM answered with a code of its own; the others go by the error's class."""

_CLASS_CODES: dict[type[HyperVError], int] = {
    UnreachableError: RPC_SERVER_UNAVAILABLE,
    ConnectionLostError: RPC_CALL_FAILED,
    CertificateError: CERT_UNTRUSTED_ROOT,
    TransportError: TRANSPORT_FAILURE,
    AuthenticationError: LOGON_FAILURE,
    AccessDeniedError: E_ACCESSDENIED,
    NotFoundError: WbemCode.NOT_FOUND,
    ConflictError: ALREADY_EXISTS,
    QuotaError: WbemCode.QUOTA_VIOLATION,
    DeadlineError: TIMED_OUT,
    UnsupportedError: WbemCode.PROVIDER_NOT_CAPABLE,
    WqlSyntaxError: WbemCode.INVALID_QUERY,
    InvalidInputError: WbemCode.INVALID_PARAMETER,
    HyperVError: WbemCode.FAILED,
}


def unsigned_to_signed(value: int) -> int:
    """A 32-bit number as COM shows it: ``0x80041002`` is -2147217406."""
    value &= 0xFFFFFFFF
    return value if value <= _LAST_SIGNED else value - (1 << 32)


class com_error(Exception):  # noqa: N801, N818 - the name in the interface
    """What COM tells of a failure; ``hresult`` is signed, ``excepinfo[2]`` the text, ``[5]`` the code."""

    def __init__(
        self, hresult: int, strerror: str, excepinfo: ExceptionInfo | None, argerror: int | None
    ) -> None:
        super().__init__(hresult, strerror, excepinfo, argerror)
        self.hresult = hresult
        self.strerror = strerror
        self.excepinfo = excepinfo
        self.argerror = argerror


class x_wmi(Exception):  # noqa: N801, N818 - the name in the interface
    """Any operation that failed; the error of this library is its ``__cause__``."""

    def __init__(self, info: str = "", com_error: com_error | None = None) -> None:
        super().__init__(info, com_error)
        self.info = info
        self.com_error = com_error

    def __str__(self) -> str:
        return self.info or str(self.com_error or "")


class x_wmi_timed_out(x_wmi):  # noqa: N801 - the name in the interface
    """No event came in time, or an operation took longer than it was given."""


def failure(code: int, text: str) -> x_wmi:
    """The exception for a code, given unsigned."""
    hresult = unsigned_to_signed(code)
    kind = x_wmi_timed_out if code == TIMED_OUT else x_wmi
    return kind(text, com_error(hresult, text, (0, None, text, None, None, hresult), None))


def failure_of(error: HyperVError) -> x_wmi:
    """The exception for an error of this library."""
    return failure(code_of(error), str(error))


def code_of(error: HyperVError) -> int:
    """The HRESULT, unsigned: the host's own where it gave one, else what WMI says of that class of error."""
    if isinstance(error, DeadlineError):
        return TIMED_OUT
    code = error.code or 0
    if code in _WMI_CODES:
        return _WMI_CODES[code]
    if isinstance(error, FaultError) and 0 < code <= _LAST_WIN32:
        return _WIN32_FACILITY | code
    if code >= _FAILURE_BIT and code >> 16 != _WSMAN_FACILITY:
        return code
    return next(_CLASS_CODES[kind] for kind in type(error).__mro__ if kind in _CLASS_CODES)


@contextmanager
def wmi_failures() -> Iterator[None]:
    """Raise this library's errors as ``x_wmi``."""
    try:
        yield
    except HyperVError as error:
        raise failure_of(error) from error


def mi_to_wmi_exception(function: Callable[Params, Result]) -> Callable[Params, Result]:
    """The same function, whose errors of this library are raised as ``x_wmi``."""

    @wraps(function)
    def translating(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        with wmi_failures():
            return function(*args, **kwargs)

    return translating
