"""Reading a large file of a host as a stream: in bounded memory, over a connection of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO

from openhyperv.files.share import HostFiles
from openhyperv.files.smb.errors import smb_errors
from openhyperv.files.smb.remote_file import Purpose, RemoteFile
from openhyperv.files.smb.session import SmbSession
from openhyperv.files.windows_path import WindowsPath

_STEP_BYTES = 4 * 1024**2
"""How much is asked for ahead, whatever small pieces a reader takes."""
_OPERATION = "read file"


class _RemoteBytes(RawIOBase):
    """The bytes of an open file, from its beginning to its end."""

    def __init__(self, file: RemoteFile, server: str, path: WindowsPath) -> None:
        self._file = file
        self._server = server
        self._path = path
        self._offset = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        with smb_errors(self._server, _OPERATION, str(self._path)):
            data = self._file.read(self._offset, len(buffer))
        buffer[: len(data)] = data
        self._offset += len(data)
        return len(data)


@contextmanager
def reading(files: HostFiles, path: WindowsPath) -> Iterator[BinaryIO]:
    """A file of the host to read from its beginning, for as long as the block lasts.

    What is read raises as the methods of :class:`HostFiles` do; others do not have to wait meanwhile.

    :raises NotFoundError: there is no such file
    """
    server = files.settings.server
    with (
        SmbSession(files.settings) as session,
        smb_errors(server, _OPERATION, str(path)),
        RemoteFile.open(session, path.share, path.relative, Purpose.READ) as file,
        BufferedReader(_RemoteBytes(file, server, path), _STEP_BYTES) as stream,
    ):
        yield stream
