"""Which host to talk to, as whom, and how far to trust it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path

from attrs import field, frozen

from openhyperv.errors import InvalidInputError


class Transport(StrEnum):
    """What carries the envelopes; bodies are sealed over ``HTTP`` and inside TLS over ``HTTPS``."""

    HTTP = "http"
    HTTPS = "https"

    @property
    def default_port(self) -> int:
        """The port of WinRM's standard listener (Microsoft, "Installation and configuration for WinRM")."""
        return 5985 if self is Transport.HTTP else 5986


class AuthenticationMethod(StrEnum):
    """How to prove who we are (Microsoft, "Authentication for Remote Connections" of WinRM)."""

    NEGOTIATE = "negotiate"
    """Kerberos where it works, NTLM where it does not (SPNEGO, RFC 4178).

    Kerberos is tried for an account with a realm (``USER@REALM``) on a host given by name, and without a
    password for whoever holds a ticket.
    """
    KERBEROS = "kerberos"
    NTLM = "ntlm"
    BASIC = "basic"
    """The password itself; only ever sent inside TLS."""


@frozen
class Limits:
    """What a host may cost us, whatever it does."""

    connect_s: float = 10.0
    """Seconds for a TCP and TLS connection to one of the host's addresses."""
    reply_bytes: int = 32 * 1024 * 1024
    """The largest HTTP reply that is read; WinRM's own limit for envelopes is 500 KB."""


_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?")


def _without_brackets(host: str) -> str:
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


@frozen
class Target:
    """One host's WinRM listener and the account to use on it.

    Without a password, Kerberos takes tickets from the credential cache, for ``username`` if that is given.

    :raises InvalidInputError: a part cannot be what it claims to be, or Basic was asked for outside TLS
    """

    host: str = field(converter=_without_brackets)
    transport: Transport = Transport.HTTP
    port: int = field()
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    authentication: AuthenticationMethod = AuthenticationMethod.NEGOTIATE
    channel_binding: bool = True
    smb_port: int = 445
    limits: Limits = Limits()

    @port.default
    def _standard_port(self) -> int:
        return self.transport.default_port

    def __attrs_post_init__(self) -> None:
        self._check_address()
        self._check_credentials()

    def _check_address(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise InvalidInputError("This is not a host name or address.", target=repr(self.host))
        for port in (self.port, self.smb_port):
            if not 0 < port < 65536:
                raise InvalidInputError(f"{port} is not a TCP port.", host=self.host)

    def _check_credentials(self) -> None:
        method = self.authentication
        if method in (AuthenticationMethod.BASIC, AuthenticationMethod.NTLM) and not self._has_password:
            raise InvalidInputError(
                f"The {method} method needs a user name and a password.",
                host=self.host,
                operation="authenticate",
            )
        if method is not AuthenticationMethod.BASIC:
            return
        if self.transport is not Transport.HTTPS:
            raise InvalidInputError(
                "Basic authentication sends the password itself, so it is only done inside TLS.",
                host=self.host,
                operation="authenticate",
                remedy="Use the https transport, or the negotiate method.",
            )
        if ":" in (self.username or ""):
            raise InvalidInputError(
                "A user name for Basic holds no colon (RFC 7617, section 2).", host=self.host
            )

    @property
    def _has_password(self) -> bool:
        return bool(self.username) and self.password is not None

    @property
    def has_host_name(self) -> bool:
        """False where the host is given by its IP address."""
        try:
            ip_address(self.host)
        except ValueError:
            return True
        return False

    @property
    def address(self) -> str:
        """``host:port`` as it stands in a URL and in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Target:
        """The target that the ``OPENHYPERV_*`` variables name; empty ones count as unset.

        :raises InvalidInputError: ``OPENHYPERV_HOST`` is unset, or a value is of the wrong kind
        """
        given = {name: value for name in _VARIABLES if (value := environment.get(f"OPENHYPERV_{name}"))}
        if "HOST" not in given:
            raise InvalidInputError("No host is given.", remedy="Set OPENHYPERV_HOST.")
        transport = _transport(given.get("TRANSPORT", Transport.HTTP.value))
        return cls(
            host=given["HOST"],
            transport=transport,
            port=_port(given, "PORT", transport.default_port),
            username=given.get("USERNAME"),
            password=given.get("PASSWORD"),
            ca_file=Path(given["CA_FILE"]) if "CA_FILE" in given else None,
            authentication=_authentication(given.get("AUTHENTICATION", AuthenticationMethod.NEGOTIATE.value)),
            smb_port=_port(given, "SMB_PORT", 445),
        )


_VARIABLES = (
    "HOST",
    "PORT",
    "TRANSPORT",
    "USERNAME",
    "PASSWORD",
    "CA_FILE",
    "AUTHENTICATION",
    "SMB_PORT",
)


def _transport(text: str) -> Transport:
    try:
        return Transport(text.lower())
    except ValueError:
        raise InvalidInputError("OPENHYPERV_TRANSPORT is http or https.", target=text) from None


def _authentication(text: str) -> AuthenticationMethod:
    try:
        return AuthenticationMethod(text.lower())
    except ValueError:
        methods = ", ".join(AuthenticationMethod)
        raise InvalidInputError(f"OPENHYPERV_AUTHENTICATION is one of {methods}.", target=text) from None


def _port(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise InvalidInputError(f"OPENHYPERV_{name} is not a number.", target=text)
    return int(text)
