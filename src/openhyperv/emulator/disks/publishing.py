"""New files appear whole under their name or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from openhyperv.emulator.disks.errors import DiskCode, DiskError, disk_errors


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yields an empty private file to fill; it takes its name when the block ends well.

    :raises DiskError: FILE_EXISTS, also when another file took the name meanwhile; PATH_NOT_FOUND; DISK_FULL
    """
    with _temporary(path) as temporary:
        if path.exists():
            raise DiskError(DiskCode.FILE_EXISTS, f"{path.name} exists already")
        yield temporary
        os.link(temporary, path)


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """Yields an empty private file to fill; it takes the place of the old one when the block ends well."""
    with _temporary(path) as temporary:
        yield temporary
        temporary.replace(path)


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    temporary = path.with_name(f".{uuid4().hex}.tmp{path.suffix}")
    with disk_errors():
        if not path.parent.is_dir():
            raise DiskError(DiskCode.PATH_NOT_FOUND, f"There is no folder for {path.name}")
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)
