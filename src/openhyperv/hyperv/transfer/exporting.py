"""Exporting a machine, or one checkpoint as a machine, into a folder of its host that holds nothing yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

from attrs import frozen

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, HyperVError, NotFoundError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.names import SYSTEM_SERVICE, system, system_settings
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_SETTINGS = "Msvm_VirtualSystemExportSettingData"
_ALL, _NONE, _ONE = 0, 1, 2
"""CopySnapshotConfiguration: which checkpoints come along."""


class LiveState(IntEnum):
    """What is taken of a running machine: CaptureLiveState, since 2016."""

    CRASH_CONSISTENT = 0
    SAVED = 1
    APPLICATION_CONSISTENT = 2


@frozen
class ExportChoices:
    """What comes along. ``live_state`` None leaves it to the host, as a host before 2016 has to be left."""

    live_state: LiveState | None = None
    with_checkpoints: bool = True
    with_disks: bool = True
    with_saved_state: bool = True

    def settings(self) -> dict[str, Value]:
        """As Hyper-V takes them."""
        live: dict[str, Value] = (
            {} if self.live_state is None else {"CaptureLiveState": self.live_state.value}
        )
        return {
            **live,
            "CopySnapshotConfiguration": _ALL if self.with_checkpoints else _NONE,
            "CopyVmStorage": self.with_disks,
            "CopyVmRuntimeInformation": self.with_saved_state,
        }


class Exporter:
    """Exports from one machine; ``timeout_s`` is how long it may take."""

    def __init__(self, session: Session, share: HostFiles, guid: str, timeout_s: float) -> None:
        self._session = session
        self._share = share
        self._guid = guid
        self._timeout_s = timeout_s

    def export(
        self, folder: WindowsPath, choices: ExportChoices, on_progress: JobProgress | None = None
    ) -> None:
        """Export the machine; a running one goes on.

        :raises ConflictError: there is something in the folder; nothing was sent
        :raises JobError: it cannot be exported; nothing is left
        """
        self._run(folder, choices.settings(), on_progress)

    def export_checkpoint(
        self, folder: WindowsPath, checkpoint: str, on_progress: JobProgress | None = None
    ) -> None:
        """Export what the machine was at a checkpoint, with its disks merged, as a machine without any.

        :raises ConflictError: there is something in the folder; nothing was sent
        :raises JobError: it cannot be exported; nothing is left
        """
        path = str(system_settings(checkpoint).on("."))
        self._run(folder, {"CopySnapshotConfiguration": _ONE, "SnapshotVirtualSystem": path}, on_progress)

    def _run(self, folder: WindowsPath, choices: dict[str, Value], on_progress: JobProgress | None) -> None:
        # UNVERIFIED: a host takes export settings that were not read from the machine before
        settings = Instance(_SETTINGS, {**choices, "CreateVmExportSubdirectory": False})
        arguments: dict[str, Value] = {
            "ComputerSystem": system(self._guid),
            "ExportDirectory": str(folder),
            "ExportSettingData": instance_to_text(settings, self._session.schema),
        }
        with self._filling(folder):
            self._session.run(
                SYSTEM_SERVICE,
                "ExportSystemDefinition",
                arguments,
                timeout_s=self._timeout_s,
                on_progress=on_progress,
                target=self._guid,
            )

    @contextmanager
    def _filling(self, folder: WindowsPath) -> Iterator[None]:
        """A folder that is new, or empty, and is gone again where it could not be filled."""
        with suppress(NotFoundError):
            if self._share.list(folder):
                raise ConflictError(
                    "There is something in that folder already.",
                    host=self._session.host,
                    target=str(folder),
                    operation="export",
                )
        self._share.make_folder(folder)
        try:
            yield
        except HyperVError as error:
            if not error.outcome_unknown:
                self._share.remove_tree(folder)
            raise
