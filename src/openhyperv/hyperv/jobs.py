"""Jobs that are under way on a host, whoever began them: a client that died, or another."""

from __future__ import annotations

from contextlib import suppress
from enum import IntEnum

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.values import number
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import AssociatorsOf, Query, equal, select

_CONCRETE_JOB = "Msvm_ConcreteJob"
_FIRST_ENDED = 7
"""CIM_ConcreteJob.JobState: what is below has not ended."""


class JobType(IntEnum):
    """Msvm_ConcreteJob.JobType, as far as somebody waits for such jobs."""

    MERGE_DISKS = 50
    IMPORT = 61


def wait_for_jobs_of(
    session: Session,
    path: ObjectPath,
    deadline: Deadline,
    job_type: JobType | None = None,
    on_progress: JobProgress | None = None,
) -> bool:
    """Wait until no job is under way on an object; how they end is not looked at. False: there was none.

    :raises DeadlineError: one has not ended in time; it goes on
    """
    query = AssociatorsOf(path, association_class="Msvm_AffectedJobElement", result_class=_CONCRETE_JOB)
    try:
        return _outlast(session, query, deadline, job_type, on_progress)
    except NotFoundError:
        return False


def wait_for_jobs_of_type(session: Session, job_type: JobType, deadline: Deadline) -> None:
    """Wait until no job of a type is under way on the host.

    :raises DeadlineError: one has not ended in time; it goes on
    """
    query = select(_CONCRETE_JOB, "InstanceID", "JobState", "JobType").where(equal("JobType", job_type.value))
    _outlast(session, query, deadline, job_type, None)


def _outlast(
    session: Session,
    query: Query,
    deadline: Deadline,
    job_type: JobType | None,
    on_progress: JobProgress | None,
) -> bool:
    running = [
        job.path
        for job in session.query(query)
        if number(job, "JobState") < _FIRST_ENDED and job_type in (None, number(job, "JobType"))
    ]
    for path in filter(None, running):
        session.jobs.watch.start(deadline.check("wait for a job"))
        with suppress(NotFoundError):  # it has ended, and been forgotten
            session.jobs.outlast(path, deadline, on_progress)
    return bool(running)
