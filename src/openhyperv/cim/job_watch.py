"""Hearing of jobs: one subscription for all waiters of a session, renewed when it breaks."""

from __future__ import annotations

import logging
from collections import OrderedDict
from threading import Condition, Event, Lock, Thread
from typing import Protocol

from openhyperv.cim.subscription import Subscription
from openhyperv.errors import (
    AuthenticationError,
    CertificateError,
    DeadlineError,
    HyperVError,
    UnreachableError,
)
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import Select, select
from openhyperv.wire.wql_conditions import Isa, Property

_LOG = logging.getLogger(__name__)

_EVENT_INTERVAL_S = 0.25
"""WITHIN of the subscription: how often WMI itself looks at its provider for us."""
_REMEMBERED_JOBS = 1024
_RETRY_INTERVAL_S = 5.0
_SUBSCRIBE_TIMEOUT_S = 60.0
_FATAL = (AuthenticationError, CertificateError, DeadlineError, UnreachableError)
"""What would meet the next request as well. A password is not refused twice: that could lock the account."""


class EventSource(Protocol):
    """What hearing of jobs takes of a session."""

    @property
    def host(self) -> str:
        """The host's name, for messages."""
        ...

    def subscribe(self, query: Select, *, timeout_s: float) -> Subscription:
        """Events, to be pulled."""
        ...


class JobWatch:
    """What has been heard of a session's jobs. Thread-safe; a thread runs from the first :meth:`start` on."""

    def __init__(self, source: EventSource) -> None:
        self._source = source
        self._changed = Condition()
        self._starting = Lock()
        self._known: OrderedDict[str, Instance] = OrderedDict()
        self._subscription: Subscription | None = None
        self._thread: Thread | None = None
        self._closing = Event()

    @property
    def is_listening(self) -> bool:
        """False where the host delivers no events, or none for now."""
        return self._subscription is not None

    def start(self, timeout_s: float = _SUBSCRIBE_TIMEOUT_S) -> None:
        """Be subscribed from now on.

        A host that refuses is asked again now and then; that is logged.

        :raises AuthenticationError, CertificateError, UnreachableError: the host cannot be talked to at all
        :raises DeadlineError: the host did not answer in time
        """
        deadline = Deadline.after(timeout_s)
        if not self._starting.acquire(timeout=timeout_s):
            raise deadline.missed("subscribe to jobs")
        try:
            if self._thread is None and not self._closing.is_set():
                self._subscribe(min(_SUBSCRIBE_TIMEOUT_S, deadline.check("subscribe to jobs")))
                self._thread = Thread(target=self._listen, name=f"jobs of {self._source.host}", daemon=True)
                self._thread.start()
        finally:
            self._starting.release()

    def _subscribe(self, timeout_s: float) -> None:
        condition = Isa(Property("TargetInstance"), "CIM_ConcreteJob")
        query = select("__InstanceOperationEvent").where(condition).within(_EVENT_INTERVAL_S)
        try:
            self._subscription = self._source.subscribe(query, timeout_s=timeout_s)
        except _FATAL:
            raise
        except HyperVError as error:
            _LOG.warning("Jobs of %s are polled while it gives no events: %s", self._source.host, error)

    def _listen(self) -> None:
        """Read events for the session's life; a subscription that breaks is renewed."""
        while not self._closing.is_set():
            if self._subscription is not None:
                self._read(self._subscription)
            if not self._closing.is_set() and not self._renew():
                return
            if self._subscription is None:
                self._closing.wait(_RETRY_INTERVAL_S)

    def _renew(self) -> bool:
        """False where trying again by itself could do harm; the next :meth:`start` does."""
        try:
            self._subscribe(_SUBSCRIBE_TIMEOUT_S)
        except (DeadlineError, UnreachableError) as error:
            _LOG.info("%s cannot be reached for events: %s", self._source.host, error)
        except HyperVError as error:
            _LOG.warning("Jobs of %s are polled from now on: %s", self._source.host, error)
            self._thread = None
            return False
        return True

    def _read(self, subscription: Subscription) -> None:
        try:
            for event in subscription.events():
                self._remember(event.get("TargetInstance"))
        except HyperVError as error:
            _LOG.info("The job subscription of %s broke: %s", self._source.host, error)
        self._subscription = None
        subscription.close()

    def _remember(self, job: object) -> None:
        if not isinstance(job, Instance):
            return
        with self._changed:
            self._known[_key(job.get("InstanceID"))] = job
            while len(self._known) > _REMEMBERED_JOBS:
                self._known.popitem(last=False)
            self._changed.notify_all()

    def wait_for(self, path: ObjectPath, timeout_s: float) -> Instance | None:
        """The job as the last event described it; None when none comes in time. Each event counts once."""
        key = _key(path.key("InstanceID"))
        with self._changed:
            self._changed.wait_for(lambda: key in self._known, timeout_s)
            return self._known.pop(key, None)

    def close(self) -> None:
        """End the subscription and the thread."""
        self._closing.set()
        if self._subscription is not None:
            self._subscription.close()
        if self._thread is not None:
            self._thread.join(_RETRY_INTERVAL_S)


def _key(instance_id: object) -> str:
    return str(instance_id or "").lower()
