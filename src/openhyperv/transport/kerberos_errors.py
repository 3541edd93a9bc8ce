"""What a failure of the security libraries means, by its code: GSSAPI's, or Kerberos' own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec

from attrs import frozen
from spnego.exceptions import (
    BadBindingsError,
    CredentialsExpiredError,
    InvalidCredentialError,
    InvalidTokenError,
    NoCredentialError,
    SpnegoError,
)

from openhyperv.errors import AuthenticationError


def _security_errors() -> tuple[type[Exception], ...]:
    if find_spec("krb5") is None:
        return (SpnegoError, ImportError)
    from krb5 import Krb5Error  # noqa: PLC0415  comes with the kerberos extra only

    return (SpnegoError, ImportError, Krb5Error)


SECURITY_ERRORS = _security_errors()
"""What the security libraries raise when they cannot go on; pyspnego lets Kerberos' own error through."""


@frozen
class _Diagnosis:
    message: str
    remedy: str


_KRB5 = -1765328384
"""Base of MIT's error table: the codes of RFC 4120, section 7.5.9, and from 128 on the library's own."""

_NO_TICKET = _Diagnosis(
    "There is no Kerberos ticket to authenticate with.",
    "Run kinit, or give a user name and a password.",
)
_EXPIRED_TICKET = _Diagnosis("The Kerberos ticket has expired.", "Run kinit again.")
_CLOCK_SKEW = _Diagnosis(
    "The clocks of this machine and the domain are too far apart for Kerberos.",
    "Synchronize them (NTP); Active Directory allows five minutes.",
)
_WRONG_PASSWORD = _Diagnosis("The domain does not accept the password.", "Check user name and password.")
_NO_KDC = _Diagnosis(
    "No domain controller (KDC) of the account's realm was found or answered.",
    "Check the realm's name, krb5.conf and DNS, and that port 88 is reachable.",
)
_NO_SUCH_SERVICE = _Diagnosis(
    "The domain knows no service HTTP/<host> under the host's name.",
    "Connect by the host's full domain name, as in its service principal names (setspn -L).",
)

_BY_KRB5_CODE: Mapping[int, _Diagnosis] = {
    6: _Diagnosis(
        "The domain does not know the user.", "Check the user name; a domain account is written USER@REALM."
    ),
    7: _NO_SUCH_SERVICE,
    18: _Diagnosis("The account is disabled or locked.", "Ask the domain's administrator."),
    23: _Diagnosis("The account's password has expired.", "Change it."),
    24: _WRONG_PASSWORD,
    31: _WRONG_PASSWORD,
    32: _EXPIRED_TICKET,
    33: _CLOCK_SKEW,
    37: _CLOCK_SKEW,
    41: _Diagnosis(
        "The host cannot read the ticket that the domain issued for it.",
        "Look for a service principal name registered twice (setspn -X).",
    ),
    141: _NO_TICKET,
    148: _CLOCK_SKEW,
    154: _NO_KDC,
    156: _NO_KDC,
    195: _NO_TICKET,
    203: _NO_TICKET,
    210: _WRONG_PASSWORD,
    217: _NO_SUCH_SERVICE,
    220: _NO_KDC,
    224: _Diagnosis(
        "The user name has no realm, and this machine has no default one.",
        "Write the user as USER@REALM, or set default_realm in krb5.conf.",
    ),
}

_BY_GSS_CLASS: Mapping[type[Exception], _Diagnosis] = {
    CredentialsExpiredError: _EXPIRED_TICKET,
    NoCredentialError: _NO_TICKET,
    InvalidCredentialError: _NO_TICKET,
    InvalidTokenError: _Diagnosis(
        "The host rejects the authentication.", "Check user name, password and method."
    ),
    BadBindingsError: _Diagnosis(
        "The TLS connection is not the one that the host sees.", "Look for a proxy that ends TLS on the way."
    ),
    ImportError: _Diagnosis(
        "Kerberos support is not installed here.", "Install openhyperv with its kerberos extra."
    ),
}


def explain(error: Exception) -> AuthenticationError:
    """The library's failure in our words, with what can be done about it."""
    causes = list(_causes(error))
    diagnosis = next(filter(None, map(_diagnosis, reversed(causes))), None)
    if diagnosis is not None:
        return AuthenticationError(diagnosis.message, remedy=diagnosis.remedy)
    return AuthenticationError(
        f"Authentication failed in the security library ({causes[-1]}).",
        remedy="Check user name, password and method; for Kerberos see also KRB5_TRACE.",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = getattr(error, "base_error", None) or error.__cause__


def _diagnosis(error: BaseException) -> _Diagnosis | None:
    for attribute in ("err_code", "min_code"):
        code = getattr(error, attribute, None)
        if code is not None and (found := _BY_KRB5_CODE.get(_signed(code) - _KRB5)):
            return found
    return next((found for kind, found in _BY_GSS_CLASS.items() if isinstance(error, kind)), None)


def _signed(code: int) -> int:
    """GSSAPI reports minor codes unsigned; the Kerberos library reports the same ones signed."""
    return code - 2**32 if code >= 2**31 else code
