"""Waiting for jobs: a few looks, further and further apart; then by event, or by polling where that fails.

One subscription hears of all jobs of a session. An event may come as late as WMI looks at its provider, a
quarter of a second after the job's end; most changes of a machine's settings are over sooner than that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import Protocol

from openhyperv.cim.job_watch import EventSource, JobWatch
from openhyperv.errors import ConflictError, DeadlineError, HyperVError, JobError, NotFoundError
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import Output
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_LOG = logging.getLogger(__name__)

JobProgress = Callable[[int], None]
"""Called with PercentComplete, 0 to 100, whenever it is heard to have changed."""

_FIRST_PAUSES_S = (0.002, 0.023, 0.1)
"""Before looks at a job that is 2, 25 and 125 ms old: its event may come a quarter of a second late."""
_CHECK_INTERVAL_S = 5.0
"""How often a waiter looks itself although events should come: one may be lost with a connection."""
_POLL_START_S, _POLL_LIMIT_S = 0.1, 1.0
_LEAST_LOOK_S = 1.0
_TERMINATE_TIMEOUT_S = 5.0


class JobHost(EventSource, Protocol):
    """What waiting for jobs takes of a session."""

    def get(self, path: ObjectPath, *, timeout_s: float) -> Instance:
        """One instance."""
        ...

    def invoke(
        self, path: ObjectPath, method: str, arguments: Mapping[str, Value], *, timeout_s: float
    ) -> Output:
        """What a method answers."""
        ...


class JobState(IntEnum):
    """CIM_ConcreteJob.JobState, as far as it decides something."""

    COMPLETED = 7
    TERMINATED = 8
    KILLED = 9
    EXCEPTION = 10
    COMPLETED_WITH_WARNINGS = 32768


_INVALID_STATE = 32775
"""Hyper-V's code for what an object's state does not allow."""
_TERMINATE = 4
"""RequestedState of CIM_ConcreteJob.RequestStateChange."""
_ENDED = frozenset(JobState)
_SUCCEEDED = frozenset((JobState.COMPLETED, JobState.COMPLETED_WITH_WARNINGS))


class Jobs:
    """The jobs of one session. Thread-safe."""

    def __init__(self, session: JobHost) -> None:
        self._session = session
        self.watch = JobWatch(session)
        """To be started before a job is, so that its end cannot be missed."""

    def wait(self, path: ObjectPath, deadline: Deadline, on_progress: JobProgress | None = None) -> Instance:
        """The job once it has ended well.

        :raises JobError: it ended in failure, with Hyper-V's ErrorCode and text
        :raises ConflictError: it ended so because an object's state does not allow what was asked for
        :raises DeadlineError: it has not ended by the deadline; the host was asked to end it, which not every
            job can be
        """
        try:
            return self._wait(path, deadline, on_progress)
        except (DeadlineError, KeyboardInterrupt):
            self._terminate(path)
            raise

    def _wait(self, path: ObjectPath, deadline: Deadline, on_progress: JobProgress | None) -> Instance:
        return _judged(self.outlast(path, deadline, on_progress))

    def outlast(
        self, path: ObjectPath, deadline: Deadline, on_progress: JobProgress | None = None
    ) -> Instance:
        """The job once it has ended, well or not; one of somebody else's, which no deadline of ours ends.

        :raises DeadlineError: it has not ended by the deadline, and goes on
        """
        reports = self._reports(path, deadline)
        while True:
            job = next(reports)
            if on_progress is not None:
                on_progress(_percent(job))
            if _state(job) in _ENDED:
                return job

    def _reports(self, path: ObjectPath, deadline: Deadline) -> Iterator[Instance]:
        """The job as it is seen or heard of, until it is not asked for any more."""
        for pause_s in self._pauses():
            pause = Deadline.after(pause_s)
            while heard := self.watch.wait_for(path, min(pause.remaining_s, deadline.check())):
                yield heard
            yield self._look(path, deadline)

    def _pauses(self) -> Iterator[float]:
        """How long to listen before each look."""
        yield from _FIRST_PAUSES_S
        pause_s = _POLL_START_S
        while True:
            yield _CHECK_INTERVAL_S if self.watch.is_listening else pause_s
            pause_s = min(pause_s * 2, _POLL_LIMIT_S)

    def _look(self, path: ObjectPath, deadline: Deadline) -> Instance:
        """The job itself. Where it cannot be seen, what it does goes on or not: the outcome is unknown."""
        try:
            return self._session.get(path, timeout_s=max(deadline.remaining_s, _LEAST_LOOK_S))
        except HyperVError as error:
            error.outcome_unknown = True
            if isinstance(error, NotFoundError):
                error.remedy = "The host no longer knows the job; look at what it was to change."
            raise

    def _terminate(self, path: ObjectPath) -> None:
        try:
            arguments: dict[str, Value] = {"RequestedState": _TERMINATE}
            self._session.invoke(path, "RequestStateChange", arguments, timeout_s=_TERMINATE_TIMEOUT_S)
        except HyperVError as error:
            _LOG.info("A job of %s could not be ended: %s", self._session.host, error)

    def close(self) -> None:
        """Stop hearing of jobs."""
        self.watch.close()


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
    # what the state of a machine forbids may be refused by the method or by its job, as Windows likes
    kind = ConflictError if code == _INVALID_STATE else JobError
    raise kind(str(text), code=code if isinstance(code, int) else None)
