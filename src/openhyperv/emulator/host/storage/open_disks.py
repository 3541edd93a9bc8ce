"""The disk files that running machines have open. Use it under the host's lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from openhyperv.emulator.disks.errors import DiskError
from openhyperv.emulator.disks.inspecting import inspect
from openhyperv.emulator.disks.paths import find_parent
from openhyperv.emulator.guests.machine import GuestDrive
from openhyperv.emulator.host.files import HostFiles
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.machines.resource_kind import SASD
from openhyperv.emulator.host.machines.systems import Systems
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.power.guest_machine import guest_drives


@frozen
class _Footprint:
    """One machine's files as of when its settings named these media."""

    media: tuple[str, ...]
    written: frozenset[Path]
    opened: frozenset[Path]


class OpenDisks:
    """Remembers each machine's files for as long as its settings name the same media."""

    def __init__(self, systems: Systems, files: HostFiles) -> None:
        self.files = files
        self._systems = systems
        self._known: dict[str, _Footprint] = {}

    def now(self, besides: VirtualSystem | None = None) -> tuple[set[Path], set[Path]]:
        """The files that machines write to, and all that they have open; without those of ``besides``."""
        if len(self._known) > 2 * len(self._systems):
            self.forget()  # most of it is about machines that are gone
        prints = [self._footprint(s) for s in self._systems if s.state.is_on and s is not besides]
        return (
            {path for footprint in prints for path in footprint.written},
            {path for footprint in prints for path in footprint.opened},
        )

    def forget(self) -> None:
        """Look at everything anew: a parent may have changed without the settings showing it."""
        self._known.clear()

    def writer_of(self, path: Path) -> tuple[VirtualSystem, GuestDrive] | None:
        """The running machine and the drive that write to a file."""
        for system in self._systems:
            if system.state.is_on and path in self._footprint(system).written:
                return system, next(d for d in self._drives(system) if d.path and d.path.resolve() == path)
        return None

    def _footprint(self, system: VirtualSystem) -> _Footprint:
        media = tuple(_media(system))
        known = self._known.get(system.guid)
        if known is None or known.media != media:
            written = frozenset(drive.path.resolve() for drive in self._drives(system) if drive.path)
            known = _Footprint(media, written, frozenset(disk_files(written, self.files)))
            self._known[system.guid] = known
        return known

    def _drives(self, system: VirtualSystem) -> list[GuestDrive]:
        """A DVD is only read, so it does not count."""
        try:
            drives = list(guest_drives(system.configuration, self.files))
        except JobFailure:
            return []  # a file was deleted under the machine: then nothing is there to protect
        return [drive for drive in drives if not drive.is_dvd]


def disk_files(disks: Iterable[Path], files: HostFiles) -> set[Path]:
    """The files of disks and of their parents, as far as these can be found."""
    found: set[Path] = set()
    for disk in disks:
        path: Path | None = disk
        while path is not None and path not in found:
            found.add(path)
            path = _parent(path, files)
    return found


def _parent(path: Path, files: HostFiles) -> Path | None:
    try:
        text = inspect(path).parent_path
        return find_parent(path, (text,), files.local).resolve() if text else None
    except DiskError:
        return None


def _media(system: VirtualSystem) -> Iterator[str]:
    for medium in system.configuration.of_class(SASD):
        yield from medium.texts("HostResource")
