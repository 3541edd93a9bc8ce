"""Parent paths: Windows text inside the files, local files outside, and never a way out of the host's C:."""

from __future__ import annotations

import ntpath
import os
from collections.abc import Callable
from pathlib import Path

from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import DiskFormat

Resolve = Callable[[str], Path]
"""Maps ``C:\\...`` to the local file; raises OSError or ValueError for what is not on the host."""

_DRIVE = "C:\\"
_SUFFIXES = {DiskFormat.VHD: (".vhd", ".avhd"), DiskFormat.VHDX: (".vhdx", ".avhdx")}


def check_suffix(path: Path, disk_format: DiskFormat) -> None:
    """Refuse a file name that says another format than the file will have.

    :raises DiskError: INVALID_PARAMETER
    """
    if path.suffix.lower() not in _SUFFIXES[disk_format]:
        raise DiskError(DiskCode.INVALID_PARAMETER, f"{path.name} is no name for a {disk_format.name} file")


def relative_path(child: Path, parent: Path) -> str:
    """How the child's file leads to its parent: ``.\\base.vhdx``, ``..\\images\\base.vhdx``."""
    relative = os.path.relpath(parent, child.parent).replace("/", "\\")
    return relative if relative.startswith("..\\") else f".\\{relative}"


def find_parent(child: Path, texts: tuple[str, ...], resolve: Resolve) -> Path:
    """The parent's local file by the first of its Windows paths that leads to one.

    :raises DiskError: PARENT_NOT_FOUND
    """
    for text in texts:
        try:
            path = resolve(_absolute(child, text, resolve))
            if path.is_file():
                return path
        except (OSError, ValueError):
            continue  # not on this host; the next path may be
    raise DiskError(
        DiskCode.PARENT_NOT_FOUND, f"The parent of {child.name} is not at {' or '.join(texts) or '?'}"
    )


def _absolute(child: Path, text: str, resolve: Resolve) -> str:
    text = text.removeprefix("\\\\?\\").replace("/", "\\")
    if ntpath.splitdrive(text)[0]:
        return text
    folder = os.path.relpath(child.resolve().parent, resolve(_DRIVE).resolve()).replace("/", "\\")
    joined = ntpath.normpath(ntpath.join(folder, text))
    if folder.startswith("..") or joined.startswith(".."):
        raise ValueError(f"{text} leads out of the drive")
    return _DRIVE + joined.lstrip("\\")
