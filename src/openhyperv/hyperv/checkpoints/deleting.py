"""Deleting checkpoints, until nothing of them is left: their disks are merged by the host."""

from __future__ import annotations

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, HyperVError, MethodError, NotFoundError
from openhyperv.hyperv.checkpoints.checkpoint import Checkpoint
from openhyperv.hyperv.jobs import wait_for_jobs_of, wait_for_merging
from openhyperv.hyperv.names import SNAPSHOT_SERVICE, system
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.types import Value


class Deletion:
    """Deletes one checkpoint, or it with all that grew from it. May be repeated, whatever became of it."""

    def __init__(
        self, session: Session, guid: str, checkpoint: Checkpoint, deadline: Deadline, *, with_subtree: bool
    ) -> None:
        self._session = session
        self._guid = guid
        self._checkpoint = checkpoint
        self._deadline = deadline
        self._method = "DestroySnapshotTree" if with_subtree else "DestroySnapshot"
        self._parameter = "SnapshotSettingData" if with_subtree else "AffectedSnapshot"

    def run(self, on_progress: JobProgress | None = None) -> None:
        """Delete, and wait until the disks are merged; a deletion that is under way already is waited for.

        A running machine's disks may be merged only once it is off, which is not waited for.

        :raises ConflictError: the machine's state does not allow it
        """
        while not self._try(on_progress):
            pass
        # UNVERIFIED: the job that merges is there as soon as the one that deletes has ended
        wait_for_merging(self._session, system(self._guid), self._deadline, on_progress)

    def _try(self, on_progress: JobProgress | None) -> bool:
        """False where the machine was busy, and is no more."""
        try:
            self._destroy(on_progress)
        except ConflictError:
            if not wait_for_jobs_of(self._session, system(self._guid), self._deadline):
                raise
            return False
        except (MethodError, NotFoundError) as refusal:
            if not self._is_gone(refusal):
                raise
        return True

    def _destroy(self, on_progress: JobProgress | None) -> None:
        arguments: dict[str, Value] = {self._parameter: self._checkpoint.path}
        self._session.run(
            SNAPSHOT_SERVICE,
            self._method,
            arguments,
            timeout_s=self._deadline.check("delete a checkpoint"),
            on_progress=on_progress,
            target=self._checkpoint.guid,
        )

    def _is_gone(self, refusal: HyperVError) -> bool:
        """True where the checkpoint was refused because it does not exist any more."""
        is_missing = isinstance(refusal, NotFoundError)
        return is_missing or self._session.find(self._checkpoint.path) is None
