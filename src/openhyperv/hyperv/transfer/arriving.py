"""Bringing the machine of an export onto its host; doing it again after any failure goes on from there.

Nothing is remembered but what the host itself shows: a machine that is in the folder already has arrived, and
a planned one in it is what an earlier run left.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from attrs import frozen

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import HyperVError, ProtocolError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.jobs import wait_for_imports, wait_for_jobs_of
from openhyperv.hyperv.names import SYSTEM_SERVICE, SYSTEM_SETTINGS, system
from openhyperv.hyperv.sizing import memory_settings
from openhyperv.hyperv.switches.finding import find_switch
from openhyperv.hyperv.transfer.earlier import Present, arrived, look_for
from openhyperv.hyperv.transfer.export_folder import ExportFolder
from openhyperv.hyperv.transfer.findings import UnfitMachineError
from openhyperv.hyperv.transfer.fitting import Changes, Fit, connection_changes, medium_changes, merged
from openhyperv.hyperv.transfer.new_identity import NewIdentity
from openhyperv.hyperv.transfer.planned_machine import PLANNED_SYSTEM, PlannedMachine
from openhyperv.machine.memory import Memory
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

PATIENCE_S = 20.0
"""How long undoing may take, whatever time the import was given."""


@frozen
class Wanted:
    """What is to become of the machine of an export in ``folder``, where it was called ``guid``.

    Without ``identity`` it stays the machine that it was; ``name`` is then another name for it, if any.
    ``not_ours`` is where other machines have files of their own: discs from there are taken out.
    """

    folder: WindowsPath
    guid: str
    fit: Fit
    name: str | None = None
    identity: NewIdentity | None = None
    not_ours: WindowsPath | None = None


class Arrival:
    """Brings one machine onto one host. Use once."""

    def __init__(self, session: Session, wanted: Wanted, deadline: Deadline) -> None:
        self._session = session
        self._wanted = wanted
        self._deadline = deadline

    def settle(self, deadline: Deadline) -> str | None:
        """Remove what an earlier run left; returns the GUID of the machine where it has arrived already.

        :raises ConflictError: another machine is in the way
        """
        wait_for_imports(self._session, deadline)
        return arrived(self._machines_alone(deadline), self._wanted.guid, self._wanted.identity)

    def _machines_alone(self, deadline: Deadline) -> list[Present]:
        """The machines that are in the way or have arrived, once no planned one of an earlier run is left."""
        while True:
            present = look_for(self._session, self._wanted.folder, self._wanted.guid, self._new_name)
            planned = [each for each in present if each.is_planned and self._is_ours(each)]
            if not planned:
                return [each for each in present if not each.is_planned]
            for each in planned:
                PlannedMachine(self._session, each.guid, deadline).give_up()

    @property
    def _new_name(self) -> str | None:
        return self._wanted.identity.name if self._wanted.identity is not None else None

    def _is_ours(self, present: Present) -> bool:
        is_same = present.guid == self._wanted.guid and self._wanted.identity is None
        return present.is_in_folder or is_same

    def run(self, export: ExportFolder, on_progress: JobProgress | None = None) -> str:
        """Import, put right, validate, realize; returns the machine's GUID. It is off, or saved.

        :raises UnfitMachineError: it lacks something on this host
        :raises HyperVError: it could not be imported; no planned machine is left, or else the error's notes
            say so
        """
        switches = self._switches()
        try:
            planned = self._import(export)
            self._fit(planned, export, switches)
            self._realize(planned, on_progress)
        except BaseException as error:
            self._clean(error)
            raise
        return planned.guid

    def _switches(self) -> dict[str, ObjectPath | None]:
        """The switches to connect to, looked up before anything is made."""
        wanted = self._wanted.fit.switches
        return {old: None if new is None else find_switch(self._session, new) for old, new in wanted.items()}

    def _import(self, export: ExportFolder) -> PlannedMachine:
        output = self._session.run(
            SYSTEM_SERVICE,
            "ImportSystemDefinition",
            {
                "SystemDefinitionFile": str(export.definition),
                "SnapshotFolder": export.checkpoint_folder,
                "GenerateNewSystemIdentifier": self._wanted.identity is not None,
            },
            timeout_s=self._deadline.check("import"),
            target=str(export.definition),
        )
        made, job = output["ImportedSystem"], output["Job"]
        if not isinstance(made, ObjectPath) and isinstance(job, ObjectPath):
            affected = self._session.associators(job, "Msvm_AffectedJobElement", PLANNED_SYSTEM)
            made = next((each.path for each in list(affected)), None)
        if not isinstance(made, ObjectPath):
            message = "The host imported the machine, but does not show it."
            raise ProtocolError(message, target=str(export.definition))
        return PlannedMachine(self._session, str(made.key("Name")), self._deadline)

    def _fit(
        self, planned: PlannedMachine, export: ExportFolder, switches: dict[str, ObjectPath | None]
    ) -> None:
        fit, devices = self._wanted.fit, planned.devices()
        media = medium_changes(devices, fit.disks, export.disks, self._wanted.not_ours)
        modified = [*media.modified, *connection_changes(devices, switches)]
        if fit.memory_mb is not None:
            modified.append(memory_settings(Memory.static(fit.memory_mb), planned.guid))
        modified += self._rename(planned, devices)
        planned.change_devices(Changes(merged(modified), media.removed))
        if fit.drops_missing_checkpoints:
            planned.drop_missing_checkpoints()
        if findings := planned.validate(devices):
            raise UnfitMachineError(findings, host=self._session.host, target=str(export.definition))

    def _rename(self, planned: PlannedMachine, devices: Sequence[Instance]) -> list[Instance]:
        """Let it be called as it is to be; returns what changes in its devices with that."""
        identity, name = self._wanted.identity, self._wanted.name
        if identity is not None:
            is_saved = planned.is_saved()
            planned.change_system(identity.system_settings(planned.settings(), is_saved=is_saved))
            return list(identity.device_changes(devices, is_saved=is_saved))
        if name is not None:
            values = {"InstanceID": f"Microsoft:{planned.guid}", "ElementName": name}
            planned.change_system(Instance(SYSTEM_SETTINGS, values))
        return []

    def _realize(self, planned: PlannedMachine, on_progress: JobProgress | None) -> None:
        """Realize it. If the answer is lost and the machine is there, it was realized."""
        try:
            planned.realize(on_progress)
        except HyperVError as error:
            if not (error.outcome_unknown and self._is_real(planned)):
                raise

    def _is_real(self, planned: PlannedMachine) -> bool:
        with suppress(HyperVError):
            wait_for_jobs_of(self._session, planned.path, self._deadline)
            return self._session.find(system(planned.guid)) is not None
        return False

    def _clean(self, cause: BaseException) -> None:
        patience = Deadline.after(PATIENCE_S)
        try:
            wait_for_imports(self._session, patience)
            self._machines_alone(patience)
        except HyperVError as left:
            cause.add_note(f"A planned machine may be left, which importing again removes: {left}")
