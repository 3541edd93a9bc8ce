"""Proving to a host who we are, and making it prove who it is: one handshake per connection.

WinRM authenticates connections, not requests ([MS-WSMV] 2.2.9.1.1.1, RFC 4559): empty requests carry the
tokens, and afterwards the connection is ours.
"""

from __future__ import annotations

import base64
import binascii

import spnego
from attrs import frozen
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import BadMechanismError, NegotiateOptions

from openhyperv.errors import AuthenticationError, ConnectionLostError, ProtocolError, UnreachableError
from openhyperv.transport.bounded import run_within
from openhyperv.transport.dial import WRONG_TRANSPORT
from openhyperv.transport.http import HttpReply, post, request_head
from openhyperv.transport.kerberos_errors import SECURITY_ERRORS, explain
from openhyperv.transport.sealing import SealProtocol
from openhyperv.transport.session import ClearSession, SealedSession, Session
from openhyperv.transport.status import UNAUTHORIZED, check_status
from openhyperv.transport.stream import Stream
from openhyperv.transport.target import AuthenticationMethod, Target, Transport

_OPERATION = "authenticate"
_ROUND_TRIP_LIMIT = 6
"""NTLM takes two and Kerberos one; RFC 4559 sets no limit, so an endless server needs one."""


@frozen
class _Scheme:
    """A method's name in pyspnego and in the HTTP headers, and what seals after it."""

    mechanism: str
    header: str
    seal: SealProtocol


_SCHEMES = {
    AuthenticationMethod.NEGOTIATE: _Scheme("negotiate", "Negotiate", SealProtocol.SPNEGO),
    AuthenticationMethod.NTLM: _Scheme("ntlm", "Negotiate", SealProtocol.SPNEGO),
    AuthenticationMethod.KERBEROS: _Scheme("kerberos", "Kerberos", SealProtocol.KERBEROS),
}


@frozen
class Handshake:
    """What authenticating led to, and the round trips it took (none for Basic)."""

    session: Session
    round_trips: int


def authenticate(stream: Stream, target: Target, bindings: GssChannelBindings | None) -> Handshake:
    """Authenticate a fresh connection, within its stream's deadline.

    :raises AuthenticationError: the host or the domain refuses us, or the host cannot prove itself
    :raises UnreachableError: what listens there is no WinRM of this transport
    :raises DeadlineError: the deadline passed first
    """
    if target.authentication is AuthenticationMethod.BASIC:
        return Handshake(ClearSession(target, _basic(target)), 0)
    scheme = _scheme(target)
    context, token = run_within(stream.deadline, _OPERATION, lambda: _begin(target, scheme, bindings))
    round_trips = _shake_hands(stream, target, scheme, context, token)
    if target.transport is Transport.HTTPS:
        return Handshake(ClearSession(target), round_trips)
    _require_sealing(context)
    return Handshake(SealedSession(target, context, scheme.seal), round_trips)


def _scheme(target: Target) -> _Scheme:
    """The scheme of the target's method; Negotiate goes straight to NTLM where Kerberos cannot succeed.

    A password of an account without realm would otherwise be tried on whatever domain krb5.conf has for its
    default, which on Debian is one at MIT.
    """
    method = target.authentication
    if method is AuthenticationMethod.NEGOTIATE and not _may_use_kerberos(target):
        method = AuthenticationMethod.NTLM
    return _SCHEMES[method]


def _may_use_kerberos(target: Target) -> bool:
    """Services are registered under names, not addresses, and accounts with a password need a realm."""
    return target.password is None or (target.has_host_name and "@" in (target.username or ""))


def _basic(target: Target) -> str:
    credentials = f"{target.username}:{target.password}".encode()  # UNVERIFIED: WinRM reads them as UTF-8
    return f"Basic {base64.b64encode(credentials).decode()}"


def _begin(
    target: Target, scheme: _Scheme, bindings: GssChannelBindings | None
) -> tuple[spnego.ContextProxy, bytes | None]:
    """A client's context and its first token; with Kerberos this asks the domain for tickets."""
    try:
        context = _context(target, scheme.mechanism, bindings)
        return context, context.step()
    except BadMechanismError as error:
        raise _why_not_kerberos(target, bindings, error) from error
    except SECURITY_ERRORS as error:
        raise explain(error) from error


