"""The WS-Management service: an envelope in, an envelope out, rules and faults in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from threading import Lock

from attrs import evolve

from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.emulator.http.exchange import Answer, Exchange, answer_under
from openhyperv.emulator.rules.actions import (
    Action,
    ExpiredEnumeration,
    MethodReturns,
    QuotaFault,
    Slow,
    WsmanFault,
)
from openhyperv.emulator.rules.matching import Rules
from openhyperv.emulator.wsman import enumerations, event_pulls, invocations, objects
from openhyperv.emulator.wsman.backend import Backend
from openhyperv.emulator.wsman.described import describe
from openhyperv.emulator.wsman.headers import check_header
from openhyperv.emulator.wsman.operations import Operations
from openhyperv.emulator.wsman.punctuality import in_time, is_too_slow, timeout_s
from openhyperv.emulator.wsman.refusals import (
    Refusal,
    access_denied,
    charset_refused,
    no_renewal,
    not_xml,
    refused_by_rule,
    stale_context,
    timed_out,
    too_many_operations,
    unknown_action,
    version_mismatch,
)
from openhyperv.emulator.wsman.replying import Replies
from openhyperv.emulator.wsman.wmi_status import with_status
from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.envelope import Request, RequestHeader, read_request
from openhyperv.wire.identity import Identity, identify_response, is_identify
from openhyperv.wire.xml import Element

_CHARSETS = ("utf-8", "utf-16")

Meddling = Callable[[Action], AbstractContextManager[None]]
"""Makes a rule about jobs, files or SMB hold while a request is executed."""


class WsmanService:
    """Answers exchanges of the listener. Thread-safe: each request runs in its connection's thread."""

    def __init__(
        self, backend: Backend, identity: Identity, machine: str, rules: Rules, meddling: Meddling
    ) -> None:
        self._backend = backend
        self._identity = identity
        self._replies = Replies(machine, backend.limits)
        self._operations = Operations()
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
            nobody = RequestHeader(action="", message_id="", to="")
            return self._replies.fault(nobody, refusal.fault, refusal.status)
        operation = describe(request)
        with self._count_lock:
            self._counts[operation.name, operation.class_name] += 1
        action = self._rules.match(operation)
        answer = answer_under(action, lambda: self._answer(request, exchange, action))
        return self._punctual(request.header, answer, action)

    def _punctual(self, header: RequestHeader, answer: Answer, action: Action | None) -> Answer:
        """The answer, unless a rule makes the host so slow that WinRM answers without it."""
        limits = self._backend.limits
        if not is_too_slow(action, header, limits):
            return answer
        late = self._replies.fault(header, timed_out().fault)
        return evolve(late, disturbance=Slow(delay_s=timeout_s(header, limits)))

    def _read(self, exchange: Exchange) -> Request:
        if exchange.charset.lower() not in _CHARSETS:
            raise charset_refused(exchange.charset)
        try:
            return read_request(exchange.body)
        except ProtocolError as error:
            raise not_xml(error.message) from error

    def _answer(self, request: Request, exchange: Exchange, action: Action | None) -> Answer:
        if is_identify(request.body):
            return Answer(identify_response(self._identity, is_stranger=not exchange.is_authenticated))
        header = request.header
        try:
            if not exchange.is_authenticated:
                raise access_denied()
            if not request.is_soap_1_2:
                raise version_mismatch()
            check_header(header)
            outcome = partial(self._outcome, request, exchange.user, action)
            return self._operations.answer(header, exchange.user, exchange.connection, outcome)
        except Refusal as refusal:
            return self._replies.fault(header, refusal.fault)

    def _outcome(self, request: Request, user: str, action: Action | None) -> Answer:
        """What executing the request came to, good or bad."""
        try:
            execute = partial(self._execute, request, user, action)
            content = in_time(request.header, self._backend.limits, execute)
            return self._replies.result(request.header, content)
        except Refusal as refusal:
            return self._replies.fault(request.header, refusal.fault)
        except CimFault as cim_fault:
            return self._replies.fault(request.header, with_status(cim_fault.fault, request))

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

    def close(self) -> None:
        """Drop what is open; waiting Pulls end."""
        self._backend.contexts.close()
