"""The checkpoints of one machine, by ``machine.checkpoints``."""

from __future__ import annotations

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.checkpoints.applying import WhenRunning, apply_checkpoint
from openhyperv.hyperv.checkpoints.checkpoint import Checkpoint, guid_of, list_checkpoints
from openhyperv.hyperv.checkpoints.deleting import Deletion
from openhyperv.hyperv.checkpoints.renaming import rename_checkpoint
from openhyperv.hyperv.checkpoints.taking import Consistency, take_checkpoint
from openhyperv.hyperv.checkpoints.tree import CheckpointTree, grow_tree
from openhyperv.hyperv.names import SYSTEM_SETTINGS, system
from openhyperv.hyperv.transfer.exporting import Exporter
from openhyperv.hyperv.values import text
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.wql import AssociatorsOf

_TIMEOUT_S = 600.0
_MERGE_TIMEOUT_S = 3600.0


class MachineCheckpoints:
    """Takes, shows, applies and deletes the checkpoints of a machine. Nothing is remembered."""

    def __init__(self, session: Session, share: HostFiles, guid: str) -> None:
        self._session = session
        self._share = share
        self._guid = guid

    def list(self) -> list[Checkpoint]:
        """All of them, oldest first, in one request."""
        return list_checkpoints(self._session, self._guid)

    def tree(self) -> CheckpointTree:
        """What grew from what, and where the machine is, in two requests."""
        query = AssociatorsOf(
            system(self._guid),
            association_class="Msvm_MostCurrentSnapshotInBranch",
            result_class=SYSTEM_SETTINGS,
        )
        newest = [guid_of(text(row, "InstanceID")) for row in self._session.query(query)]
        return grow_tree(self.list(), newest[0] if newest else None)

    def find(self, name: str) -> Checkpoint:
        """One of them by name or GUID.

        :raises NotFoundError: there is none
        :raises ConflictError: the name fits several
        """
        found = [c for c in self.list() if name.upper() == c.guid or name == c.name]
        host = self._session.host
        if not found:
            raise NotFoundError("There is no such checkpoint.", host=host, target=name)
        if len(found) > 1:
            guids = ", ".join(c.guid for c in found)
            raise ConflictError(f"Several checkpoints have that name: {guids}.", host=host, target=name)
        return found[0]

    def take(
        self,
        name: str | None = None,
        consistency: Consistency | None = None,
        *,
        timeout_s: float = _TIMEOUT_S,
        on_progress: JobProgress | None = None,
    ) -> Checkpoint:
        """Take one; without ``name`` the host names it, without ``consistency`` the machine says what kind.

        :raises BrokenRuleError: no checkpoint can have that name; nothing was sent
        :raises UnsupportedError: the machine's settings forbid checkpoints
        :raises JobError: it cannot be taken, or not of that kind: no guest's services answer, for instance
        """
        return take_checkpoint(
            self._session, self._guid, name, consistency, timeout_s=timeout_s, on_progress=on_progress
        )

    def apply(
        self,
        checkpoint: Checkpoint,
        when_running: WhenRunning = WhenRunning.REFUSE,
        *,
        timeout_s: float = _TIMEOUT_S,
        on_progress: JobProgress | None = None,
    ) -> None:
        """Make the machine what it was; what it is now is given up, unless a checkpoint keeps it.

        It is saved afterwards where the checkpoint has its memory, and off otherwise.

        :raises ConflictError: it is running, and ``when_running`` says to refuse that
        """
        apply_checkpoint(
            self._session, self._guid, checkpoint, when_running, timeout_s=timeout_s, on_progress=on_progress
        )

    def rename(self, checkpoint: Checkpoint, name: str) -> Checkpoint:
        """Call one something else.

        :raises BrokenRuleError: no checkpoint can have that name; nothing was sent
        """
        return rename_checkpoint(self._session, checkpoint, name)

    def delete(
        self,
        checkpoint: Checkpoint,
        *,
        with_subtree: bool = False,
        timeout_s: float = _MERGE_TIMEOUT_S,
        on_progress: JobProgress | None = None,
    ) -> None:
        """Delete one, or it with all that grew from it; otherwise that stays. Disks are merged.

        Where it is gone already nothing happens; a deletion under way is waited for, and so is the merging,
        except that of a running machine that has to go off first.

        :raises ConflictError: the machine's state does not allow it
        """
        deadline = Deadline.after(timeout_s)
        deletion = Deletion(self._session, self._guid, checkpoint, deadline, with_subtree=with_subtree)
        deletion.run(on_progress)

    def export(
        self,
        checkpoint: Checkpoint,
        folder: WindowsPath,
        *,
        timeout_s: float = _MERGE_TIMEOUT_S,
        on_progress: JobProgress | None = None,
    ) -> None:
        """Export what the machine was then, as a machine of its own, into a folder that holds nothing yet.

        :raises ConflictError: there is something in the folder; nothing was sent
        :raises JobError: it cannot be exported; nothing is left
        """
        exporter = Exporter(self._session, self._share, self._guid, timeout_s)
        exporter.export_checkpoint(folder, checkpoint.guid, on_progress)
