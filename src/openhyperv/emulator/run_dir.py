"""Private directories with short paths, for UNIX sockets: their names may not exceed 107 bytes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from attrs import frozen

_PREFIX = "hvsim-"
_LONGEST_BASE = 30
"""What leaves room for Samba's directories and a pipe name of 60 characters."""


def _base() -> Path:
    """Where temporary files go, unless that is deep down."""
    usual = tempfile.gettempdir()
    return Path(usual if len(usual) <= _LONGEST_BASE else "/tmp")  # noqa: S108  # mkdtemp makes it private


@frozen
class RunDir:
    """A directory only we can enter; ``link`` in the data directory tells the next start what to sweep."""

    path: Path
    link: Path

    @classmethod
    def create(cls, link: Path) -> RunDir:
        """Make one, and remove what a killed predecessor with the same ``link`` left."""
        cls._sweep(link)
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_base()))
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
        return cls(path, link)

    @staticmethod
    def _sweep(link: Path) -> None:
        if not link.is_symlink():
            return
        stale = link.readlink()
        if stale.name.startswith(_PREFIX) and stale.parent == _base():
            shutil.rmtree(stale, ignore_errors=True)
        link.unlink()

    def remove(self) -> None:
        """Remove it with all it holds."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.link.unlink(missing_ok=True)
