"""Folders of copies: filled and emptied so that a second run goes on from whatever a first one left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid5

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import HyperVError
from openhyperv.files.copying import copy_tree
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.jobs import wait_for_jobs_of
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import system
from openhyperv.hyperv.transfer.arriving import PATIENCE_S, Arrival, Wanted
from openhyperv.hyperv.transfer.export_folder import ExportFolder, read_export
from openhyperv.hyperv.transfer.exporting import ExportChoices, Exporter
from openhyperv.hyperv.transfer.fitting import Fit
from openhyperv.hyperv.transfer.new_identity import NewIdentity
from openhyperv.transport.deadline import Deadline

_COPIES = UUID("f1b0ad0e-8e43-4a0f-8a52-55a9fb3f5a06")
"""The namespace of identities of copies (RFC 9562, 5.5)."""


class Copy:
    """One copy of a machine, in a folder of its own that is named after what is copied and what it is called.

    The same copy has the same folder whenever it is asked for, and whatever is in that folder is of a run
    before. One client at a time works on it.
    """

    def __init__(self, session: Session, share: HostFiles, layout: Layout, source: str, name: str) -> None:
        identity = uuid5(_COPIES, f"{source}\\{name}".casefold())
        self._session = session
        self._share = share
        self._layout = layout
        self.new = NewIdentity(identity, layout.machine(identity), name)

    def of_machine(
        self, guid: str, choices: ExportChoices, fit: Fit, deadline: Deadline, on_progress: JobProgress | None
    ) -> str:
        """A copy of a machine of this host; returns its GUID."""
        with self._made(guid, fit, deadline) as (arrival, done):
            if done is not None:
                return done
            wait_for_jobs_of(self._session, system(guid), deadline)
            self._share.remove_tree(self.new.folder)
            exporter = Exporter(self._session, self._share, guid, deadline.check("export"))
            exporter.export(self.new.folder, choices, on_progress)
            return arrival.run(read_export(self._share, self.new.folder))

    def of_export(
        self, export: ExportFolder, fit: Fit, deadline: Deadline, on_progress: JobProgress | None
    ) -> str:
        """A copy of an exported machine; returns its GUID."""
        with self._made(export.guid, fit, deadline) as (arrival, done):
            if done is not None:
                return done
            self._share.remove_tree(self.new.folder)
            self._copy(export, deadline, on_progress)
            return arrival.run(export.moved_to(self.new.folder))

    def _copy(self, export: ExportFolder, deadline: Deadline, on_progress: JobProgress | None) -> None:
        for part in export.parts:
            for step in copy_tree(self._share, part, self.new.folder / part.name):
                deadline.check("copy files")
                if on_progress is not None:
                    on_progress(step.percent)

    @contextmanager
    def _made(self, guid: str, fit: Fit, deadline: Deadline) -> Iterator[tuple[Arrival, str | None]]:
        """The way to make it, and the GUID of what an earlier run has made. A failure leaves nothing."""
        folder = self.new.folder
        wanted = Wanted(folder, guid, fit, identity=self.new, not_ours=self._layout.machines)
        arrival = Arrival(self._session, wanted, deadline)
        with self._share.locked(self._layout.lock(self.new.identity)):
            done = arrival.settle(deadline)
            try:
                yield arrival, done
            except BaseException as error:
                self._clean(arrival, error)
                raise

    def _clean(self, arrival: Arrival, cause: BaseException) -> None:
        try:
            if arrival.settle(Deadline.after(PATIENCE_S)) is None:
                self._share.remove_tree(self.new.folder)
        except HyperVError as left:
            cause.add_note(f"Not everything could be undone; look for {self.new.folder}: {left}")


def importing_identity(folder: WindowsPath, name: str | None) -> NewIdentity:
    """Who a machine is that is imported where its export lies, and not as the machine that it was."""
    return NewIdentity(uuid5(_COPIES, str(folder).casefold()), folder, name)
