"""One job: what its work can report and ask, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Event, RLock
from typing import Protocol

from attrs import define, field, frozen

from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.jobs.state import Effect, JobState
from openhyperv.wire.path import ObjectPath


@frozen
class JobError:
    """One of the things that a job found wrong; ``element`` is what it is about, a device for instance."""

    code: int
    text: str
    element: ObjectPath | None = None


class JobFailure(Exception):  # noqa: N818  # how work ends a job in Exception, with Hyper-V's code and text
    """Raised by a job's work: the job ends in state Exception with this ErrorCode and text.

    ``status`` is the Win32 or HRESULT code below it, where there is one; ``errors`` tells of several things
    one by one.
    """

    def __init__(self, code: int, text: str, status: int = 0, errors: Sequence[JobError] = ()) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status
        self.errors = tuple(errors)


class JobCancelled(Exception):  # noqa: N818  # not an error: a client asked for it
    """Raised inside a job's work when a client has ended the job."""


class JobKeeper(Protocol):
    """Who guards a job's attributes and tells watchers when they change."""

    lock: RLock

    def change(self, job: Job, *, percent: int) -> None:
        """Set how far the job is, and publish it."""
        ...


@define(eq=False)
class Job:
    """One job. Its work runs in a thread of its own; every attribute changes under the host's lock."""

    id: str
    job_type: int
    class_name: str
    description: str
    owner: ObjectPath | None
    cancellable: bool
    _keeper: JobKeeper
    affected: list[tuple[ObjectPath, Effect]] = field(factory=list)
    state: JobState = JobState.NEW
    percent: int = 0
    error_code: int = 0
    error_text: str | None = None
    status: int = 0
    errors: tuple[JobError, ...] = ()
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
        self._keeper.change(self, percent=percent)

    def affects(self, path: ObjectPath, effect: Effect = Effect.UNKNOWN) -> None:
        """Add an element that the job has turned out to affect, a created snapshot for instance."""
        with self._keeper.lock:
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
