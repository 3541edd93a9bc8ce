"""Virtual disks that the host itself has attached: each is a disk of Windows, and its file is taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import RLock

from attrs import frozen

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.host.files import HostFiles
from openhyperv.emulator.host.hardware import BusType, PhysicalDisk
from openhyperv.emulator.host.hardware.known_disks import KnownDisk
from openhyperv.emulator.host.storage.disk_use import DiskUse

_MICROSOFT = "60022480"
"""The beginning of the unique ids of Microsoft's virtual disks, as recorded."""


@frozen(eq=False)
class MountedImage:
    """An attached file; ``taken`` keeps others from it."""

    path: Path
    disk: KnownDisk
    is_read_only: bool
    taken: ExitStack


class MountedImages:
    """What is attached now; nothing stays attached over a restart of the host. Thread-safe."""

    def __init__(self, lock: RLock, disk_use: DiskUse, files: HostFiles) -> None:
        self._lock = lock
        self._disk_use = disk_use
        self._files = files
        self._images: list[MountedImage] = []

    def __iter__(self) -> Iterator[MountedImage]:
        return iter(list(self._images))

    def attach(self, path: Path, *, read_only: bool) -> MountedImage:
        """Make a file with its parents a disk of the host.

        :raises DiskError: it is damaged, missing, or lacks a parent
        :raises DiskInUse: a machine or a job has it, or it is attached already
        """
        with ExitStack() as taken:
            read, write = ([path], []) if read_only else ([], [path])
            taken.enter_context(self._disk_use.granted(read=read, write=write))
            with Chain.open(path, self._files.local) as chain:
                size_bytes, identity = chain.size_bytes, chain.layers[0].info.disk_id.hex.upper()
            with self._lock:
                disk = self._plugged(path, size_bytes, identity, read_only=read_only)
                image = MountedImage(path, disk, read_only, taken.pop_all())
                self._images.append(image)
        return image

    def _plugged(self, path: Path, size_bytes: int, identity: str, *, read_only: bool) -> KnownDisk:
        disks = self._files.disks
        hardware = PhysicalDisk(
            number=disks.free_number(),
            size_mb=max(1, size_bytes >> 20),
            serial=identity,
            vendor="Msft",
            model="Virtual Disk",
            bus=BusType.FILE_BACKED_VIRTUAL,
            unique_id=_MICROSOFT + identity[: 32 - len(_MICROSOFT)],
            location=self._files.windows(path),
            is_read_only=read_only or None,
        )
        return disks.attach(hardware)

    def detach(self, image: MountedImage) -> None:
        """Take the disk from the host and give the file free."""
        with self._lock:
            self._images.remove(image)
            self._files.disks.detach(image.disk)
        image.taken.close()
