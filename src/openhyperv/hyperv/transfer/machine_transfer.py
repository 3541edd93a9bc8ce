"""Exporting and cloning one machine, by ``machine.transfer``."""

from __future__ import annotations

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.transfer.copies import Copy
from openhyperv.hyperv.transfer.exporting import ExportChoices, Exporter, LiveState
from openhyperv.hyperv.transfer.fitting import Fit
from openhyperv.machine.rules.texts import check_name
from openhyperv.transport.deadline import Deadline

_TIMEOUT_S = 3600.0


class MachineTransfer:
    """Takes a machine out, or makes another like it."""

    def __init__(self, session: Session, share: HostFiles, layout: Layout, guid: str) -> None:
        self._session = session
        self._share = share
        self._layout = layout
        self._guid = guid

    def export(
        self,
        folder: WindowsPath,
        choices: ExportChoices | None = None,
        *,
        timeout_s: float = _TIMEOUT_S,
        on_progress: JobProgress | None = None,
    ) -> None:
        """Export it into a folder of its host that holds nothing yet; a running machine goes on.

        :raises ConflictError: there is something in the folder; nothing was sent
        :raises JobError: it cannot be exported; nothing is left
        """
        exporter = Exporter(self._session, self._share, self._guid, timeout_s)
        exporter.export(folder, choices or ExportChoices(), on_progress)

    def clone(
        self,
        name: str,
        live_state: LiveState | None = None,
        *,
        fit: Fit | None = None,
        timeout_s: float = _TIMEOUT_S,
        on_progress: JobProgress | None = None,
    ) -> str:
        """Make another machine like it, with identifiers, addresses and files of its own; returns its GUID.

        Checkpoints do not come along. ``live_state`` is what a clone of a running machine starts with: disks
        as after a power failure (also where nothing is said, which any host understands), disks that the
        guest has brought in order, or the guest's memory, too. A clone with memory keeps the guest's
        addresses, so its adapters are connected to no switch.

        Asking again after any failure goes on from there; a clone that is there already is the answer.

        :raises BrokenRuleError: no machine can have that name; nothing was sent
        :raises ConflictError: there is another machine of that name
        :raises UnfitMachineError: the clone would lack something; its findings say what
        :raises HyperVError: it could not be made; nothing is left, or else the error's notes say what is
        """
        # UNVERIFIED: without its run-time information a running machine is exported as after a power failure
        choices = ExportChoices(
            live_state, with_checkpoints=False, with_saved_state=live_state is LiveState.SAVED
        )
        copy = Copy(self._session, self._share, self._layout, self._guid, check_name(name))
        return copy.of_machine(self._guid, choices, fit or Fit(), Deadline.after(timeout_s), on_progress)
