"""A folder for secrets on a host: closed to all but administrators, and wiped when it is done with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from openhyperv.errors import NotFoundError
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.errors import smb_errors
from openhyperv.files.smb.remote_file import Purpose, RemoteFile
from openhyperv.files.smb.restricting import make_restricted_folder
from openhyperv.files.smb.session import SmbSession
from openhyperv.files.windows_path import WindowsPath

_STEP_BYTES = 1024**2


class SecretFolder:
    """Holds secrets while a ``with`` block runs, over a connection of its own that is encrypted.

    What an earlier run left there, because it was killed, is wiped first. Afterwards every file is
    overwritten and the folder removed; where the connection breaks meanwhile, the next run does it.
    """

    def __init__(self, files: HostFiles, path: WindowsPath) -> None:
        self.path = path
        self._files = files.encrypted()
        self._settings = self._files.settings

    def __enter__(self) -> Self:
        try:
            self._clear()
            self._files.make_folder(self.path.parent)
            with self._writing("make folder", self.path) as session:
                make_restricted_folder(session, self.path.share, self.path.relative)
        except BaseException:
            self._files.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._clear()
        finally:
            self._files.close()

    def place(self, name: str) -> WindowsPath:
        """Where a file of that name is, or will be: the host may write it itself."""
        return self.path / name

    def write(self, name: str, content: bytes) -> WindowsPath:
        """Write a file; returns its path."""
        path = self.place(name)
        with (
            self._writing("write file", path) as session,
            RemoteFile.open(session, path.share, path.relative, Purpose.WRITE) as file,
        ):
            file.write(content, 0)
        return path

    def read(self, name: str, *, limit_bytes: int) -> bytes:
        """A file that the host has written there.

        :raises NotFoundError: it has not
        """
        return self._files.read(self.place(name), limit_bytes=limit_bytes)

    def _clear(self) -> None:
        """Overwrite whatever is in the folder, and remove it."""
        try:
            found = self._files.list(self.path)
        except NotFoundError:
            return
        for each in found:
            if not (each.is_folder or each.is_link):
                self._wipe(self.path / each.name)
        self._files.remove_tree(self.path)

    def _wipe(self, path: WindowsPath) -> None:
        with (
            self._writing("wipe file", path) as session,
            RemoteFile.open(session, path.share, path.relative, Purpose.WRITE) as file,
        ):
            for start in range(0, file.size_bytes, _STEP_BYTES):
                file.write(bytes(min(_STEP_BYTES, file.size_bytes - start)), start)
            file.flush()

    @contextmanager
    def _writing(self, operation: str, path: WindowsPath) -> Iterator[SmbSession]:
        with SmbSession(self._settings) as session, smb_errors(session.settings.server, operation, str(path)):
            yield session
