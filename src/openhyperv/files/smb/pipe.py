"""A named pipe of a host: bytes both ways, each with a deadline."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

from smbprotocol.open import SMB2ReadResponse

from openhyperv.files.smb.errors import smb_errors
from openhyperv.files.smb.remote_file import Purpose, RemoteFile
from openhyperv.files.smb.session import SmbSession
from openhyperv.files.smb.settings import ShareSettings
from openhyperv.files.windows_path import check_component

_SHARE = "IPC$"  # UNVERIFIED: the pipe of a machine's serial port takes clients from other machines
PIPE_PREFIX = "\\\\.\\pipe\\"
"""What Windows writes before the name of a pipe of its own."""
_READ_BYTES = 4096


def pipe_name(text: str) -> str:
    r"""The name of a pipe without the ``\\.\pipe\`` that may stand before it.

    :raises InvalidInputError: what remains is not one plain name
    """
    name = text[len(PIPE_PREFIX) :] if text.lower().startswith(PIPE_PREFIX) else text
    return check_component(name)


class Pipe:
    """A pipe opened for reading and writing, over a connection of its own.

    One thread may read while another writes. What arrives between two reads waits for the next.
    """

    def __init__(self, settings: ShareSettings, name: str) -> None:
        self.name = pipe_name(name)
        self._server = settings.server
        self._pending: Any = None
        self._write_lock = threading.Lock()
        self._session = SmbSession(settings)
        try:
            with smb_errors(self._server, "open pipe", self.name):
                self._file = RemoteFile.open(self._session, _SHARE, self.name, Purpose.PIPE)
        except BaseException:
            self._session.close()
            raise

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
            self._file.write(data, 0)

    def close(self) -> None:
        """Close the pipe and its connection; whoever reads it gets a ConnectionLostError."""
        self._session.abandon()
