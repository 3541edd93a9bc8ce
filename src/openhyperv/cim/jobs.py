"""Waiting for jobs: by event, one subscription for all waiters of a session; by polling where that fails."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from enum import IntEnum
from threading import Condition, Event, Thread
from typing import Protocol

from openhyperv.cim.subscription import Subscription
from openhyperv.errors import HyperVError, JobError, NotFoundError
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import Select, select
from openhyperv.wire.wql_conditions import Isa, Property

_LOG = logging.getLogger(__name__)

JobProgress = Callable[[int], None]
"""Called with PercentComplete, 0 to 100, whenever it is heard to have changed."""

_EVENT_INTERVAL_S = 0.25
"""WITHIN of the subscription: how often WMI itself looks at its provider for us."""
_REMEMBERED_JOBS = 1024
_CHECK_INTERVAL_S = 5.0
"""How often a waiter looks itself although events should come: one may be lost with a connection."""
_POLL_START_S, _POLL_LIMIT_S = 0.1, 1.0
_RETRY_INTERVAL_S = 5.0


class JobHost(Protocol):
    """What waiting for jobs takes of a session."""

    @property
    def host(self) -> str:
        """The host's name, for messages."""
        ...

    def get(self, path: ObjectPath) -> Instance:
        """One instance."""
        ...

    def subscribe(self, query: Select) -> Subscription:
        """Events, to be pulled."""
        ...


class JobState(IntEnum):
    """CIM_ConcreteJob.JobState, as far as it decides something."""

    COMPLETED = 7
    TERMINATED = 8
    KILLED = 9
    EXCEPTION = 10
    COMPLETED_WITH_WARNINGS = 32768


_ENDED = frozenset(JobState)
_SUCCEEDED = frozenset((JobState.COMPLETED, JobState.COMPLETED_WITH_WARNINGS))


def job_id(path: ObjectPath) -> str:
    """The InstanceID of a job, in the form it is remembered by."""
    return str(path.key("InstanceID") or "").lower()


class Jobs:
    """The jobs of one session. Thread-safe; a background thread runs from the first :meth:`watch` on."""

    def __init__(self, session: JobHost) -> None:
        self._session = session
        self._changed = Condition()
        self._known: OrderedDict[str, Instance] = OrderedDict()
        self._subscription: Subscription | None = None
        self._thread: Thread | None = None
        self._closing = Event()

    @property
    def are_events_used(self) -> bool:
        """False where the host does not deliver events, so that every wait polls."""
        return self._subscription is not None

    def watch(self) -> None:
        """Be subscribed before a job is started, so that its end cannot be missed.

        A host that refuses is polled instead; that is logged once.
        """
        with self._changed:
            if self._thread is not None or self._closing.is_set():
                return
            self._subscribe()
            self._thread = Thread(target=self._listen, name=f"jobs of {self._session.host}", daemon=True)
            self._thread.start()

    def _subscribe(self) -> None:
        condition = Isa(Property("TargetInstance"), "CIM_ConcreteJob")
        query = select("__InstanceOperationEvent").where(condition).within(_EVENT_INTERVAL_S)
        try:
            self._subscription = self._session.subscribe(query)
        except HyperVError as error:
            _LOG.warning("Jobs of %s are polled while it gives no events: %s", self._session.host, error)

    def _listen(self) -> None:
        """Read events for the session's life; a subscription that breaks is renewed."""
        while not self._closing.is_set():
            if self._subscription is not None:
                self._read(self._subscription)
            elif not self._closing.wait(_RETRY_INTERVAL_S):
                self._subscribe()

    def _read(self, subscription: Subscription) -> None:
        try:
            for event in subscription.events():
                self._remember(event.get("TargetInstance"))
        except HyperVError as error:
            _LOG.info("The job subscription of %s broke: %s", self._session.host, error)
        self._subscription = None

    def _remember(self, job: object) -> None:
        if not isinstance(job, Instance):
            return
        with self._changed:
            self._known[str(job.get("InstanceID", "")).lower()] = job
            while len(self._known) > _REMEMBERED_JOBS:
                self._known.popitem(last=False)
            self._changed.notify_all()

    def wait(self, path: ObjectPath, deadline: Deadline, on_progress: JobProgress | None = None) -> Instance:
        """The job once it has ended well.

        :raises JobError: it ended in failure, with Hyper-V's ErrorCode and text
        :raises DeadlineError: it has not ended by the deadline, and may go on
        """
        pause_s = _POLL_START_S
        while True:
            job = self._heard_of(path, min(self._patience_s(pause_s), deadline.check("wait for the job")))
            job = job or self._look(path)
            if on_progress is not None:
                on_progress(_percent(job))
            if _state(job) in _ENDED:
                return _judged(job)
            pause_s = min(pause_s * 2, _POLL_LIMIT_S)

    def _patience_s(self, pause_s: float) -> float:
        return _CHECK_INTERVAL_S if self.are_events_used else pause_s

    def _heard_of(self, path: ObjectPath, timeout_s: float) -> Instance | None:
        """The job as an event described it last; None when none came in time. Running ones count once."""
        key = job_id(path)
        with self._changed:
            self._changed.wait_for(lambda: key in self._known, timeout_s)
            job = self._known.get(key)
            if job is not None and _state(job) not in _ENDED:
                del self._known[key]
            return job

    def _look(self, path: ObjectPath) -> Instance:
        try:
            return self._session.get(path)
        except NotFoundError as error:
            error.outcome_unknown = True
            error.remedy = "The host no longer knows the job; look at what it was to change."
            raise

    def close(self) -> None:
        """End the subscription and the thread."""
        self._closing.set()
        if self._subscription is not None:
            self._subscription.close()
        if self._thread is not None:
            self._thread.join(_RETRY_INTERVAL_S)


def _state(job: Instance) -> int:
    state = job.get("JobState")
    return state if isinstance(state, int) else 0


def _percent(job: Instance) -> int:
    percent = job.get("PercentComplete")
    return percent if isinstance(percent, int) else 0


def _judged(job: Instance) -> Instance:
    if _state(job) in _SUCCEEDED:
        return job
    code = job.get("ErrorCode")
    text = job.get("ErrorDescription") or job.get("ErrorSummaryDescription") or "The job did not complete."
    raise JobError(
        str(text), code=code if isinstance(code, int) else None, target=str(job.get("InstanceID") or "job")
    )
