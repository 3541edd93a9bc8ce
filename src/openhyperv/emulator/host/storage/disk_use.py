"""Which disk files are in use: by running machines, and by jobs that work on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, RLock
from typing import TypeAlias

from attrs import frozen

from openhyperv.emulator.guests.machine import GuestDrive
from openhyperv.emulator.host.files import HostFiles
from openhyperv.emulator.host.machines.systems import Systems
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.storage.open_disks import OpenDisks, disk_files

SHARING_VIOLATION = 0x80070020
"""HRESULT of ERROR_SHARING_VIOLATION: somebody else has the file open."""


class DiskInUse(Exception):  # noqa: N818  # read as a noun where it is caught
    """Somebody else has the file open."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path.name} is being used by another process")
        self.path = path


@frozen(eq=False)
class MachineDisk:
    """A drive of a running machine."""

    system: VirtualSystem
    drive: GuestDrive


_Conflict: TypeAlias = Callable[[set[Path], set[Path]], set[Path]]
"""Which files two parties cannot both have, given what machines write to and all that they have open."""


class DiskUse:
    """Grants files to jobs and machines: many may read one, or one may write to it. Thread-safe."""

    def __init__(self, lock: RLock, systems: Systems, files: HostFiles) -> None:
        self.files = files
        self._host_lock = lock
        self._machines = OpenDisks(systems, files)
        self._lock = Lock()
        self._readers: Counter[Path] = Counter()
        self._writers: set[Path] = set()

    @contextmanager
    def granted(self, *, read: Sequence[Path] = (), write: Sequence[Path] = ()) -> Iterator[None]:
        """Have the files for a job inside.

        :raises DiskInUse: a running machine or another job has one of them
        """
        reads, writes = [path.resolve() for path in read], {path.resolve() for path in write}
        self._check_machines(lambda written, opened: written.intersection(reads) | opened & writes)
        self._take(reads, writes)
        try:
            yield
        finally:
            with self._lock:
                self._readers.subtract(reads)
                self._writers -= writes

    def check_start(self, system: VirtualSystem, drives: Iterable[GuestDrive]) -> None:
        """Refuse a machine that is about to run a disk which others have.

        :raises DiskInUse: another running machine or a job has the disk, or writes to a parent of it
        """
        mine = {drive.path.resolve() for drive in drives if drive.path and not drive.is_dvd}
        chain = disk_files(mine, self._machines.files)
        self._check_machines(lambda written, opened: mine & opened | chain & written, besides=system)
        with self._lock:
            _refuse(mine & self._read_by_jobs() | chain & self._writers)

    def machine_disk(self, path: Path) -> MachineDisk | None:
        """The running machine's drive whose disk a file is; the parents of its disk do not count."""
        with self._host_lock:
            found = self._machines.writer_of(path.resolve())
            return MachineDisk(*found) if found else None

    def is_in_use(self, path: Path) -> bool:
        """True while a running machine has the file open, as disk or parent, or others write to it."""
        with self._host_lock:
            self._machines.forget()
            return path.resolve() in self._machines.now()[1] or path.resolve() in self._writers

    def _check_machines(self, conflict: _Conflict, besides: VirtualSystem | None = None) -> None:
        """What was remembered may be out of date, so a conflict is looked at twice."""
        with self._host_lock:
            if conflict(*self._machines.now(besides)):
                self._machines.forget()
                _refuse(conflict(*self._machines.now(besides)))

    def _take(self, reads: Sequence[Path], writes: set[Path]) -> None:
        with self._lock:
            _refuse(self._writers & {*reads, *writes} | self._read_by_jobs() & writes)
            self._readers.update(reads)
            self._writers |= writes

    def _read_by_jobs(self) -> set[Path]:
        return {path for path, count in self._readers.items() if count}


def _refuse(taken: set[Path]) -> None:
    if taken:
        raise DiskInUse(min(taken))
