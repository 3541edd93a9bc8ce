"""Importing exported machines, by ``host.imports``."""

from __future__ import annotations

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import ProtocolError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import SYSTEM_SERVICE
from openhyperv.hyperv.transfer.arriving import Arrival, Wanted
from openhyperv.hyperv.transfer.copies import Copy, importing_identity
from openhyperv.hyperv.transfer.export_folder import ExportFolder, read_export
from openhyperv.hyperv.transfer.fitting import Fit
from openhyperv.hyperv.values import entries, text
from openhyperv.machine.rules.texts import check_name
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.instance import Instance

_TIMEOUT_S = 600.0
_COPY_TIMEOUT_S = 3600.0


class Imports:
    """Brings exported machines onto a host. Repeating it after any failure goes on from there."""

    def __init__(self, session: Session, share: HostFiles, layout: Layout) -> None:
        self._session = session
        self._share = share
        self._layout = layout

    def register(
        self,
        source: WindowsPath,
        *,
        name: str | None = None,
        with_new_identifier: bool = False,
        fit: Fit | None = None,
        timeout_s: float = _TIMEOUT_S,
        on_progress: JobProgress | None = None,
    ) -> str:
        """Make a machine of the export in a folder, or of a definition file, where its files lie.

        It is the machine that was exported, or with a new identifier a machine like it; returns its GUID.

        :raises NotFoundError: there is no export
        :raises UnfitMachineError: it lacks something on this host; its findings say what
        :raises ConflictError: the machine exists, or another is in that folder
        """
        _check(name)
        export = read_export(self._share, source)
        identity = importing_identity(export.root, name) if with_new_identifier else None
        wanted = Wanted(export.root, export.guid, fit or Fit(), name, identity)
        deadline = Deadline.after(timeout_s)
        arrival = Arrival(self._session, wanted, deadline)
        return arrival.settle(deadline) or arrival.run(export, on_progress)

    def copy(
        self,
        source: WindowsPath,
        *,
        name: str | None = None,
        fit: Fit | None = None,
        timeout_s: float = _COPY_TIMEOUT_S,
        on_progress: JobProgress | None = None,
    ) -> str:
        """Make another machine of an export, with new identifiers and files of its own; returns its GUID.

        The host copies the files into a folder of ours. Without a name it is called as the exported one.

        :raises NotFoundError: there is no export
        :raises UnfitMachineError: it lacks something on this host; its findings say what
        :raises ConflictError: there is a machine of that name
        """
        _check(name)
        export = read_export(self._share, source)
        copy = Copy(
            self._session, self._share, self._layout, str(export.definition), name or self._name_in(export)
        )
        return copy.of_export(export, fit or Fit(), Deadline.after(timeout_s), on_progress)

    def _name_in(self, export: ExportFolder) -> str:
        """What the exported machine is called."""
        files = {"DefinitionFiles": [str(export.definition)]}
        target = str(export.definition)
        output = self._session.run(
            SYSTEM_SERVICE, "GetDefinitionFileSummaryInformation", files, target=target
        )
        for row in entries(output["SummaryInformation"]):
            if isinstance(row, Instance) and text(row, "ElementName"):
                return text(row, "ElementName")
        raise ProtocolError("The host does not say what the exported machine is called.", target=target)


def _check(name: str | None) -> None:
    if name is not None:
        check_name(name)
