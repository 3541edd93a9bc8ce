"""Msps_ProvisioningService: making a shielded machine out of a template disk and its tenant's data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from attrs import field, frozen

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, instances_of, lookup, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.state import JobState
from openhyperv.emulator.host.machines.virtual_system import SystemState, VirtualSystem
from openhyperv.emulator.host.shielding.provisioning_files import (
    BadProvisioningFile,
    ShieldingData,
    SpecializationData,
    read_provisioning_file,
)
from openhyperv.emulator.providers.machines.finding import text_key
from openhyperv.emulator.providers.shielding.provisioning_files import MSPS, local_file
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_JOB = "Msps_ProvisioningJob"
_FINISHED = 100


@frozen(eq=False)
class _Provisioning:
    """One machine that is provisioned when it is started next."""

    system: VirtualSystem
    started: datetime = field(factory=lambda: datetime.now(UTC))

    @property
    def has_run(self) -> bool:
        """True once the machine was started."""
        session = self.system.session
        return session is not None and session.started >= self.started


class ProvisioningProvider:
    """Jobs are forgotten when the host is restarted; a machine's job has the machine's GUID."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._jobs: dict[str, _Provisioning] = {}

    @instances_of(_JOB)
    def jobs(self) -> Iterator[Instance]:
        """One for each machine that was provisioned."""
        return (_job(job) for job in self._jobs.values())

    @lookup(_JOB)
    def job(self, path: ObjectPath) -> Instance | None:
        """One machine's."""
        job = self._jobs.get(text_key(path, "InstanceID").lower())
        return _job(job) if job else None

    @method("Msps_ProvisioningService", "ProvisionMachine")
    def provision(self, call: Call) -> Result:
        """Check the machine and its files; the guest does the work once it is started."""
        machine = call["MachineID"]
        system = self._host.systems.find(machine.strip("{}")) if isinstance(machine, str) else None
        if system is None:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{machine} is no machine of this host.")
        # UNVERIFIED: the ReturnValues of refusals
        self._check_files(call)
        if system.state is not SystemState.OFF or system.is_busy:
            raise MethodFailure(Code.INVALID_STATE, "A machine is provisioned before it is started.")
        if system.configuration.security.get("TpmEnabled") is not True:
            raise MethodFailure(Code.INVALID_STATE, "A machine that is provisioned needs a TPM.")
        job = self._jobs[system.guid.lower()] = _Provisioning(system)
        return Result(Code.COMPLETED, {"ProvisioningJob": _job(job)})

    def _check_files(self, call: Call) -> None:
        wanted = {"PDKPath": ShieldingData, "FSKPath": SpecializationData}
        for name, kind in wanted.items():
            if name == "FSKPath" and not call[name]:
                continue  # Initialize-ShieldedVM leaves it out where nothing is to be put in
            try:
                data = read_provisioning_file(local_file(self._host.files, call[name]))
            except BadProvisioningFile as error:
                raise MethodFailure(Code.INVALID_PARAMETER, str(error)) from error
            if not isinstance(data, kind):
                raise MethodFailure(Code.INVALID_PARAMETER, f"{name} holds other data.")


def _job(job: _Provisioning) -> Instance:
    # UNVERIFIED: the values of a provisioning job; it is over here once the machine was started
    path = ObjectPath(_JOB, {"InstanceID": job.system.guid}, MSPS)
    values: dict[str, Value] = {
        "InstanceID": job.system.guid,
        "StartTime": job.started,
        "ElapsedTime": datetime.now(UTC) - job.started,
        "JobState": int(JobState.COMPLETED if job.has_run else JobState.RUNNING),
        "JobStatus": "Completed" if job.has_run else "Waiting for the machine to be started",
        "PercentComplete": _FINISHED if job.has_run else 0,
        "ErrorCode": 0,
    }
    return Instance(_JOB, values, namespace=MSPS, path=path)
