"""Jobs: work that goes on after a method has answered 4096, and what clients see of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from threading import Event, RLock, Thread

from attrs import define, field

from openhyperv.emulator.cimom.events import Change, ChangeKind, EventBus
from openhyperv.emulator.host.identities import new_guid, setting_path
from openhyperv.emulator.host.job_state import Effect, JobState
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

RETENTION = timedelta(minutes=5)
"""How long a finished job can still be read (Msvm_ConcreteJob.TimeBeforeRemoval)."""
SWEEP_EVERY = timedelta(seconds=1)
"""How often old jobs are looked for, at most."""

_log = logging.getLogger(__name__)


class JobFailure(Exception):  # noqa: N818  # how work ends a job in Exception, with Hyper-V's code and text
    """Raised by a job's work: the job ends in state Exception with this ErrorCode and text.

    ``status`` is the Win32 or HRESULT code below it, where there is one.
    """

    def __init__(self, code: int, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status


class JobCancelled(Exception):  # noqa: N818  # not an error: a client asked for it
    """Raised inside a job's work when a client has ended the job."""


@define(eq=False)
class Job:
    """One job. Its work runs in a thread of its own; every attribute changes under the host's lock."""

    id: str
    job_type: int
    class_name: str
    description: str
    owner: ObjectPath | None
    cancellable: bool
    _jobs: Jobs
    affected: list[tuple[ObjectPath, Effect]] = field(factory=list)
    state: JobState = JobState.NEW
    percent: int = 0
    error_code: int = 0
    error_text: str | None = None
    status: int = 0
    submitted: datetime = field(factory=lambda: datetime.now(UTC))
    changed: datetime = field(factory=lambda: datetime.now(UTC))
    ended_as: JobState = JobState.TERMINATED
    _cancel: Event = field(factory=Event)

    @property
    def path(self) -> ObjectPath:
        """The reference that the method returns."""
        return setting_path(self.class_name, self.id)

    def progress(self, percent: int) -> None:
        """Report how far the work is.

        :raises JobCancelled: a client has ended the job
        """
        self._raise_if_cancelled()
        self._jobs.change(self, percent=percent)

    def affects(self, path: ObjectPath, effect: Effect = Effect.UNKNOWN) -> None:
        """Add an element that the job has turned out to affect, a created snapshot for instance."""
        with self._jobs.lock:
            self.affected.append((path, effect))

    def wait(self, seconds: float | None) -> None:
        """Sleep, or hang for ever with None.

        :raises JobCancelled: a client has ended the job meanwhile
        """
        self._cancel.wait(seconds)
        self._raise_if_cancelled()

    def cancel(self, ended_as: JobState) -> None:
        """Ask the work to stop; it does at its next :meth:`progress` or :meth:`wait`."""
        self.ended_as = ended_as
        self._cancel.set()

    def _raise_if_cancelled(self) -> None:
        if self._cancel.is_set():
            raise JobCancelled


Work = Callable[[Job], None]
Renderer = Callable[[Job], Instance]


