"""What a guest keeps besides its disks, packed into two files: saved memory, and what outlasts power-off."""

from __future__ import annotations

import tarfile
from pathlib import Path

from openhyperv.emulator.guests.saved_state import SavedState

# UNVERIFIED: the contents of these files, which are this emulator's own and no real host's
_LASTING = ("uefi-*.fd", "tpm")
"""Firmware variables and the TPM's memory, by name in a guest's state folder."""


def pack_saved_state(state_dir: Path, file: Path) -> bool:
    """Write the saved memory; False where there is none."""
    saved = SavedState.of(state_dir).directory
    return saved.is_dir() and _pack([saved], file)


def pack_guest_state(state_dir: Path, file: Path) -> bool:
    """Write what outlasts power-off; False where there is nothing."""
    return _pack([path for pattern in _LASTING for path in sorted(state_dir.glob(pattern))], file)


def _pack(paths: list[Path], file: Path) -> bool:
    if not paths:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, "x") as archive:
        for path in paths:
            archive.add(path, path.name)
    return True


def unpack(file: Path, state_dir: Path) -> bool:
    """Put back what a file holds; False where there is no such file.

    :raises tarfile.TarError: it is no file that was packed here
    """
    if not file.is_file():
        return False
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tarfile.open(file) as archive:
        archive.extractall(state_dir, filter="data")
    return True
