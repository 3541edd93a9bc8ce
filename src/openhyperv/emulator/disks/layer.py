"""One file of a chain, whatever its format, opened by what it contains and not by its name."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from openhyperv.emulator.disks.errors import DiskCode, DiskError, disk_errors
from openhyperv.emulator.disks.extents import Extent
from openhyperv.emulator.disks.kinds import DiskInfo
from openhyperv.emulator.disks.vhd.file import VhdFile
from openhyperv.emulator.disks.vhd.writing import WritableVhd
from openhyperv.emulator.disks.vhdx.file import VhdxFile
from openhyperv.emulator.disks.vhdx.header import FILE_SIGNATURE
from openhyperv.emulator.disks.vhdx.writing import WritableVhdx

_VHDX_SUFFIXES = (".vhdx", ".avhdx")
_VHD_SUFFIXES = (".vhd", ".avhd")


class Layer(Protocol):
    """A virtual disk file that can be read."""

    path: Path
    descriptor: int

    @property
    def info(self) -> DiskInfo:
        """What the file says of itself."""
        ...

    @property
    def parent_paths(self) -> tuple[str, ...]:
        """The parent's Windows paths, in the order to try."""
        ...

    def extents(self, start: int, length: int) -> Iterator[Extent]:
        """What the file holds of a range, in order and without gaps."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class WritableLayer(Layer, Protocol):
    """A virtual disk file that can be written in place; ``flush`` ends a series of writes."""

    def write(self, start: int, data: bytes) -> None:
        """Put bytes into the disk; both ends at sectors."""
        ...

    def write_zeros(self, start: int, length: int) -> None:
        """Let a range read as zeros; both ends at sectors."""
        ...

    def flush(self) -> None:
        """Bring everything to the disk."""
        ...


def open_layer(path: Path) -> VhdxFile | VhdFile:
    """Open for reading; the caller closes.

    :raises DiskError: FILE_NOT_FOUND and kin; what the file's damage is called
    """
    with disk_errors():
        return VhdxFile(path) if _is_vhdx(path) else VhdFile(path)


def open_writable(path: Path) -> WritableVhdx | WritableVhd:
    """Open for changes in place; the caller closes.

    :raises DiskError: as :func:`open_layer`
    """
    with disk_errors():
        return WritableVhdx(path) if _is_vhdx(path) else WritableVhd(path)


def _is_vhdx(path: Path) -> bool:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise DiskError(DiskCode.ACCESS_DENIED, f"{path.name} is not a file")
    with path.open("rb") as file:
        if file.read(len(FILE_SIGNATURE)) == FILE_SIGNATURE:
            return True
    if path.suffix.lower() in _VHDX_SUFFIXES:
        code = DiskCode.FILE_CORRUPT  # UNVERIFIED: the code for a .vhdx file that is something else
        raise DiskError(code, f"{path.name} is not a VHDX file")
    if path.suffix.lower() not in _VHD_SUFFIXES:
        raise DiskError(DiskCode.PROVIDER_NOT_FOUND, f"{path.name} is neither a VHD nor a VHDX file")
    return False
