"""The media of a guest's drives: disks on overlays of their VHD/VHDX files, and ISO images."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import define

from openhyperv.emulator.disks.errors import DiskError
from openhyperv.emulator.disks.running import Resolve, RunningDisk
from openhyperv.emulator.guests.descriptors import Descriptors, opened, set_names
from openhyperv.emulator.guests.machine import GuestDrive, GuestError
from openhyperv.emulator.guests.wiring import short_id


@define
class Medium:
    """What is in a drive: QEMU's block nodes, the descriptors they use, and the disk (none for an ISO).

    ``nodes`` grows by one with each checkpoint; the last is the one that the guest writes to.
    """

    nodes: list[str]
    sets: Sequence[str]
    disk: RunningDisk | None = None

    @property
    def node(self) -> str:
        """The node on top."""
        return self.nodes[-1]


@contextlib.contextmanager
def media_errors(what: Path) -> Iterator[None]:
    """Errors of disks and files as the guest's own."""
    try:
        yield
    except (DiskError, OSError) as error:
        raise GuestError(f"{what.name}: {error}") from error


class Drives:
    """All media of one guest, by device_id. An empty DVD drive has none."""

    def __init__(self, state_dir: Path, resolve: Resolve) -> None:
        self._state_dir = state_dir
        self._resolve = resolve
        self._media: dict[str, Medium] = {}
        self._nodes_made = 0

    def open(self, drive: GuestDrive, path: Path, descriptors: Descriptors) -> dict[str, Any]:
        """Put a file into a drive; returns the block node to give to QEMU, which has all it needs opened.

        :raises GuestError: the file is missing, damaged, or no disk
        """
        with media_errors(path):
            if drive.is_dvd:
                return self._open_image(drive, path, descriptors)
            return self._open_disk(drive, path, descriptors)

    def _open_image(self, drive: GuestDrive, path: Path, descriptors: Descriptors) -> dict[str, Any]:
        file = {"driver": "file", "filename": str(path)}
        plain = {"driver": "raw", "node-name": self.new_node(), "read-only": True, "file": file}
        block = opened(plain, descriptors)
        self._media[drive.device_id] = Medium([block["node-name"]], list(set_names(block)))
        return block

    def _open_disk(self, drive: GuestDrive, path: Path, descriptors: Descriptors) -> dict[str, Any]:
        name = short_id(drive.device_id)
        disk = RunningDisk.open(path, self._state_dir, name, self._resolve, read_only=drive.read_only)
        medium = Medium([self.new_node()], [], disk)
        self._media[drive.device_id] = medium
        block = opened(disk.blockdev(medium.node), descriptors)
        medium.sets = list(set_names(block))
        return block | {"read-only": True} if drive.read_only else block

    def new_node(self) -> str:
        """A name that no block node had yet."""
        self._nodes_made += 1
        return f"medium-{self._nodes_made}"

    def device_ids(self) -> list[str]:
        """The drives that hold a medium now."""
        return list(self._media)

    def medium(self, device_id: str) -> Medium | None:
        """What is in a drive now."""
        return self._media.get(device_id)

    def disk(self, device_id: str) -> tuple[Medium, RunningDisk]:
        """The disk in a drive.

        :raises GuestError: there is none
        """
        medium = self._media.get(device_id)
        if medium is None or medium.disk is None:
            raise GuestError(f"The machine has no disk {device_id}.")
        return medium, medium.disk

    def close(self, device_id: str) -> None:
        """QEMU has let go of a drive's medium: fold a disk's changes into its file."""
        medium = self._media.pop(device_id, None)
        if medium is not None and medium.disk is not None:
            with media_errors(medium.disk.leaf):
                medium.disk.fold()

    def close_all(self) -> None:
        """QEMU has ended: fold all. A disk that fails does not keep the others from being folded.

        :raises GuestError: at least one could not be folded; its overlay is kept
        """
        errors = []
        for device_id in list(self._media):
            try:
                self.close(device_id)
            except GuestError as error:
                errors.append(str(error))
        if errors:
            raise GuestError(" ".join(errors))
