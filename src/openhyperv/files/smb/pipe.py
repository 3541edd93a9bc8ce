"""A named pipe of a host: bytes both ways, each with a deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from smbprotocol.open import SMB2ReadResponse

from openhyperv.errors import ConnectionLostError, HyperVError
from openhyperv.files.smb.errors import smb_errors
from openhyperv.files.smb.remote_file import Purpose, RemoteFile
from openhyperv.files.smb.session import SmbSession
from openhyperv.files.windows_path import check_component

_SHARE = "IPC$"  # UNVERIFIED: the pipe of a machine's serial port takes clients from other machines
PIPE_PREFIX = "\\\\.\\pipe\\"
"""What Windows writes before the name of a pipe of its own."""
_READ_BYTES = 4096
_FAREWELL_S = 3.0


def pipe_name(text: str) -> str:
    r"""The name of a pipe without the ``\\.\pipe\`` that may stand before it.

    :raises InvalidInputError: what remains is not one plain name
    """
    name = text[len(PIPE_PREFIX) :] if text.lower().startswith(PIPE_PREFIX) else text
    return check_component(name)


class Pipe:
    """A pipe opened for reading and writing, on a connection that it may share with others.

    One thread may read while another writes. What arrives between two reads waits for the next.
    """

    def __init__(self, session: SmbSession, name: str, on_close: Callable[[], None]) -> None:
        """Open it; ``on_close`` is called once, when it has been closed.

        :raises NotFoundError: there is no such pipe
        :raises ConflictError: somebody else has it open
        """
        self.name = pipe_name(name)
        self._server = session.settings.server
        self._pending: Any = None
        self._is_closed = False
        self._write_lock = threading.Lock()
        self._session = session
        self._on_close = on_close
        with smb_errors(self._server, "open pipe", self.name):
            self._file = RemoteFile.open(session, _SHARE, self.name, Purpose.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, at most 4096 bytes; waits ``timeout_s`` at most, and is empty after that.

        :raises ConnectionLostError: the pipe or the connection has ended
        """
        with smb_errors(self._server, "read pipe", self.name):
            self._check_open()
            if self._pending is None:
                message, _ = self._file.handle.read(0, _READ_BYTES, send=False)
                self._pending = self._session.send(message, _SHARE)
            body = self._session.receive_within(self._pending, timeout_s)
            if body is None:
                return b""
            self._pending = None
            answer = SMB2ReadResponse()
            answer.unpack(body)
            return bytes(answer["buffer"].get_value())

    def write(self, data: bytes) -> None:
        """Write all of it.

        :raises ConnectionLostError: the pipe or the connection has ended
        :raises DeadlineError: the other end does not take it
        """
        with self._write_lock, smb_errors(self._server, "write pipe", self.name):
            self._check_open()
            self._file.write(data, 0)

    def _check_open(self) -> None:
        if self._is_closed:
            raise ConnectionLostError("The pipe was closed here.")

    def close(self) -> None:
        """Close the pipe; whoever reads it gets a ConnectionLostError."""
        if self._is_closed:
            return
        self._is_closed = True
        pending = self._pending
        if pending is not None:
            self._session.give_up(pending)
        try:
            with suppress(HyperVError), smb_errors(self._server, "close pipe", self.name):
                self._say_goodbye()
        finally:
            if pending is not None:
                self._session.forget(pending)
            self._on_close()

    def _say_goodbye(self) -> None:
        """Have the host close it; one that does not answer is not waited for."""
        if self._session.is_connected:
            message, finish = self._file.handle.close(send=False)
            request = self._session.send(message, _SHARE)
            if self._session.is_answered(request, _FAREWELL_S):
                finish(request)
