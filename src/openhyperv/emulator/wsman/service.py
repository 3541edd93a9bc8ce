"""The WS-Management service: an envelope in, an envelope out, rules and faults in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from threading import Lock

from attrs import evolve

from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.emulator.http.exchange import Answer, Exchange, answer_under
from openhyperv.emulator.rules.actions import (
    Action,
    ExpiredEnumeration,
    MethodReturns,
    QuotaFault,
    WsmanFault,
)
from openhyperv.emulator.rules.matching import Rules
from openhyperv.emulator.wsman import enumerations, event_pulls, invocations, objects
from openhyperv.emulator.wsman.backend import Backend
from openhyperv.emulator.wsman.described import describe
from openhyperv.emulator.wsman.headers import check_header, envelope_bytes
from openhyperv.emulator.wsman.refusals import (
    SERVER_ERROR,
    Refusal,
    access_denied,
    charset_refused,
    no_renewal,
    not_xml,
    refused_by_rule,
    reply_too_large,
    stale_context,
    too_many_operations,
    unknown_action,
    version_mismatch,
)
from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.envelope import Request, RequestHeader, read_request, write_reply
from openhyperv.wire.fault import Fault, fault_action, fault_body
from openhyperv.wire.identity import Identity, identify_response, is_identify
from openhyperv.wire.xml import Element

_CHARSETS = ("utf-8", "utf-16")
_OK = 200

Meddling = Callable[[Action], AbstractContextManager[None]]
"""Makes a rule about jobs, files or SMB hold while a request is executed."""


class WsmanService:
    """Answers exchanges of the listener. Thread-safe: each request runs in its connection's thread."""

    def __init__(
        self, backend: Backend, identity: Identity, machine: str, rules: Rules, meddling: Meddling
    ) -> None:
        self._backend = backend
        self._identity = identity
        self._machine = machine
        self._rules = rules
        self._meddling = meddling
        self._counts: Counter[tuple[str, str]] = Counter()
        self._count_lock = Lock()

    def counts(self) -> Mapping[tuple[str, str], int]:
        """How often each operation was asked of each class since the start."""
        with self._count_lock:
            return dict(self._counts)

    def __call__(self, exchange: Exchange) -> Answer:
        """Answer one request; whatever goes wrong becomes a fault."""
        try:
            request = self._read(exchange)
        except Refusal as refusal:
            return self._fault(RequestHeader(action="", message_id=""), refusal.fault, refusal.status)
        operation = describe(request)
        with self._count_lock:
            self._counts[operation.name, operation.class_name] += 1
        action = self._rules.match(operation)
        return answer_under(action, lambda: self._answer(request, exchange, action))

    def _read(self, exchange: Exchange) -> Request:
        if exchange.charset.lower() not in _CHARSETS:
            raise charset_refused(exchange.charset)
        try:
            return read_request(exchange.body)
        except ProtocolError as error:
            raise not_xml(error.message) from error

    def _answer(self, request: Request, exchange: Exchange, action: Action | None) -> Answer:
        if is_identify(request.body):
            return Answer(identify_response(self._identity_for(exchange)))
        try:
            if not exchange.is_authenticated:
                raise access_denied()
            if not request.is_soap_1_2:
                raise version_mismatch()
            check_header(request.header)
            content = self._execute(request, exchange.user, action)
            return self._reply(request.header, content)
        except Refusal as refusal:
            return self._fault(request.header, refusal.fault)
        except CimFault as cim_fault:
            return self._fault(request.header, cim_fault.fault)

    def _identity_for(self, exchange: Exchange) -> Identity:
        """A stranger is not told the Windows version (DSP0226 11)."""
        if exchange.is_authenticated:
            return self._identity
        return evolve(self._identity, product_version="OS: 0.0.0 SP: 0.0 Stack: 3.0")

    def _execute(self, request: Request, user: str, action: Action | None) -> Element | None:
        match action:
            case QuotaFault():
                raise too_many_operations(self._backend.limits.max_operations_per_user)
            case ExpiredEnumeration():
                raise stale_context()
            case WsmanFault(code=code, text=text):
                raise refused_by_rule(code, text)
            case MethodReturns(return_value=return_value):
                return invocations.answer_with(self._backend, request, return_value)
            case None:
                return self._dispatch(request, user)
            case _:
                with self._meddling(action):
                    return self._dispatch(request, user)

    def _dispatch(self, request: Request, user: str) -> Element | None:
        backend = self._backend
        match request.header.action:
            case uris.ACTION_GET:
                return objects.get(backend, request)
            case uris.ACTION_ENUMERATE:
                return enumerations.enumerate_(backend, request, user)
            case uris.ACTION_PULL:
                return enumerations.pull(backend, request, user)
            case uris.ACTION_SUBSCRIBE:
                return event_pulls.subscribe(backend, request, user)
            case uris.ACTION_PUT:
                return objects.put(backend, request)
            case uris.ACTION_CREATE:
                return objects.create(backend, request)
            case _ if invocations.is_method(request.header):
                return invocations.invoke(backend, request, user)
            case _:
                self._dispatch_silent(request, user)
                return None

    def _dispatch_silent(self, request: Request, user: str) -> None:
        """Actions whose answer has an empty body."""
        match request.header.action:
            case uris.ACTION_RELEASE:
                enumerations.release(self._backend, request, user)
            case uris.ACTION_UNSUBSCRIBE:
                event_pulls.unsubscribe(self._backend, request, user)
            case uris.ACTION_DELETE:
                objects.delete(self._backend, request)
            case uris.ACTION_RENEW:
                raise no_renewal()
            case action:
                raise unknown_action(action)

    def _reply(self, header: RequestHeader, content: Element | None) -> Answer:
        body = write_reply(header, f"{header.action}Response", *([] if content is None else [content]))
        limit_bytes = envelope_bytes(header, self._backend.limits)
        if len(body) > limit_bytes:
            raise reply_too_large(len(body), limit_bytes)
        return Answer(body, _OK)

    def _fault(self, header: RequestHeader, fault: Fault, status: int = SERVER_ERROR) -> Answer:
        named = evolve(fault, machine=self._machine)
        return Answer(write_reply(header, fault_action(named), fault_body(named)), status)

    def close(self) -> None:
        """Drop what is open; waiting Pulls end."""
        self._backend.contexts.close()
