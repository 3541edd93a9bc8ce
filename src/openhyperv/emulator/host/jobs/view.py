"""A job as the CIM instance that clients read and subscriptions report."""

from __future__ import annotations

from datetime import UTC, datetime

from openhyperv.emulator.host.jobs.running import RETENTION, Job
from openhyperv.emulator.host.jobs.state import JobState
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

STORAGE_JOB = "Msvm_StorageJob"
_STATUS = {  # UNVERIFIED: the texts of JobStatus
    JobState.COMPLETED: "Completed",
    JobState.EXCEPTION: "Error",
    JobState.TERMINATED: "Stopped",
    JobState.KILLED: "Stopped",
}
_OPERATIONAL = {
    JobState.COMPLETED: [17, 2],
    JobState.EXCEPTION: [17, 6],
    JobState.TERMINATED: [17, 10],
    JobState.KILLED: [17, 10],
}
"""CIM_ManagedSystemElement.OperationalStatus: 17 Completed with 2 OK, 6 Error or 10 Stopped."""


def job_instance(job: Job) -> Instance:
    """Msvm_ConcreteJob or Msvm_StorageJob with every property that a recorded job has a value in."""
    values = {**_identity(job), **_times(job), **_outcome(job)}
    if job.class_name == STORAGE_JOB:
        values["JobCompletionStatusCode"] = job.status
    return Instance(job.class_name, values, path=job.path)


def _identity(job: Job) -> dict[str, Value]:
    return {
        "InstanceID": job.id,
        "Caption": job.description,
        "Description": job.description,
        "ElementName": job.description,
        "Name": job.class_name,
        "JobType": job.job_type,
        "Cancellable": job.cancellable,
        "DeleteOnCompletion": False,
        "JobRunTimes": 1,
        "LocalOrUtcTime": 2,
        "Priority": 0,
        "RecoveryAction": 2,
    }


def _times(job: Job) -> dict[str, Value]:
    end = job.changed if job.state.is_final else datetime.now(UTC)
    return {
        "ElapsedTime": end - job.submitted,
        "StartTime": job.submitted,
        "TimeBeforeRemoval": RETENTION,
        "TimeOfLastStateChange": job.changed,
        "TimeSubmitted": job.submitted,
    }


def _outcome(job: Job) -> dict[str, Value]:
    failed = job.state is JobState.EXCEPTION
    return {
        "ErrorCode": job.error_code,
        "ErrorDescription": job.error_text,
        "ErrorSummaryDescription": job.error_text,
        "HealthState": 25 if failed else 5,
        "JobState": int(job.state),
        "JobStatus": _STATUS.get(job.state, "Job is running"),
        "OperationalStatus": _OPERATIONAL.get(job.state, [2]),
        "PercentComplete": job.percent,
        "StatusDescriptions": [_STATUS.get(job.state, "Job is running")],
    }
