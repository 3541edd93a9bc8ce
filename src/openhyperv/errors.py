"""The one error tree::

    HyperVError
     ├─ TransportError             nothing usable came over the connection
     │   ├─ UnreachableError       no connection was made: host down, wrong port, name unknown
     │   ├─ CertificateError       the host's TLS certificate is not trusted
     │   └─ ConnectionLostError    the connection died under a request
     ├─ AuthenticationError        the host does not accept who we say we are
     ├─ AccessDeniedError          it does, but that account may not do this
     ├─ ProtocolError              the answer breaks the protocol, or could be an attack
     ├─ FaultError                 the host answered with a WS-Management fault
     ├─ MethodError                a method of the host returned a nonzero code
     ├─ JobError                   a job of the host ended in failure
     ├─ NotFoundError              the object asked for does not exist
     ├─ ConflictError              it exists already, is ambiguous, or is in the wrong state
     ├─ QuotaError                 the host refuses more work for now
     ├─ DeadlineError              the time given has run out
     ├─ UnsupportedError           this host, or this version of it, cannot do that
     └─ InvalidInputError          refused before anything was touched
         ├─ MachineRuleError       properties that do not make a machine
         └─ ImageError             a disk image that is damaged, hostile or of the wrong kind

Code decides by class and by ``code``, never by message text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar


class HyperVError(Exception):
    """What every error of this library carries.

    - ``message``: what went wrong, one sentence, without secrets
    - ``host``: the host it happened on
    - ``target``: the object, path or file concerned
    - ``operation``: what was being done, in the caller's words or the protocol's
    - ``code``: the Windows code (HRESULT, WSMan code, ReturnValue or ErrorCode), unsigned
    - ``remedy``: what a person can do about it
    - ``retryable``: the same call may succeed later without any change
    - ``outcome_unknown``: the host may or may not have done it: look before trying again
    """

    retryable_by_default: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        host: str | None = None,
        target: str | None = None,
        operation: str | None = None,
        code: int | None = None,
        remedy: str | None = None,
        retryable: bool | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.host = host
        self.target = target
        self.operation = operation
        self.code = code
        self.remedy = remedy
        self.retryable = self.retryable_by_default if retryable is None else retryable
        self.outcome_unknown = outcome_unknown

    def __str__(self) -> str:
        where = [f"{label} {value}" for label, value in self._context() if value]
        text = self.message + (f" [{', '.join(where)}]" if where else "")
        if self.outcome_unknown:
            text += " The outcome is unknown: check the host before trying again."
        return f"{text} {self.remedy}" if self.remedy else text

    def _context(self) -> list[tuple[str, str | None]]:
        code = None if self.code is None else f"{self.code} (0x{self.code:08X})"
        return [("host", self.host), ("object", self.target), ("operation", self.operation), ("code", code)]


class TransportError(HyperVError):
    """Nothing usable came over the connection."""

    retryable_by_default = True


class UnreachableError(TransportError):
    """No connection was made; the host has seen nothing."""


class CertificateError(TransportError):
    """The host's TLS certificate is not trusted."""

    retryable_by_default = False


class ConnectionLostError(TransportError):
    """The connection died under a request; see ``outcome_unknown``."""


class AuthenticationError(HyperVError):
    """The host does not accept who we say we are: password, ticket, clock or method."""


class AccessDeniedError(HyperVError):
    """The account is known but may not do this."""


class ProtocolError(HyperVError):
    """The answer breaks the protocol, or is one that a client must refuse to read."""


class FaultError(HyperVError):
    """The host answered with a WS-Management fault that no other class here describes."""


class MethodError(HyperVError):
    """A CIM method returned a nonzero ReturnValue; it is in ``code``."""


class JobError(HyperVError):
    """A job ended in failure; Hyper-V's ErrorCode is in ``code``, its text in ``message``."""


class NotFoundError(HyperVError):
    """The object asked for does not exist."""


class ConflictError(HyperVError):
    """The object exists already, the name matches several, or its state forbids the operation."""


class QuotaError(HyperVError):
    """The host refuses more work for now."""

    retryable_by_default = True


class DeadlineError(HyperVError):
    """The time given for the operation has run out."""

    retryable_by_default = True


class UnsupportedError(HyperVError):
    """This host, or this version of it, cannot do that."""


class InvalidInputError(HyperVError):
    """Input that was refused before anything was touched."""


class MachineRuleError(InvalidInputError):
    """Image properties and flavor extra specs that do not make a machine; see ``machine``."""


class ImageError(InvalidInputError):
    """A disk image that is damaged, hostile, or not of the kind declared."""


@contextmanager
def error_context(
    *, host: str | None = None, target: str | None = None, operation: str | None = None
) -> Iterator[None]:
    """Fill in what an error from a lower room could not know; what it did know stays."""
    try:
        yield
    except HyperVError as error:
        error.host = error.host or host
        error.target = error.target or target
        error.operation = error.operation or operation
        raise