class Jobs:
    """Starts jobs, keeps finished ones for :data:`RETENTION`, and publishes every change.

    A rule that fails, delays or hangs jobs wraps the request that starts them in :meth:`meddling`.
    """

    def __init__(self, lock: RLock, events: EventBus, render: Renderer) -> None:
        self.lock = lock
        self._meddler: ContextVar[Work | None] = ContextVar("meddler", default=None)
        self._events = events
        self._render = render
        self._jobs: dict[str, Job] = {}
        self._threads: dict[str, Thread] = {}
        self._next_sweep = datetime.now(UTC)

    def run(
        self,
        job_type: int,
        work: Work,
        *,
        class_name: str = "Msvm_ConcreteJob",
        affected: Sequence[ObjectPath | tuple[ObjectPath, Effect]] = (),
        owner: ObjectPath | None = None,
        description: str = "",
        cancellable: bool = True,
        abandoned: Callable[[], None] | None = None,
    ) -> Job:
        """Start ``work`` in a thread; returns at once with the job whose path the method answers.

        ``abandoned`` is called instead of ``work`` where a rule fails the job before its work has begun.
        """
        job = Job(new_guid(), job_type, class_name, description, owner, cancellable, self)
        job.affected += [a if isinstance(a, tuple) else (a, Effect.UNKNOWN) for a in affected]
        arguments = (job, _after_meddling(work, self._meddler.get(), abandoned))
        thread = Thread(target=self._perform, args=arguments, name=f"job {job.id}", daemon=True)
        with self.lock:
            self._forget_old()
            self._jobs[job.id.lower()] = job
            self._threads[job.id] = thread
            self._publish(ChangeKind.CREATION, job, None)
            self.change(job, state=JobState.RUNNING)
        thread.start()
        return job

    @contextmanager
    def meddling(self, meddler: Work) -> Iterator[None]:
        """Have jobs that are started inside, by this thread, call ``meddler`` before their own work.

        It may wait (:meth:`Job.wait`) or raise :class:`JobFailure`.
        """
        token = self._meddler.set(meddler)
        try:
            yield
        finally:
            self._meddler.reset(token)

    def find(self, job_id: str) -> Job | None:
        """The job of that id, in any case of letters, unless its time is over."""
        with self.lock:
            self._forget_old()
            return self._jobs.get(job_id.lower())

    def all(self) -> list[Job]:
        """Every job that can still be read."""
        with self.lock:
            self._forget_old()
            return list(self._jobs.values())

    def close(self, timeout_s: float = 10) -> None:
        """Cancel what can be cancelled and wait for the threads."""
        with self.lock:
            threads = list(self._threads.values())
            for job in self._jobs.values():
                job.cancel(JobState.KILLED)
        for thread in threads:
            thread.join(timeout_s)

    def change(
        self,
        job: Job,
        *,
        state: JobState | None = None,
        percent: int | None = None,
        failure: JobFailure | None = None,
    ) -> None:
        """Set what is given and publish the modification."""
        with self.lock:
            before = self._render(job) if self._events.is_watched else None
            if state is not None:
                job.state = state
                job.changed = datetime.now(UTC)
            job.percent = job.percent if percent is None else percent
            if failure is not None:
                job.error_code, job.error_text, job.status = failure.code, failure.text, failure.status
            self._publish(ChangeKind.MODIFICATION, job, before)

    def _perform(self, job: Job, work: Work) -> None:
        try:
            work(job)
        except JobCancelled:
            self.change(job, state=job.ended_as)
        except JobFailure as failure:
            self.change(job, state=JobState.EXCEPTION, failure=failure)
        except Exception:  # noqa: BLE001  # the thread ends here: our own error is logged and fails the job
            _log.exception("job %s (%s) broke", job.id, job.description)
            broken = JobFailure(32768, "The operation failed because of an error inside the emulator.")
            self.change(job, state=JobState.EXCEPTION, failure=broken)
        else:
            self.change(job, state=JobState.COMPLETED, percent=100)
        finally:
            with self.lock:
                self._threads.pop(job.id, None)

    def _publish(self, kind: ChangeKind, job: Job, before: Instance | None) -> None:
        if self._events.is_watched:
            self._events.publish(Change(kind, self._render(job), before))

    def _forget_old(self) -> None:
        now = datetime.now(UTC)
        if now < self._next_sweep:
            return
        self._next_sweep = now + SWEEP_EVERY
        limit = now - RETENTION
        for key, job in list(self._jobs.items()):
            if job.state.is_final and job.changed < limit:
                del self._jobs[key]
                self._publish(ChangeKind.DELETION, job, None)


def _after_meddling(work: Work, meddler: Work | None, abandoned: Callable[[], None] | None) -> Work:
    if meddler is None:
        return work

    def meddled(job: Job) -> None:
        try:
            meddler(job)
        except (JobFailure, JobCancelled):
            if abandoned is not None:
                abandoned()
            raise
        work(job)

    return meddled
