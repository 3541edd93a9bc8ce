"""Jobs that are under way on a host, whoever began them: a client that died, or another."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from enum import IntEnum

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.values import number
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import AssociatorsOf, Operator, compare, select

_CONCRETE_JOB = "Msvm_ConcreteJob"
_FIRST_ENDED = 7
"""CIM_ConcreteJob.JobState: what is below has not ended."""


class JobType(IntEnum):
    """Msvm_ConcreteJob.JobType, as far as somebody waits for such jobs; hosts before 2016 do not tell it."""

    UNKNOWN = 0
    MERGE_DISKS = 50
    IMPORT = 61


def wait_for_jobs_of(session: Session, path: ObjectPath, deadline: Deadline) -> bool:
    """Wait until no job is under way on an object; how they end is not looked at. False: there was none.

    :raises DeadlineError: one has not ended in time; it goes on
    """
    return _outlast(session, _jobs_of(session, path), deadline)


def wait_for_merging(
    session: Session, path: ObjectPath, deadline: Deadline, on_progress: JobProgress | None
) -> None:
    """Wait until no job merges a machine's disks.

    :raises DeadlineError: one has not ended in time; it goes on
    """
    kinds = (JobType.UNKNOWN, JobType.MERGE_DISKS)
    jobs = [job for job in _jobs_of(session, path) if number(job, "JobType") in kinds]
    _outlast(session, jobs, deadline, on_progress)


def wait_for_imports(session: Session, deadline: Deadline) -> None:
    """Wait until the host imports nothing, as far as it tells.

    :raises DeadlineError: one has not ended in time; it goes on
    """
    query = select(_CONCRETE_JOB).where(compare("JobState", Operator.LESS, _FIRST_ENDED))
    jobs = [job for job in session.query(query) if number(job, "JobType") == JobType.IMPORT]
    _outlast(session, jobs, deadline)


def _jobs_of(session: Session, path: ObjectPath) -> list[Instance]:
    query = AssociatorsOf(path, association_class="Msvm_AffectedJobElement", result_class=_CONCRETE_JOB)
    with suppress(NotFoundError):
        return [job for job in session.query(query) if number(job, "JobState") < _FIRST_ENDED]
    return []


def _outlast(
    session: Session, jobs: Iterable[Instance], deadline: Deadline, on_progress: JobProgress | None = None
) -> bool:
    paths = [job.path for job in jobs if job.path is not None]
    for path in paths:
        session.jobs.watch.start(deadline.check("wait for a job"))
        with suppress(NotFoundError):  # it has ended, and been forgotten
            session.jobs.outlast(path, deadline, on_progress)
    return bool(paths)
