"""The log of a console: two files of bounded size, so that a guest that talks for ever fills no disk."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import BinaryIO, Self

from openhyperv.errors import NotFoundError

LIMIT_BYTES = 512 << 10
"""How large each of the two files may become, as OpenStack's Hyper-V driver had it."""
_NAME, _OLDER = "console.log", "console.log.1"


class ConsoleLog:
    """Writes what arrives to ``console.log`` in a folder; a full one becomes ``console.log.1``."""

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        """Go on with the log that is there."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path, self._older = folder / _NAME, folder / _OLDER
        self._limit_bytes = limit_bytes
        self._lock = Lock()
        self._file = self._open()

    def take(self, data: bytes) -> None:
        """Write it down, and out."""
        with self._lock:
            for start in range(0, len(data), self._limit_bytes):
                self._write(data[start : start + self._limit_bytes])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, data: bytes) -> None:
        if self._file.tell() + len(data) > self._limit_bytes:
            self._file.close()
            self._path.replace(self._older)
            self._file = self._open()
        self._file.write(data)
        self._file.flush()

    def _open(self) -> BinaryIO:
        self._path.touch(mode=0o600)
        return self._path.open("ab")


def read_log(folder: Path) -> bytes:
    """What has been logged there: the older file, then the newer.

    :raises NotFoundError: nothing has
    """
    found = [data for name in (_OLDER, _NAME) if (data := _read(folder / name)) is not None]
    if not found:
        raise NotFoundError("No console has been logged there.", target=str(folder))
    return b"".join(found)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
