"""Which disk files are in use: by running machines, and by jobs that work on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from attrs import frozen

from openhyperv.emulator.disks.errors import DiskError
from openhyperv.emulator.disks.inspecting import inspect
from openhyperv.emulator.disks.paths import find_parent
from openhyperv.emulator.guests.machine import GuestDrive
from openhyperv.emulator.host.guest_machine import guest_drives
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs import JobFailure
from openhyperv.emulator.host.virtual_system import VirtualSystem


class DiskInUse(Exception):  # noqa: N818  # read as a noun where it is caught
    """Someone else has the file open: what Windows calls a sharing violation."""


@frozen(eq=False)
class MachineDisk:
    """A drive of a running machine."""

    system: VirtualSystem
    drive: GuestDrive


class DiskUse:
    """Grants files to jobs: many may read one, or one may write to it. Thread-safe."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._lock = Lock()
        self._readers: Counter[Path] = Counter()
        self._writers: set[Path] = set()

    @contextmanager
    def granted(self, *, read: Sequence[Path] = (), write: Sequence[Path] = ()) -> Iterator[None]:
        """Have the files inside.

        :raises DiskInUse: a running machine or another job has one of them
        """
        reads, writes = [path.resolve() for path in read], {path.resolve() for path in write}
        self._refuse_machines(reads, writes)
        self._take(reads, writes)
        try:
            yield
        finally:
            with self._lock:
                self._readers.subtract(reads)
                self._writers -= writes

    def machine_disk(self, path: Path) -> MachineDisk | None:
        """The running machine's drive whose disk a file is; the parents of its disk do not count."""
        wanted = path.resolve()
        return next(
            (d for d in self._machine_disks() if d.drive.path and d.drive.path.resolve() == wanted), None
        )

    def is_in_use(self, path: Path) -> bool:
        """True while a running machine has the file open, as disk or as parent of its disk."""
        with self._host.lock:
            return path.resolve() in self._machine_files()

    def _take(self, reads: Sequence[Path], writes: set[Path]) -> None:
        with self._lock:
            being_read = {path for path, count in self._readers.items() if count}
            if self._writers & {*reads, *writes} or being_read & writes:
                raise DiskInUse
            self._readers.update(reads)
            self._writers |= writes

    def _refuse_machines(self, reads: Sequence[Path], writes: set[Path]) -> None:
        with self._host.lock:
            leaves = {d.drive.path.resolve() for d in self._machine_disks() if d.drive.path}
            if leaves.intersection(reads) or (writes and self._machine_files() & writes):
                raise DiskInUse

    def _machine_disks(self) -> Iterator[MachineDisk]:
        """The disks of running machines; a DVD is only read."""
        with self._host.lock:
            for system in self._host.systems:
                if system.state.is_on:
                    yield from (MachineDisk(system, drive) for drive in self._drives(system))

    def _drives(self, system: VirtualSystem) -> Iterator[GuestDrive]:
        try:
            drives = list(guest_drives(system.configuration, self._host.files))
        except JobFailure:
            return iter(())  # a file was deleted under the machine: then nothing is there to protect
        return (drive for drive in drives if drive.path is not None and not drive.is_dvd)

    def _machine_files(self) -> set[Path]:
        files: set[Path] = set()
        for disk in self._machine_disks():
            if disk.drive.path is not None:
                files.update(path.resolve() for path in self._chain(disk.drive.path))
        return files

    def _chain(self, leaf: Path) -> Iterator[Path]:
        """A disk's file and its parents, as far as they can be found."""
        seen: set[Path] = set()
        path: Path | None = leaf
        while path is not None and path not in seen:
            seen.add(path)
            yield path
            path = self._parent(path)

    def _parent(self, path: Path) -> Path | None:
        try:
            text = inspect(path).parent_path
            return find_parent(path, (text,), self._host.files.local) if text else None
        except DiskError:
            return None
