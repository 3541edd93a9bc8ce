"""Jobs as clients see them: their instances, their errors, and how to end them."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import (
    Call,
    MethodFailure,
    Result,
    instances_of,
    links,
    lookup,
    method,
)
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job, JobError
from openhyperv.emulator.host.jobs.state import JobState, JobType
from openhyperv.emulator.host.jobs.view import job_instance
from openhyperv.emulator.host.machines.file_copies import COPY_JOB
from openhyperv.emulator.providers.links import link
from openhyperv.emulator.providers.machines.finding import text_key
from openhyperv.emulator.providers.services.services import SNAPSHOT, SYSTEM_MANAGEMENT
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

CONCRETE_JOB = "Msvm_ConcreteJob"
STORAGE_JOB = "Msvm_StorageJob"
MIGRATION_JOB = "Msvm_MigrationJob"
_NOT_SUPPORTED = 1
_INVALID_PARAMETER = 5
_INVALID_TRANSITION = 4097
"""ReturnValues of CIM_ConcreteJob.RequestStateChange (DMTF, CIM_ConcreteJob)."""
_OBJECT_PATH = 2
"""Msvm_Error.ErrorSourceFormat: CIMObjectHandle."""
_OF_SNAPSHOTS = (JobType.SNAPSHOT, JobType.APPLY_SNAPSHOT, JobType.DESTROY_SNAPSHOT)
_ENDS = {4: JobState.TERMINATED, 5: JobState.KILLED}
"""RequestedState of a job: terminate and kill."""


class JobProvider:
    """Msvm_ConcreteJob and its kinds, and what they are about."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(CONCRETE_JOB, is_announced=True)
    def concrete_jobs(self) -> Iterator[Instance]:
        """Jobs of virtual machines, snapshots and switches."""
        return self._of_class(CONCRETE_JOB)

    @instances_of(STORAGE_JOB, is_announced=True)
    def storage_jobs(self) -> Iterator[Instance]:
        """Jobs on disk images."""
        return self._of_class(STORAGE_JOB)

    @instances_of(MIGRATION_JOB)
    def migration_jobs(self) -> Iterator[Instance]:
        """Jobs of the migration service."""
        return self._of_class(MIGRATION_JOB)

    @lookup(MIGRATION_JOB)
    def migration_job(self, path: ObjectPath) -> Instance | None:
        """One job, while it can be read."""
        return self._one(path, MIGRATION_JOB)

    @instances_of(COPY_JOB)
    def copy_jobs(self) -> Iterator[Instance]:
        """Jobs that copy files into guests."""
        return self._of_class(COPY_JOB)

    @lookup(COPY_JOB)
    def copy_job(self, path: ObjectPath) -> Instance | None:
        """One job, while it can be read."""
        return self._one(path, COPY_JOB)

    @lookup(CONCRETE_JOB)
    def concrete_job(self, path: ObjectPath) -> Instance | None:
        """One job, while it can be read."""
        return self._one(path, CONCRETE_JOB)

    @lookup(STORAGE_JOB)
    def storage_job(self, path: ObjectPath) -> Instance | None:
        """One job, while it can be read."""
        return self._one(path, STORAGE_JOB)

    @method(CONCRETE_JOB, "GetErrorEx")
    @method(STORAGE_JOB, "GetErrorEx")
    @method(MIGRATION_JOB, "GetErrorEx")
    @method(COPY_JOB, "GetErrorEx")
    def errors(self, call: Call) -> Result:
        """What went wrong, as texts of Msvm_Error; none while nothing did."""
        job = self._called(call)
        return Result(0, {"Errors": [self._error(error) for error in job.errors]})

    @method(CONCRETE_JOB, "GetError")
    @method(STORAGE_JOB, "GetError")
    @method(MIGRATION_JOB, "GetError")
    @method(COPY_JOB, "GetError")
    def error(self, call: Call) -> Result:
        """What went wrong, as the text of one Msvm_Error."""
        job = self._called(call)
        return Result(0, {"Error": self._error(job.errors[0]) if job.errors else None})

    @method(CONCRETE_JOB, "RequestStateChange")
    @method(STORAGE_JOB, "RequestStateChange")
    @method(MIGRATION_JOB, "RequestStateChange")
    @method(COPY_JOB, "RequestStateChange")
    def request_state_change(self, call: Call) -> Result:
        """End a job that can be ended."""
        job = self._called(call)
        ending = _ENDS.get(call["RequestedState"])  # type: ignore[arg-type]  # other values find nothing
        if ending is None:
            raise MethodFailure(_INVALID_PARAMETER, "A job can only be terminated or killed.")
        if job.state.is_final:
            raise MethodFailure(_INVALID_TRANSITION, "The job has ended.")
        if not job.cancellable:
            raise MethodFailure(_NOT_SUPPORTED, "The job cannot be ended.")
        job.cancel(ending)
        return Result(0)

    @links("Msvm_AffectedJobElement")
    def affected(self, end: ObjectPath) -> Iterator[Instance]:
        """From jobs to the elements they change or create."""
        return self._affected(end, "Msvm_AffectedJobElement", CONCRETE_JOB)

    @links("Msvm_AffectedStorageJobElement")
    def affected_storage(self, end: ObjectPath) -> Iterator[Instance]:
        """From storage jobs to the elements they change or create."""
        return self._affected(end, "Msvm_AffectedStorageJobElement", STORAGE_JOB)

    @links("Msvm_OwningJobElement")
    def owning(self, end: ObjectPath) -> Iterator[Instance]:
        """From services to the jobs they have started."""
        for job in self._host.jobs.all():
            owner = self._owner(job)
            if end in (job.path, owner):
                yield link("Msvm_OwningJobElement", {"OwnedElement": job.path, "OwningElement": owner})

    def _owner(self, job: Job) -> ObjectPath:
        """The service that runs the job: where it does not say, the one for VMs or the one for snapshots."""
        if job.owner is not None:
            return job.owner
        return (SNAPSHOT if job.job_type in _OF_SNAPSHOTS else SYSTEM_MANAGEMENT).path(self._host)

    def _affected(self, end: ObjectPath, association: str, job_class: str) -> Iterator[Instance]:
        for job in self._host.jobs.all():
            for element, effect in job.affected if job.class_name == job_class else ():
                if end in (job.path, element):
                    ends = {"AffectedElement": element, "AffectingElement": job.path}
                    yield link(association, ends, {"ElementEffects": [int(effect)]})

    def _of_class(self, class_name: str) -> Iterator[Instance]:
        return (job_instance(job) for job in self._host.jobs.all() if job.class_name == class_name)

    def _one(self, path: ObjectPath, class_name: str) -> Instance | None:
        job = self._host.jobs.find(text_key(path, "InstanceID"))
        return job_instance(job) if job is not None and job.class_name == class_name else None

    def _called(self, call: Call) -> Job:
        job = self._host.jobs.find(text_key(call.path, "InstanceID"))
        if job is None:
            raise MethodFailure(_INVALID_PARAMETER, "The job is gone.")
        return job

    def _error(self, error: JobError) -> str:
        values: dict[str, Value] = {
            "CIMStatusCode": 1,
            "ErrorSource": str(error.element) if error.element else None,
            "ErrorSourceFormat": _OBJECT_PATH,
            "ErrorType": 4,
            "Message": error.text,
            "MessageID": str(error.code),
            "OwningEntity": "Microsoft",
            "PerceivedSeverity": 4,
        }
        return instance_to_text(Instance("Msvm_Error", values), self._host.schema)
