"""The URL ``/wsman``: authenticate, unseal, let the service answer, seal."""

from __future__ import annotations

from itertools import count

from attrs import define, evolve, field, frozen

from openhyperv.emulator.http.authentication import Admitted, AuthenticationPolicy, Authenticator, Challenged
from openhyperv.emulator.http.counters import Count, Counters
from openhyperv.emulator.http.exchange import Answer, Exchange, Service
from openhyperv.emulator.http.limits import Limits
from openhyperv.emulator.http.media import SEALED, SOAP, UTF_8, from_utf_8, media_type, to_utf_8
from openhyperv.emulator.http.refusals import by_winrm, method_not_allowed, unauthorized
from openhyperv.emulator.http.sealing import SealingError, SealingProtocol, seal, take_apart, unseal
from openhyperv.emulator.http.stream import Request, Response
from openhyperv.emulator.rules.actions import Unauthorized

PATH = "/wsman"
ANONYMOUS_PATH = "/wsman-anon/identify"  # UNVERIFIED: this path takes Identify without an account


@frozen
class WsmanSite:
    """What all connections of a listener share."""

    service: Service
    policy: AuthenticationPolicy
    limits: Limits
    counters: Counters
    is_secure: bool
    allow_unencrypted: bool


@frozen
class _Payload:
    """A request's envelope, and how its answer has to go back."""

    envelope: bytes = field(repr=False)
    charset: str = UTF_8
    sealed_with: SealingProtocol | None = None


class _Refused(Exception):  # noqa: N818  # a turn in the flow of one request, not an error of the emulator
    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


@define
class WsmanEndpoint:
    """One connection's side of ``/wsman``."""

    site: WsmanSite
    authenticator: Authenticator
    peer: str
    _number: int = field(factory=count(1).__next__, init=False)

    def respond(self, request: Request) -> Response:
        """Answer one request, whatever it is."""
        if request.method != "POST":
            return method_not_allowed()
        verdict = self._verdict(request)
        if isinstance(verdict, Challenged):
            return unauthorized(verdict)
        if not request.body:
            return Response(status=200, headers=verdict.headers)
        try:
            return self._exchange(verdict, self._payload(request, verdict.user))
        except _Refused as refused:
            return evolve(refused.response, headers=verdict.headers)

    def _verdict(self, request: Request) -> Admitted | Challenged:
        authorization = request.headers.get("authorization")
        if authorization is None and not self.authenticator.user and _is_anonymous(request):
            return Admitted("")
        verdict = self.authenticator.authenticate(authorization)
        if authorization is not None:
            self._count(verdict)
        return verdict

    def _count(self, verdict: Admitted | Challenged) -> None:
        if isinstance(verdict, Admitted):
            self.site.counters.add(Count.AUTHENTICATIONS)
        elif verdict.closes:
            self.site.counters.add(Count.AUTHENTICATION_FAILURES)

    def _payload(self, request: Request, user: str) -> _Payload:
        content_type = media_type(request.headers.get("content-type", ""))
        if content_type.name == SEALED:
            payload = self._unsealed(request.body, content_type.parameters.get("boundary", ""))
        elif content_type.name == SOAP:
            self._refuse_plain_session(user)
            payload = _decoded(request.body, content_type.charset)
        else:
            raise _Refused(by_winrm(415))
        if len(payload.envelope) > self.site.limits.max_envelope_bytes:
            raise _Refused(by_winrm(413))
        return payload

    def _refuse_plain_session(self, user: str) -> None:
        """AllowUnencrypted is false by default: pywinrm's users meet this as HTTP 500 without a body."""
        if user and not self.site.is_secure and not self.site.allow_unencrypted:
            raise _Refused(by_winrm(500))

    def _unsealed(self, body: bytes, boundary: str) -> _Payload:
        """A message that cannot be unsealed leaves the context out of step, so the connection ends."""
        context = self.authenticator.context
        if context is None:
            raise _Refused(by_winrm(400))
        try:
            sealed = take_apart(body, boundary)
            plaintext = unseal(sealed, context)
        except SealingError as error:
            raise _Refused(evolve(by_winrm(400), closes=True)) from error  # UNVERIFIED: status of a bad seal
        payload = _decoded(plaintext, media_type(sealed.original_type).charset)
        return evolve(payload, sealed_with=sealed.protocol)

    def _exchange(self, verdict: Admitted, payload: _Payload) -> Response:
        self.site.counters.add(Count.REQUESTS)
        exchange = Exchange(
            payload.envelope,
            verdict.user,
            payload.charset,
            self.site.is_secure,
            self.peer,
            self._number,
        )
        answer = self.site.service(exchange)
        if isinstance(answer.disturbance, Unauthorized):
            refusal = unauthorized(self.authenticator.refuse())
            return evolve(refusal, disturbance=answer.disturbance)
        return self._response(answer, payload, verdict.headers)

    def _response(self, answer: Answer, payload: _Payload, headers: tuple[tuple[str, str], ...]) -> Response:
        body, content_type = from_utf_8(answer.body, payload.charset)
        context = self.authenticator.context
        if payload.sealed_with is not None and context is not None:
            content_type, body = seal(body, content_type, payload.sealed_with, context)
        return Response(
            status=answer.status,
            headers=(("Content-Type", content_type), *headers),
            body=body,
            disturbance=answer.disturbance,
        )


def _is_anonymous(request: Request) -> bool:
    """The two ways to ask for Identify without an account (DSP0226, section 11)."""
    if request.path == ANONYMOUS_PATH:
        return True
    return request.headers.get("wsmanidentify", "").strip().lower() == "unauthenticated"


def _decoded(body: bytes, charset: str) -> _Payload:
    try:
        envelope, charset = to_utf_8(body, charset)
    except UnicodeDecodeError as error:
        raise _Refused(by_winrm(400)) from error
    return _Payload(envelope, charset)
