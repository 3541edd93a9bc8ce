"""A whole copy of a machine's disk: the disk is frozen by a checkpoint, and the host copies it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, JobError, NotFoundError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.checkpoints.checkpoint import Checkpoint, CheckpointFor, list_checkpoints
from openhyperv.hyperv.checkpoints.deleting import Deletion
from openhyperv.hyperv.checkpoints.taking import Consistency, take_checkpoint
from openhyperv.hyperv.copies.marks import TAKING_TIMEOUT_S, Marks
from openhyperv.hyperv.deleting import remove_folder
from openhyperv.hyperv.disks.disk_files import format_of
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.hyperv.jobs import wait_for_jobs_of
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import system
from openhyperv.hyperv.power import read_state
from openhyperv.hyperv.states import MachineState
from openhyperv.machine.host_version import WINDOWS_2016, HostVersion
from openhyperv.transport.deadline import Deadline

_AT_REST = (MachineState.OFF, MachineState.SAVED)
"""States in which nobody writes to a machine's disks."""
_THAWING_TIMEOUT_S = 3600.0
_BLOCK_BYTES = 2 * 1024**2
"""As VHD has it: a VHDX of the host's own 32 MiB would have to be carried with much that nobody wrote."""


def ways_to_freeze(version: HostVersion) -> tuple[Consistency | None, ...]:
    """What to ask a host for, best first: disks that the guest has brought in order, then as they are."""
    return (Consistency.PRODUCTION, Consistency.CRASH) if version >= WINDOWS_2016 else (None,)


class DiskCopy:
    """The copy of a disk of one machine; one at a time, in a folder of the machine's among the copies.

    Whatever a client leaves that dies meanwhile, a checkpoint among it, is removed by :meth:`tidy`, and by
    the next copy of the machine.
    """

    def __init__(self, session: Session, files: HostFiles, layout: Layout, guid: str) -> None:
        self._session = session
        self._files = files
        self._guid = guid
        self._folder = layout.copies / guid
        self._lock = layout.copies / f"{guid}.lock"
        self._marks = Marks(files, self._folder)

    @contextmanager
    def of(
        self,
        disk: WindowsPath,
        ways: Sequence[Consistency | None],
        *,
        timeout_s: float,
        on_progress: JobProgress | None = None,
    ) -> Iterator[WindowsPath]:
        """See :meth:`openhyperv.hyperv.disks.machine_disks.MachineDisks.copied`."""
        with self._files.locked(self._lock):
            self._clear()
            try:
                yield self._make(disk, ways, timeout_s, on_progress)
            finally:
                self._clear()

    def tidy(self) -> None:
        """Remove what is left of a copy that was broken off, the machine may be gone by now.

        :raises ConflictError: a client is at work on one, or the host is
        """
        with self._files.locked(self._lock):
            self._clear()

    def _make(
        self,
        disk: WindowsPath,
        ways: Sequence[Consistency | None],
        timeout_s: float,
        on_progress: JobProgress | None,
    ) -> WindowsPath:
        target = self._folder / f"{disk.name.rpartition('.')[0]}.{format_of(disk.name)}"
        disks = VirtualDisks(self._session, self._files, job_timeout_s=timeout_s)
        if read_state(self._session, self._guid) in _AT_REST:
            self._files.make_folder(self._folder)
            disks.convert(str(disk), str(target), block_bytes=_BLOCK_BYTES, on_progress=on_progress)
            return target
        checkpoint = self._frozen(ways)
        # UNVERIFIED: a host copies a disk that is the parent of one that a running machine writes to
        disks.convert(str(disk), str(target), block_bytes=_BLOCK_BYTES, on_progress=on_progress)
        self._thaw(checkpoint)
        self._marks.clear()
        return target

    def _frozen(self, ways: Sequence[Consistency | None]) -> Checkpoint:
        self._marks.make(self._present())
        for way in ways[:-1]:
            with suppress(JobError):  # the guest cannot do its part
                return self._take(way, TAKING_TIMEOUT_S / len(ways))
        return self._take(ways[-1], TAKING_TIMEOUT_S / len(ways))

    def _take(self, way: Consistency | None, timeout_s: float) -> Checkpoint:
        """Take the checkpoint, as soon as the machine is busy with nothing else."""
        deadline = Deadline.after(timeout_s)
        while True:
            try:
                return self._try_to_take(way, deadline.check("take a checkpoint"))
            except ConflictError:
                if not wait_for_jobs_of(self._session, system(self._guid), deadline):
                    raise

    def _try_to_take(self, way: Consistency | None, timeout_s: float) -> Checkpoint:
        whose = CheckpointFor.BACKUP
        return take_checkpoint(self._session, self._guid, consistency=way, whose=whose, timeout_s=timeout_s)

    def _present(self) -> list[Checkpoint]:
        return list_checkpoints(self._session, self._guid, CheckpointFor.BACKUP)

    def _thaw(self, checkpoint: Checkpoint) -> None:
        deadline = Deadline.after(_THAWING_TIMEOUT_S)
        Deletion(self._session, self._guid, checkpoint, deadline, with_subtree=False).run()

    def _clear(self) -> None:
        """Files go first, as long as the host still writes one it is not let go of; the marks go last."""
        if not self._files.exists(self._folder):
            return
        for file in self._files.list(self._folder):
            if not file.is_folder:
                self._files.remove(self._folder / file.name)
        self._thaw_leftover()
        remove_folder(self._files, self._folder)

    def _thaw_leftover(self) -> None:
        begun = self._marks.read()
        if begun is None:
            return
        with suppress(NotFoundError):  # the machine is gone
            for checkpoint in filter(begun.led_to, self._present()):
                self._thaw(checkpoint)
