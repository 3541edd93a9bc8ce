"""From NTSTATUS codes ([MS-ERREF] 2.3) and smbprotocol's exceptions to the one error tree."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec

from smbprotocol.exceptions import (
    SMBAuthenticationError,
    SMBConnectionClosed,
    SMBException,
    SMBResponseException,
)
from spnego.exceptions import SpnegoError

from openhyperv.errors import (
    AccessDeniedError,
    AuthenticationError,
    ConflictError,
    ConnectionLostError,
    HyperVError,
    InvalidInputError,
    NotFoundError,
    ProtocolError,
    QuotaError,
    UnreachableError,
    UnsupportedError,
)

DISK_FULL = 0xC000007F
SHARING_VIOLATION = 0xC0000043

_BY_STATUS: Mapping[int, tuple[type[HyperVError], str]] = {
    0xC000000F: (NotFoundError, "There is no such file"),
    0xC0000034: (NotFoundError, "There is no such file or pipe"),
    0xC000003A: (NotFoundError, "There is no such folder"),
    0xC00000CC: (NotFoundError, "The host has no such share"),
    0xC0000022: (AccessDeniedError, "The account may not do this"),
    0xC00000CA: (AccessDeniedError, "The account may not use this share"),
    0xC000006D: (AuthenticationError, "The user name or password is wrong"),
    0xC000006E: (AuthenticationError, "The account is restricted"),
    0xC0000071: (AuthenticationError, "The password has expired"),
    0xC0000072: (AuthenticationError, "The account is disabled"),
    0xC0000133: (AuthenticationError, "The clocks of this machine and the host are too far apart"),
    0xC000015B: (AuthenticationError, "The account may not log on over the network"),
    0xC0000193: (AuthenticationError, "The account has expired"),
    0xC0000224: (AuthenticationError, "The password must be changed first"),
    0xC0000234: (AuthenticationError, "The account is locked out"),
    0xC0000035: (ConflictError, "It exists already"),
    SHARING_VIOLATION: (ConflictError, "Another program has the file open"),
    0xC0000054: (ConflictError, "Another program has locked the file"),
    0xC0000056: (ConflictError, "The file is about to be deleted"),
    0xC00000AC: (ConflictError, "No instance of the pipe is free"),
    0xC00000AE: (ConflictError, "The pipe is in use by someone else"),
    0xC00000BA: (ConflictError, "It is a folder"),
    0xC0000101: (ConflictError, "The folder is not empty"),
    0xC0000103: (ConflictError, "It is no folder"),
    0xC0000121: (ConflictError, "The file cannot be deleted"),
    DISK_FULL: (QuotaError, "The disk is full"),
    0xC0000044: (QuotaError, "The account's disk quota is used up"),
    0xC000009A: (QuotaError, "The host has no resources left for this"),
    0xC00000D0: (QuotaError, "The host accepts no more requests"),
    0xC0000011: (ConnectionLostError, "There is nothing more to read"),
    0xC00000B0: (ConnectionLostError, "The other end of the pipe is gone"),
    0xC00000B1: (ConnectionLostError, "The other end of the pipe is gone"),
    0xC000014B: (ConnectionLostError, "The other end of the pipe is gone"),
    0xC0000120: (ConnectionLostError, "The request was cancelled"),
    0xC0000128: (ConnectionLostError, "It has been closed"),
    0xC00000C9: (ConnectionLostError, "The share is gone"),
    0xC0000203: (ConnectionLostError, "The session was ended by the host"),
    0xC000020C: (ConnectionLostError, "The host closed the connection"),
    0xC000020D: (ConnectionLostError, "The host reset the connection"),
    0xC000035C: (ConnectionLostError, "The session has expired"),
    0xC0000033: (InvalidInputError, "Windows does not take this name"),
    0xC000003B: (InvalidInputError, "Windows does not take this path"),
    0x8000002D: (InvalidInputError, "The path leads over a link, which is never followed"),
    0xC00000BB: (UnsupportedError, "The host's file system cannot do this"),
}

_RETRYABLE = {SHARING_VIOLATION: True, 0xC0000054: True, DISK_FULL: False, 0xC0000044: False}
_REMEDIES = {
    DISK_FULL: "Free space on the host's disk.",
    SHARING_VIOLATION: "Stop the machine that uses it, or wait until the other program is done.",
    0xC0000022: "Use an account of the host's Administrators group.",
    0xC0000133: "Synchronise both clocks.",
    0xC000006D: "Check the user name and password.",
}

# What smbprotocol raises where an answer makes no sense, besides its own exceptions.
_MALFORMED = (struct.error, KeyError, IndexError, TypeError)


def _kerberos_errors() -> tuple[type[Exception], ...]:
    if find_spec("krb5") is None:
        return (SpnegoError, ImportError)
    from krb5 import Krb5Error  # noqa: PLC0415  comes with the kerberos extra only

    return (SpnegoError, ImportError, Krb5Error)


_KERBEROS = _kerberos_errors()
"""What smbprotocol lets through where there is no way to a ticket."""


@contextmanager
def smb_errors(server: str, operation: str, target: str | None = None) -> Iterator[None]:
    """Turn what smbprotocol raises within the block into the error tree, with the NTSTATUS in ``code``."""
    try:
        yield
    except HyperVError as error:
        _place(error, server, operation, target)
        raise
    except (SMBException, OSError, ValueError, *_KERBEROS, *_MALFORMED) as error:
        translated = _translated(error)
        _place(translated, server, operation, target)
        raise translated from error


def _place(error: HyperVError, server: str, operation: str, target: str | None) -> None:
    error.host = error.host or server
    error.operation = error.operation or operation
    error.target = error.target or target


def status_error(status: int) -> HyperVError:
    """The error for an NTSTATUS code."""
    kind, text = _BY_STATUS.get(status, (HyperVError, "The host refused"))
    retryable = _RETRYABLE.get(status)
    return kind(f"{text}.", code=status, retryable=retryable, remedy=_REMEDIES.get(status))


def _translated(error: Exception) -> HyperVError:
    if isinstance(error, SMBResponseException):
        return status_error(error.status)
    if isinstance(error, SMBConnectionClosed):
        return ConnectionLostError("The SMB connection was closed.")
    if isinstance(error, SMBAuthenticationError):
        return AuthenticationError(f"The host does not accept the account: {error}")
    if isinstance(error, _KERBEROS):
        remedy = "Check user name, password and krb5.conf, or use another method."
        return AuthenticationError(
            f"There is no Kerberos ticket for the host's files: {error}.", remedy=remedy
        )
    if isinstance(error, SMBException):
        return ProtocolError(f"The SMB connection failed: {error}")
    if isinstance(error, OSError):
        return ConnectionLostError(f"The SMB connection broke: {error}")
    if isinstance(error.__cause__, OSError):  # how smbprotocol reports that it could not connect
        remedy = "Check the host's name, the port and the firewall."
        return UnreachableError(f"There is no SMB connection: {error.__cause__}.", remedy=remedy)
    return ProtocolError(f"The answer breaks the SMB protocol: {error!r}")
