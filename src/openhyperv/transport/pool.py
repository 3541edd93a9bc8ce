"""A thread-safe pool of authenticated connections to one host, and the rule for sending again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from types import TracebackType
from typing import TypeAlias

from attrs import frozen

from openhyperv.errors import (
    AuthenticationError,
    ConflictError,
    ConnectionLostError,
    DeadlineError,
    HyperVError,
    InvalidInputError,
    error_context,
)
from openhyperv.transport.connection import Connection, Progress, Reply
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.dial import tls_context
from openhyperv.transport.status import UNAUTHORIZED
from openhyperv.transport.target import AuthenticationMethod, Target, Transport
from openhyperv.transport.traffic import Meter, TraceEvent, TraceKind, Traffic

Trace: TypeAlias = Callable[[TraceEvent], None]
"""Called in the thread of each exchange, with every envelope in the clear."""

_TOUCHED = (Progress.SENT, Progress.ANSWERING)


@frozen
class _Request:
    envelope: bytes
    deadline: Deadline
    changes_state: bool


class Pool:
    """Up to ``size`` connections, the one used last reused first; callers beyond that wait their turn.

    A request is sent once. Two cases are tried again, once, on a fresh connection: the host drops a
    connection's authentication (401: it executed nothing), or a connection that worked before turns out dead
    before any byte of a reply to a request that changes nothing.

    ``trace`` is called in the calling thread with each envelope in the clear.
    """

    def __init__(self, target: Target, *, size: int = 4, trace: Trace | None = None) -> None:
        """:raises InvalidInputError: the target's CA file cannot be used, or the size is not positive"""
        if size < 1:
            raise InvalidInputError(f"A pool of {size} connections can do nothing.", host=target.host)
        self.target = target
        self._tls = tls_context(target.ca_file) if target.transport is Transport.HTTPS else None
        self._trace = trace
        self._meter = Meter()
        self._slots = BoundedSemaphore(size)
        self._lock = Lock()
        self._idle: list[Connection] = []
        self._is_closed = False
        self._has_answered = False

    @property
    def traffic(self) -> Traffic:
        """What went over the wire so far."""
        return self._meter.traffic

    @property
    def has_answered(self) -> bool:
        """True once the host has accepted the account; until then it is asked one thing at a time, as every
        connection would try a wrong password once more."""
        return self._has_answered

    def exchange(
        self, envelope: bytes, *, deadline: Deadline, changes_state: bool, operation: str | None = None
    ) -> Reply:
        """Send one envelope and return the answer: an envelope with status 200, or a fault with 400 or 500.

        ``operation`` is the caller's name for it, which errors repeat. If an error has ``outcome_unknown``
        set, a request with ``changes_state`` may or may not have been executed.

        :raises UnreachableError, CertificateError: no connection was made; the host has seen nothing
        :raises AuthenticationError, AccessDeniedError, QuotaError: the host refused; nothing was executed
        :raises ConnectionLostError: the connection broke under the request
        :raises DeadlineError: the deadline passed, a free connection included in the wait
        :raises ProtocolError: the answer breaks the protocol, or is not sealed as agreed
        """
        request = _Request(envelope, deadline, changes_state)
        with error_context(host=self.target.host, operation=operation):
            self._show(TraceKind.REQUEST, envelope)
            with self._slot(deadline):
                reply = self._exchange(request)
            self._show(TraceKind.REPLY, reply.body, reply.status)
            return reply

    def _show(self, kind: TraceKind, body: bytes, status: int | None = None) -> None:
        if self._trace is not None:
            self._trace(TraceEvent(kind, body, status))

    @contextmanager
    def _slot(self, deadline: Deadline) -> Iterator[None]:
        if not self._slots.acquire(timeout=deadline.remaining_s):
            raise DeadlineError(
                "All connections to the host stayed busy.", remedy="Make the pool larger, or allow more time."
            )
        try:
            yield
        finally:
            self._slots.release()

    def _exchange(self, request: _Request) -> Reply:
        reply = self._first_try(request)
        if reply is None:
            reply = self._use(self._open(request.deadline), request)
        if reply.status == UNAUTHORIZED:
            raise AuthenticationError(
                f"The host refuses the account, or the {self.target.authentication} method.",
                remedy="Check user name and password, and on the host 'winrm get winrm/config/service/auth'.",
            )
        self._has_answered = True
        return reply

    def _first_try(self, request: _Request) -> Reply | None:
        """The answer, or None where the request did nothing and a fresh connection may help."""
        connection = self._take_idle() or self._open(request.deadline)
        try:
            reply = self._use(connection, request)
        except ConnectionLostError:
            if request.changes_state or not _was_stale(connection):
                raise
            return None
        return None if reply.status == UNAUTHORIZED and self._may_authenticate_again(connection) else reply

    def _may_authenticate_again(self, connection: Connection) -> bool:
        """False where 401 judges the password itself: sending it again could lock the account."""
        return connection.has_answered or self.target.authentication is not AuthenticationMethod.BASIC

    def _use(self, connection: Connection, request: _Request) -> Reply:
        try:
            return connection.exchange(request.envelope, request.deadline)
        except HyperVError as error:
            error.outcome_unknown = request.changes_state and connection.progress in _TOUCHED
            raise
        finally:
            self._put_back(connection)

    def _take_idle(self) -> Connection | None:
        """The connection used last that is still alive; dead ones are dropped on the way."""
        while True:
            with self._lock:
                if self._is_closed:
                    raise ConflictError("The connection pool is closed.")
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if connection.is_reusable:
                return connection
            connection.close()

    def _open(self, deadline: Deadline) -> Connection:
        return Connection.open(self.target, self._tls, deadline, self._meter)

    def _put_back(self, connection: Connection) -> None:
        with self._lock:
            if connection.is_open and not self._is_closed:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close idle connections now and busy ones when their exchange ends; a second time does nothing."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _was_stale(connection: Connection) -> bool:
    """A connection that worked before and broke before any byte of this reply."""
    return connection.has_answered and connection.progress is Progress.SENT
