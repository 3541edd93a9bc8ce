"""A planned machine: imported, and not yet one of the host's; it cannot be started."""

from __future__ import annotations

from collections.abc import Sequence
from time import sleep

from openhyperv.cim.faults import METHOD_JOB_STARTED, error_from_method_code
from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, JobError, MethodError, NotFoundError, error_context
from openhyperv.hyperv.jobs import wait_for_jobs_of
from openhyperv.hyperv.names import SNAPSHOT_SERVICE, SYSTEM_SERVICE, SYSTEM_SETTINGS, system_settings
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.transfer.findings import Finding, read_findings
from openhyperv.hyperv.transfer.fitting import Changes
from openhyperv.hyperv.values import entries, number, text
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import AssociatorsOf

PLANNED_SYSTEM = "Msvm_PlannedComputerSystem"
_MISSING = "Microsoft:Hyper-V:Snapshot:Missing"
_COMPLETED = 7
"""CIM_ConcreteJob.JobState; a job that completed with warnings says why, as one that failed."""
_PAUSE_S = 0.25


class PlannedMachine:
    """One planned machine, by its GUID."""

    def __init__(self, session: Session, guid: str, deadline: Deadline) -> None:
        self._session = session
        self._deadline = deadline
        self.guid = guid.upper()
        self.path = ObjectPath(PLANNED_SYSTEM, {"CreationClassName": PLANNED_SYSTEM, "Name": self.guid})

    def settings(self) -> Instance:
        """Its own settings."""
        return self._session.get(system_settings(self.guid))

    def is_saved(self) -> bool:
        """True where it has a guest's memory, with which it will go on."""
        state = number(self._session.get(self.path), "EnabledState")
        return MachineState(state) is MachineState.SAVED

    def devices(self) -> list[Instance]:
        """The settings of all its devices, in one query."""
        query = AssociatorsOf(
            system_settings(self.guid),
            association_class="Msvm_VirtualSystemSettingDataComponent",
            result_class="CIM_ResourceAllocationSettingData",
        )
        return list(self._session.query(query))

    def change_system(self, settings: Instance) -> None:
        """Change its own settings."""
        self._run("ModifySystemSettings", {"SystemSettings": self._text(settings)})

    def change_devices(self, changes: Changes) -> None:
        """Change its devices, each kind of change in one request; none where there is nothing to change."""
        if changes.removed:
            self._run("RemoveResourceSettings", {"ResourceSettings": list(changes.removed)})
        if changes.modified:
            texts = [self._text(setting) for setting in changes.modified]
            self._run("ModifyResourceSettings", {"ResourceSettings": texts})

    def drop_missing_checkpoints(self) -> None:
        """Give up the checkpoints that it knows of, and that were not imported with it."""
        query = AssociatorsOf(
            self.path, association_class="Msvm_SnapshotOfVirtualSystem", result_class=SYSTEM_SETTINGS
        )
        for settings in list(self._session.query(query)):
            if text(settings, "VirtualSystemType") == _MISSING:
                arguments: dict[str, Value] = {"AffectedSnapshot": settings.path}
                self._session.run(SNAPSHOT_SERVICE, "DestroySnapshot", arguments, target=self.guid)

    def validate(self, devices: Sequence[Instance]) -> list[Finding]:
        """What it lacks on this host, nothing where it lacks nothing; ``devices`` are its own."""
        name = f"{SYSTEM_SERVICE.class_name}.ValidatePlannedSystem"
        with error_context(host=self._session.host, operation=name, target=self.guid):
            self._session.jobs.watch.start(self._deadline.check("validate"))
            output = self._session.invoke(
                SYSTEM_SERVICE, "ValidatePlannedSystem", {"PlannedSystem": self.path}
            )
            job = output["Job"]
            if output.return_value == METHOD_JOB_STARTED and isinstance(job, ObjectPath):
                return self._findings(job, devices)
            if output.return_value:
                raise error_from_method_code(output.return_value)
        return []

    def _findings(self, job: ObjectPath, devices: Sequence[Instance]) -> list[Finding]:
        """
        :raises JobError: it failed, and does not say why
        """
        failure: JobError | None = None
        try:
            ended = self._session.jobs.wait(job, self._deadline)
        except JobError as error:
            failure = error
        else:
            if ended.get("JobState") == _COMPLETED:
                return []
        errors = self._session.invoke(job, "GetErrorEx")["Errors"]
        findings = list(read_findings(entries(errors), devices, self._session.schema))
        if failure is not None and not findings:
            raise failure
        return findings

    def realize(self, on_progress: JobProgress | None = None) -> None:
        """Make it a machine of the host."""
        # UNVERIFIED: the machine has the GUID that the planned one had
        self._run("RealizePlannedSystem", {"PlannedSystem": self.path}, on_progress)

    def give_up(self) -> None:
        """Remove it, and none of its disks; one that is gone, or real meanwhile, is left alone.

        :raises DeadlineError: something went on about it until the deadline
        """
        while True:
            try:
                return self._run("DestroySystem", {"AffectedSystem": self.path})
            except ConflictError:
                if not wait_for_jobs_of(self._session, self.path, self._deadline):
                    sleep(min(_PAUSE_S, self._deadline.check("give up a planned machine")))
            except (NotFoundError, MethodError):
                if self._session.find(self.path) is not None:
                    raise
                return None

    def _run(self, method: str, arguments: dict[str, Value], on_progress: JobProgress | None = None) -> None:
        self._session.run(
            SYSTEM_SERVICE,
            method,
            arguments,
            timeout_s=self._deadline.check(method),
            on_progress=on_progress,
            target=self.guid,
        )

    def _text(self, settings: Instance) -> str:
        return instance_to_text(settings, self._session.schema)
