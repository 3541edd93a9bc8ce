"""Events as they come: read by a thread of their own, kept until asked for, over a host's restarts too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from time import monotonic
from typing import Self

from openhyperv import wmi
from openhyperv.cim.schema import Schema
from openhyperv.cim.session import Session
from openhyperv.cim.subscription import Subscription
from openhyperv.errors import (
    AccessDeniedError,
    AuthenticationError,
    CertificateError,
    HyperVError,
    InvalidInputError,
)
from openhyperv.transport.target import Target
from openhyperv.wire.instance import Instance
from openhyperv.wmi.event_buffer import EventBuffer

_LOG = logging.getLogger(__name__)

_FIRST_DELAY_S, _LAST_DELAY_S = 1.0, 30.0
_JOIN_TIMEOUT_S = 10.0
_FATAL = (AccessDeniedError, AuthenticationError, CertificateError, InvalidInputError)
"""What would meet the next attempt as well. A password is not refused twice: that could lock the account."""


class EventFeed:
    """Events of one query. Its session is its own: an open wait occupies a connection.

    When the connection breaks or the host restarts, the feed subscribes anew, with growing delays; what
    happened in between is lost, which a warning in the log says.

    Its thread, and what waits for it, is of the ``threading`` that the package has: programs that eventlet
    patches, and that call watchers from native threads, assign the original one there.
    """

    def __init__(self, session: Session, namespace: str, wql: str, subscription: Subscription) -> None:
        self._session = session
        self._namespace = namespace
        self._wql = wql
        self._subscription = subscription
        threading = wmi.threading
        self._events = EventBuffer(threading)
        self._lock = threading.RLock()  # whatever this thread lets go of may close the feed
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wmi-events", daemon=True)

    @classmethod
    def open(cls, target: Target, schema: Schema, namespace: str, wql: str) -> Self:
        """Subscribe; events count from the moment the host answers.

        :raises HyperVError: the host does not deliver these events
        """
        session = Session.open(target, schema)
        try:
            subscription = session.subscribe_text(wql, namespace)
        except HyperVError:
            session.close()
            raise
        feed = cls(session, namespace, wql, subscription)
        feed._thread.start()
        return feed

    def next(self, timeout_s: float | None) -> Instance | None:
        """The next event; None when none came in time.

        :raises EventsEnd: the feed was closed, or broke for good
        """
        return self._events.take(timeout_s)

    def close(self) -> None:
        """End the subscription at the host, and wait for its end; a second time does nothing."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
        self._subscription.close()
        self._session.close()
        self._events.end()
        if wmi.threading.get_ident() != self._thread.ident:
            self._thread.join(_JOIN_TIMEOUT_S)

    # --- the reading thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        cause: HyperVError | None = None
        try:
            while not self._closed.is_set():
                self._read()
        except HyperVError as error:
            cause = error
        finally:
            self._events.end(cause)

    def _read(self) -> None:
        """Keep events until the subscription ends, and find another.

        :raises HyperVError: there is no use in trying
        """
        try:
            for event in self._subscription.events():
                self._keep(event)
            reason = "the host ended it"
        except _FATAL:
            raise
        except HyperVError as error:
            reason = str(error)
        if not self._closed.is_set():
            self._resume(reason)

    def _keep(self, event: Instance) -> None:
        if not self._events.put(event):
            _LOG.warning("Nobody asks for the events of %s; the oldest is dropped.", self._host)

    def _resume(self, reason: str) -> None:
        _LOG.warning("The watch over %s broke: %s Events are missed until it is back.", self._host, reason)
        started_s = monotonic()
        for delay_s in _delays_s():
            if self._closed.wait(delay_s):
                return
            if self._subscribe_again():
                gap_s = monotonic() - started_s
                _LOG.warning("The watch over %s is back; %.0f s of events are lost.", self._host, gap_s)
                return

    @property
    def _host(self) -> str:
        return self._session.host

    def _subscribe_again(self) -> bool:
        """True where the host took the subscription.

        :raises HyperVError: it never will
        """
        try:
            renewed = self._session.subscribe_text(self._wql, self._namespace)
        except _FATAL:
            raise
        except HyperVError as error:
            _LOG.debug("Not yet: %s", error)
            return False
        with self._lock:
            broken, self._subscription = self._subscription, renewed
            is_closed = self._closed.is_set()
        broken.close()
        if is_closed:
            renewed.close()
        return True


def _delays_s() -> Iterator[float]:
    delay_s = _FIRST_DELAY_S
    while True:
        yield delay_s
        delay_s = min(delay_s * 2, _LAST_DELAY_S)
