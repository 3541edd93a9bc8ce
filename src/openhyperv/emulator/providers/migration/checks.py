"""Whether a machine can migrate: from a host that reaches no other one, it cannot, and is told why."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.windows.migration_settings import MigrationSettings
from openhyperv.emulator.providers.jobs import MIGRATION_JOB
from openhyperv.emulator.providers.machines.finding import wanted_system
from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.emulator.providers.services.services import MIGRATION
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_CHOICES = "Msvm_VirtualSystemMigrationSettingData"
_TYPES = {
    32768: "VirtualSystem",
    32769: "Storage",
    32770: "Staged",
    32771: "VirtualSystemAndStorage",
    32772: "StorageDeepCheck",
}
"""Msvm_VirtualSystemMigrationSettingData.MigrationType."""
_TCP = 5
_RPC_UNAVAILABLE = 0x800706BA
"""HRESULT of RPC_S_SERVER_UNAVAILABLE: nobody answers there."""


class MigrationCheckProvider:
    """Both ways to ask; the first answers by a job."""

    def __init__(self, host: Host, settings: MigrationSettings) -> None:
        self._host = host
        self._settings = settings

    @method(MIGRATION.class_name, "CheckVirtualSystemIsMigratable")
    def check(self, call: Call) -> Result:
        """A job that fails with the reason."""
        reason = self._reason(call)

        def work(_job: Job) -> None:
            raise reason

        job = self._host.jobs.run(
            JobType.CHECK_MIGRATION,
            work,
            class_name=MIGRATION_JOB,
            affected=[wanted_system(self._host, call["ComputerSystem"]).path],
            owner=MIGRATION.path(self._host),
            description="Checking Virtual Machine Compatibility",
        )
        return Result(Code.JOB_STARTED, {"Job": job.path})

    @method(MIGRATION.class_name, "CheckVirtualSystemIsMigratableToHost")
    def check_to_host(self, call: Call) -> Result:
        """No, at once."""
        self._reason(call)
        return Result(Code.COMPLETED, {"IsMigratable": False})

    def _reason(self, call: Call) -> JobFailure:
        """Why this machine cannot migrate as it is asked to.

        :raises MethodFailure: 32773, no machine or no destination
        """
        system = wanted_system(self._host, call["ComputerSystem"])
        destination = call["DestinationHost"]
        if not isinstance(destination, str) or not destination:
            raise MethodFailure(Code.INVALID_PARAMETER, "DestinationHost is missing.")
        if call["MigrationSettingData"]:
            read_setting(call["MigrationSettingData"], _CHOICES, self._host.schema)
        if not self._settings.is_enabled:
            return JobFailure(Code.FAILED, f"'{system.name}': migration is not enabled on this host.")
        text = f"'{system.name}': the host '{destination}' cannot be reached."
        return JobFailure(Code.FAILED, text, _RPC_UNAVAILABLE)


def migration_choices_provider(host: Host) -> ClassProvider:
    """One setting for each way to migrate: clients take it, change it and send it along."""
    return fixed_provider(_CHOICES, partial(_choices, host))


def _choices(host: Host) -> Iterable[Instance]:
    for number, name in _TYPES.items():
        # UNVERIFIED: the InstanceIDs of these settings
        path = setting_path(_CHOICES, f"Microsoft:{host.name}\\{name}")
        values: dict[str, Value] = {
            "InstanceID": path.key("InstanceID"),
            "Caption": "Migration Setting Data",
            "Description": "Virtual System Migration Setting Data",
            "ElementName": "Migration Setting Data",
            "MigrationType": number,
            "TransportType": _TCP,
            "RetainVhdCopiesOnSource": False,
            "EnableCompression": True,
        }
        yield Instance(_CHOICES, values, path=path)
