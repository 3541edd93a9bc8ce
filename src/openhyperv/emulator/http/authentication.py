"""Who is at the other end: HTTP authentication per connection, as WinRM does it.

Negotiate and Kerberos authenticate the connection: once admitted, its requests need no header. Basic
authenticates each request for itself ([MS-WSMV] 2.2.9.1, RFC 4559, RFC 7617).
"""

from __future__ import annotations

import base64
import logging
from enum import StrEnum
from typing import TypeAlias

import spnego
from attrs import frozen
from spnego.channel_bindings import GssChannelBindings

from openhyperv.emulator.http.accounts import AccountBook
from openhyperv.emulator.http.ntlm_accounts import acceptor_file
from openhyperv.emulator.http.ntlm_message import find_authenticate

_AUTHENTICATE = "WWW-Authenticate"

_log = logging.getLogger(__name__)


class Scheme(StrEnum):
    """The schemes of the Authorization header that this listener knows."""

    NEGOTIATE = "Negotiate"
    KERBEROS = "Kerberos"
    BASIC = "Basic"


@frozen
class AuthenticationPolicy:
    """What a listener accepts: its accounts and the schemes it offers."""

    accounts: AccountBook
    schemes: tuple[Scheme, ...]

    @property
    def challenges(self) -> tuple[tuple[str, str], ...]:
        """One header line per scheme offered, in Windows' order."""
        return tuple(
            (_AUTHENTICATE, 'Basic realm="WSMAN"' if scheme is Scheme.BASIC else scheme.value)
            for scheme in self.schemes
        )

    def security_context(self, scheme: Scheme) -> spnego.ContextProxy:
        """A new acceptor. Credentials for NTLM alone keep Negotiate from asking MIT Kerberos for a key."""
        credentials = None if Scheme.KERBEROS in self.schemes else spnego.NTLMHash("")
        return spnego.server(protocol=scheme.value.lower(), credentials=credentials)

    def user_of(self, context: spnego.ContextProxy) -> str:
        """Whom a complete context has proven: the account as this host spells it, or the principal."""
        principal: str = context.client_principal or ""
        account = self.accounts.find(principal) if context.negotiated_protocol == "ntlm" else None
        return account.name if account else principal


@frozen
class Admitted:
    """The request may pass; ``headers`` carry the last token of a handshake that has just ended."""

    user: str
    headers: tuple[tuple[str, str], ...] = ()


@frozen
class Challenged:
    """401: either a leg of a handshake, or, with ``closes``, a refusal that says what would do."""

    headers: tuple[tuple[str, str], ...]
    closes: bool = False


Verdict: TypeAlias = Admitted | Challenged


class Authenticator:
    """The authentication state of one connection.

    ``context`` is the security context that seals messages, and None for Basic or before admission.
    """

    def __init__(self, policy: AuthenticationPolicy, bindings: GssChannelBindings | None) -> None:
        self._policy = policy
        self._bindings = bindings
        self._pending: spnego.ContextProxy | None = None
        self.context: spnego.ContextProxy | None = None
        self.user = ""

    def authenticate(self, authorization: str | None) -> Verdict:
        """Decide about a request by its Authorization header, or by the connection if it has none."""
        if authorization is None:
            return Admitted(self.user) if self.user else self.refuse()
        scheme_text, _space, credentials = authorization.partition(" ")
        scheme = next((s for s in self._policy.schemes if s.lower() == scheme_text.lower()), None)
        try:
            token = base64.b64decode(credentials.strip(), validate=True)
            if scheme is None:
                return self.refuse()
            return self._basic(token) if scheme is Scheme.BASIC else self._handshake(scheme, token)
        except Exception as error:  # noqa: BLE001  # a hostile token can trip pyspnego's parser over anything
            _log.debug("An authentication failed: %s", error)
            return self.refuse()

    def refuse(self) -> Challenged:
        """Forget who the peer was, and say which schemes would do. Windows closes the connection then."""
        self._pending = self.context = None
        self.user = ""
        return Challenged(self._policy.challenges, closes=True)

    def _basic(self, token: bytes) -> Verdict:
        name, _colon, password = token.decode().partition(":")
        account = self._policy.accounts.check(name, password)
        return Admitted(account.name) if account else self.refuse()

    def _handshake(self, scheme: Scheme, token: bytes) -> Verdict:
        if self._pending is None:
            self.refuse()
            self._pending = self._policy.security_context(scheme)
        reply = self._step(self._pending, token)
        headers = ((_AUTHENTICATE, f"{scheme} {base64.b64encode(reply).decode()}"),) if reply else ()
        if not self._pending.complete:
            return Challenged(headers) if reply else self.refuse()
        self.context, self._pending = self._pending, None
        self.user = self._policy.user_of(self.context)
        return Admitted(self.user, headers)

    def _step(self, context: spnego.ContextProxy, token: bytes) -> bytes | None:
        """One leg. Channel bindings are compared where the client sent some: CbtHardeningLevel Relaxed."""
        ntlm = find_authenticate(token)
        if ntlm is None:
            return context.step(token, channel_bindings=self._bindings)
        account = self._policy.accounts.find(ntlm.user)
        if account is None:
            raise ValueError("There is no such account.")
        bindings = self._bindings if ntlm.has_channel_bindings else None
        with acceptor_file().showing(account, ntlm.domain):
            return context.step(token, channel_bindings=bindings)
