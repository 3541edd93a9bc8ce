"""Jobs: work that goes on after a method has answered 4096, and what clients see of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from threading import RLock, Thread

from openhyperv.emulator.cimom.events import Change, ChangeKind, EventBus
from openhyperv.emulator.host.identities import new_guid
from openhyperv.emulator.host.jobs.job import Job, JobCancelled, JobError, JobFailure, Work
from openhyperv.emulator.host.jobs.state import Effect, JobState
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

__all__ = ["RETENTION", "Job", "JobCancelled", "JobError", "JobFailure", "Jobs", "Work"]

RETENTION = timedelta(minutes=5)
"""How long a finished job can still be read (Msvm_ConcreteJob.TimeBeforeRemoval)."""
SWEEP_EVERY = timedelta(seconds=1)
"""How often old jobs are looked for, at most."""

_log = logging.getLogger(__name__)

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
                job.errors = failure.errors or (JobError(failure.code, failure.text, job.path),)
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