def _context(target: Target, mechanism: str, bindings: GssChannelBindings | None) -> spnego.ContextProxy:
    sealed = target.transport is Transport.HTTP
    return spnego.client(
        target.username,
        target.password,
        hostname=target.host,
        service="HTTP",
        channel_bindings=bindings if target.channel_binding else None,
        protocol=mechanism,
        options=NegotiateOptions.wrapping_winrm if sealed else NegotiateOptions.none,
    )


def _why_not_kerberos(
    target: Target, bindings: GssChannelBindings | None, error: BadMechanismError
) -> AuthenticationError:
    """SPNEGO found no mechanism, and reports only the last one's reason; Kerberos' is the telling one."""
    try:
        _context(target, "kerberos", bindings).step()
    except SECURITY_ERRORS as reason:
        return explain(reason)
    return explain(error)


def _shake_hands(
    stream: Stream, target: Target, scheme: _Scheme, context: spnego.ContextProxy, token: bytes | None
) -> int:
    """Exchange tokens until both sides are satisfied; the number of round trips it took."""
    for round_trip in range(1, _ROUND_TRIP_LIMIT + 1):
        reply = _send_token(stream, target, scheme, token or b"")
        answer = _answered_token(reply, scheme)
        if reply.status != UNAUTHORIZED:
            check_status(reply.status)
            _finish(context, answer)
            return round_trip
        if answer is None or context.complete:
            raise _refused(reply, scheme)
        token = _step(context, answer)
    raise ProtocolError("The host's authentication does not end.")


def _send_token(stream: Stream, target: Target, scheme: _Scheme, token: bytes) -> HttpReply:
    """One round trip. No request has been made yet, so a connection lost here is one never made."""
    authorization = f"{scheme.header} {base64.b64encode(token).decode()}"
    try:
        return post(stream, request_head(target, Authorization=authorization), b"", target.limits.reply_bytes)
    except ConnectionLostError as error:
        raise UnreachableError(
            "The host closed the connection instead of authenticating.", remedy=WRONG_TRANSPORT
        ) from error
    except ProtocolError as error:
        error.remedy = error.remedy or WRONG_TRANSPORT
        raise


def _answered_token(reply: HttpReply, scheme: _Scheme) -> bytes | None:
    for challenge in _challenges(reply):
        name, _, token = challenge.partition(" ")
        if name.lower() == scheme.header.lower() and token:
            try:
                return base64.b64decode(token.strip(), validate=True)
            except binascii.Error as error:
                raise ProtocolError("The host's authentication token is not base64.") from error
    return None


def _challenges(reply: HttpReply) -> list[str]:
    """One entry for each scheme offered: servers use a header for each, proxies join them with commas."""
    return [part.strip() for value in reply.values("www-authenticate") for part in value.split(",")]


def _step(context: spnego.ContextProxy, token: bytes) -> bytes | None:
    try:
        answer: bytes | None = context.step(token)
    except SECURITY_ERRORS as error:
        raise explain(error) from error
    except Exception as error:  # the library lets a malformed token surface as whatever it tripped over
        raise ProtocolError("The host's authentication token is malformed.") from error
    return answer


def _finish(context: spnego.ContextProxy, answer: bytes | None) -> None:
    """Hold the host to its half: the last token proves that it is what it says (RFC 4559, section 4.1)."""
    if answer is not None and not context.complete:
        _step(context, answer)
    if not context.complete:
        raise AuthenticationError(
            "The host let us in without proving who it is.",
            remedy="Look for a proxy or an attacker between here and the host.",
        )


def _require_sealing(context: spnego.ContextProxy) -> None:
    """A host, or someone between, may have talked the mechanism down to no encryption."""
    needed = spnego.ContextReq.confidentiality | spnego.ContextReq.integrity
    if context.context_attr & needed != needed:
        raise AuthenticationError(
            "The host agreed to no encryption of messages.", remedy="Use the https transport."
        )


def _refused(reply: HttpReply, scheme: _Scheme) -> AuthenticationError:
    offered = {challenge.partition(" ")[0].lower(): challenge for challenge in _challenges(reply)}
    if offered and scheme.header.lower() not in offered:
        return AuthenticationError(
            f"The host does not offer the {scheme.header} method.",
            remedy="Choose another method, or enable it with 'winrm set winrm/config/service/auth'.",
        )
    return AuthenticationError(
        "The host refuses the user name or password.",
        remedy="Check both; a domain account is written DOMAIN\\USER or USER@REALM.",
    )
