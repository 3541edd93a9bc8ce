"""How large virtual disks can grow."""

from __future__ import annotations

from pathlib import Path

from openhyperv.emulator.disks.errors import DiskError
from openhyperv.emulator.disks.inspecting import inspect
from openhyperv.emulator.host.files import BadHostPath, HostFiles
from openhyperv.emulator.host.settings import Resource

_MEGABYTE = 2**20


class DiskSizes:
    """Looks a disk's size up, and again only when its file has changed."""

    def __init__(self, files: HostFiles) -> None:
        self._files = files
        self._known: dict[tuple[Path, int], int] = {}

    def size_mb(self, medium: Resource) -> int:
        """The size of the disk in a drive; 0 for one that cannot be read."""
        try:
            path = self._files.local((medium.texts("HostResource") or [""])[0])
            key = path, path.stat().st_mtime_ns
            if key not in self._known:
                self._known[key] = inspect(path).size_bytes // _MEGABYTE
        except (BadHostPath, DiskError, OSError):
            return 0
        return self._known[key]
