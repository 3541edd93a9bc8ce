"""A guest's serial console, read in the background and kept in a file."""

from __future__ import annotations

from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from types import TracebackType
from typing import Self

from openhyperv.errors import HyperVError
from openhyperv.files.smb.pipe import Pipe

_READ_TIMEOUT_S = 0.5


class SerialLog:
    """Reads a pipe until it is closed; any number of waiters may wait for a line."""

    def __init__(self, pipe: Pipe, path: Path) -> None:
        self._pipe = pipe
        self._path = path
        self._text = ""
        self._grown = Condition()
        self._is_open = True
        self._thread = Thread(target=self._read, name="serial log", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        self._thread.join()
        self._pipe.close()

    def _read(self) -> None:
        with self._path.open("ab") as file:
            while self._is_open:
                try:
                    data = self._pipe.read(_READ_TIMEOUT_S)
                except HyperVError:
                    return  # the machine is off, and its pipe with it
                file.write(data)
                file.flush()
                with self._grown:
                    self._text += data.decode("utf-8", "replace")
                    self._grown.notify_all()

    @property
    def length(self) -> int:
        """How many characters have been read, to wait only for later ones."""
        return len(self._text)

    def wait_for(self, *markers: str, timeout_s: float, start: int = 0) -> str:
        """The first complete line after ``start`` that holds one of the markers.

        :raises TimeoutError: none came
        """
        deadline = monotonic() + timeout_s
        with self._grown:
            while (line := self._find(markers, start)) is None:
                remaining_s = deadline - monotonic()
                if remaining_s <= 0 or not self._grown.wait(remaining_s):
                    raise TimeoutError(
                        f"The guest did not print {markers}; it printed:\n{self._text[-2000:]}"
                    )
        return line

    def _find(self, markers: tuple[str, ...], start: int) -> str | None:
        for line in self._text[start:].splitlines(keepends=True):
            if line.endswith("\n") and any(marker in line for marker in markers):
                return line.strip()
        return None

    def send(self, text: str) -> None:
        """Type on the console."""
        self._pipe.write(text.encode())
