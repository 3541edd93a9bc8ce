"""Copies of a machine's disks in its own folder, to which it can go back after it was changed.

Unlike a checkpoint they let the disks grow. They are made in a folder that gets its name last, so that they
are all there or not at all; going back moves each in one step, and may be repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.moving.replaced_disks import name_disks_again

_KEPT, _BEGUN = "kept", "kept.part"


class KeptDisks:
    """The kept disks of the machine ``guid``, in ``folder``, which is its own. It has to be off meanwhile."""

    def __init__(self, session: Session, files: HostFiles, guid: str, folder: WindowsPath) -> None:
        self._session = session
        self._files = files
        self._guid = guid
        self._folder = folder
        self._kept = folder / _KEPT

    def take(self, disks: Sequence[WindowsPath], on_progress: JobProgress | None = None) -> None:
        """Have the host copy disks of the machine; what was kept before is forgotten.

        :raises QuotaError: the host's disk is full; what was copied goes with :meth:`drop`
        """
        self.drop()
        begun = self._folder / _BEGUN
        self._files.make_folder(begun)
        total_bytes = sum(self._files.status(disk).size_bytes for disk in disks) or 1
        done_bytes = 0
        for disk in disks:
            here_bytes = 0
            for here_bytes in self._files.copy(disk, begun / disk.name):
                if on_progress is not None:
                    on_progress(100 * (done_bytes + here_bytes) // total_bytes)
            done_bytes += here_bytes
        self._files.rename(begun, self._kept)

    def put_back(self) -> None:
        """Let the machine have the kept disks instead of those of the same names; they are kept no more."""
        with suppress(NotFoundError):
            for each in self._files.list(self._kept):
                self._files.rename(self._kept / each.name, self._folder / each.name, replace=True)
        name_disks_again(self._session, self._guid, self._folder)
        self.drop()

    def drop(self) -> None:
        """Forget them."""
        self._files.remove_tree(self._folder / _BEGUN)
        self._files.remove_tree(self._kept)
