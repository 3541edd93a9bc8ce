"""Several programs of one user on one serial port: whoever has the pipe lets the others in.

A pipe takes one client at a time. The program that has it listens on a socket in a folder of the user's;
the others find it there, hear what it hears, and send through it. When it leaves, the next opens the pipe.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from time import sleep

from attrs import frozen

from openhyperv.errors import ConflictError, ConnectionLostError, DeadlineError
from openhyperv.hyperv.serial.delivery import has_taken
from openhyperv.hyperv.serial.source import Source

_STEP_BYTES = 4096
_WRITE_TIMEOUT_S = 10.0
_TRIES = 4
_PAUSE_S = 0.25
"""How often, and how far apart, a pipe that somebody has just taken is looked for at its new owner."""


@frozen
class SharedPort:
    """A serial port for all programs that know its ``meeting_point``."""

    open_pipe: Callable[[], Source]
    meeting_point: Path

    def open(self) -> Source:
        """Join the program that has the pipe, or else open it and let others join.

        :raises ConflictError: somebody has it open who lets nobody join
        :raises NotFoundError: the machine is not running
        """
        for _ in range(_TRIES - 1):
            with suppress(ConflictError, ConnectionLostError):
                return self._join_or_open()
            sleep(_PAUSE_S)
        return self._join_or_open()

    def _join_or_open(self) -> Source:
        end = socket.socket(socket.AF_UNIX)
        try:
            end.connect(str(self.meeting_point))
        except OSError:
            end.close()
            return OpenPort(self.open_pipe(), self.meeting_point)
        return JoinedPort(end)


def meeting_point(folder: Path, *names: str) -> Path:
    """Where the programs meet that share what these names name; the folder becomes the user's alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    digest = hashlib.sha256("\0".join(names).lower().encode()).hexdigest()
    return folder / digest[:16]  # a socket's path has room for 107 bytes


class JoinedPort:
    """A port that another program has open. See :class:`~openhyperv.hyperv.serial.source.Source`."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def read(self, timeout_s: float) -> bytes:
        """What the other program has heard."""
        try:
            self._end.settimeout(timeout_s)
            data = self._end.recv(_STEP_BYTES)
        except TimeoutError:
            return b""
        except OSError as error:
            raise ConnectionLostError("The program that shared the port has gone.") from error
        if not data:
            raise ConnectionLostError("The program that shared the port has gone.")
        return data

    def write(self, data: bytes) -> None:
        """Have the other program send it."""
        try:
            self._end.settimeout(_WRITE_TIMEOUT_S)
            self._end.sendall(data)
        except OSError as error:
            raise ConnectionLostError("The program that shared the port has gone.") from error

    def close(self) -> None:
        """Leave."""
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        self._end.close()


class OpenPort:
    """A port that this program has open; what it reads, everybody who has joined reads too."""

    def __init__(self, pipe: Source, point: Path) -> None:
        self._pipe = pipe
        self._point = point
        self._joined: list[socket.socket] = []
        self._lock = Lock()
        point.unlink(missing_ok=True)  # left by a program that was killed: the pipe is ours
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(point))
        self._listener.listen()
        Thread(target=self._admit, name="shared port", daemon=True).start()

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; who does not keep up with it is sent away."""
        data = self._pipe.read(timeout_s)
        for end in self._everybody() if data else ():
            if not has_taken(end, data):
                self._send_away(end)
        return data

    def write(self, data: bytes) -> None:
        """Send to the guest."""
        self._pipe.write(data)

    def close(self) -> None:
        """Close the pipe, and send everybody away."""
        self._point.unlink(missing_ok=True)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._pipe.close()
        for end in self._everybody():
            self._send_away(end)

    def _everybody(self) -> list[socket.socket]:
        with self._lock:
            return list(self._joined)

    def _send_away(self, end: socket.socket) -> None:
        with self._lock:
            self._joined = [other for other in self._joined if other is not end]
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

    def _admit(self) -> None:
        with suppress(OSError):
            while True:
                end, _ = self._listener.accept()
                with self._lock:
                    self._joined.append(end)
                Thread(target=self._serve, args=(end,), name="shared port", daemon=True).start()

    def _serve(self, end: socket.socket) -> None:
        """Send what a program that has joined sends, until it leaves."""
        with end:
            with suppress(OSError, ConnectionLostError, DeadlineError):
                while data := end.recv(_STEP_BYTES):
                    self._pipe.write(data)
            self._send_away(end)
