"""Which drive of an instance's machine is its root."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PureWindowsPath

from openhyperv.hyperv.disks.drives import Drive
from openhyperv.nova.drives import ROOT

_OF_CHECKPOINTS = f"{ROOT}_"
"""How the name of the file begins that goes on from a checkpoint of the root; a GUID follows."""


def root_drive(drives: Iterable[Drive]) -> Drive | None:
    """The drive with the instance's root disk; None where it has none, since it boots from an ISO."""
    return next((drive for drive in drives if not drive.is_dvd and _is_root(drive.file)), None)


def _is_root(file: str | None) -> bool:
    stem = PureWindowsPath(file or "").stem.lower()
    return stem == ROOT or stem.startswith(_OF_CHECKPOINTS)
