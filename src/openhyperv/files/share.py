"""Files on a host, over the administrative share of their drive."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from attrs import evolve, frozen

from openhyperv.errors import (
    ConflictError,
    DeadlineError,
    HyperVError,
    InvalidInputError,
    NotFoundError,
    ProtocolError,
    TransportError,
)
from openhyperv.files.smb.errors import smb_errors
from openhyperv.files.smb.pipe import Pipe
from openhyperv.files.smb.pipes import HostPipes
from openhyperv.files.smb.remote_file import Purpose, RemoteFile
from openhyperv.files.smb.server_copy import copy_open_file
from openhyperv.files.smb.session import SmbSession
from openhyperv.files.smb.settings import ShareSettings
from openhyperv.files.windows_path import WindowsPath

_DIRECTORY, _REPARSE_POINT = 0x10, 0x400
_READ_STEP_BYTES = 1024**2


@frozen
class FileStatus:
    """A file or folder of a host; ``is_link`` is true for whatever stands for another file."""

    name: str
    size_bytes: int
    is_folder: bool
    is_link: bool
    changed_at: datetime


class HostFiles:
    """The files of one host.

    Connects on first use, keeps that one connection, and makes a new one after the old was lost. Methods
    take turns and may be called from any thread; pipes have connections of their own. Links on the host are
    never followed.

    Every method raises, besides what it names:

    :raises UnreachableError: no connection
    :raises AuthenticationError: the account is not accepted
    :raises AccessDeniedError: it may not do this
    :raises ConnectionLostError: the connection broke; ``outcome_unknown`` says whether something may have
        changed
    :raises DeadlineError: the host did not answer in time
    :raises InvalidInputError: the path leads over a link
    """

    def __init__(self, settings: ShareSettings) -> None:
        self.settings = settings
        self._lock = threading.RLock()
        self._session: SmbSession | None = None
        self._pipes = HostPipes(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def encrypted(self) -> HostFiles:
        """The same files over a connection of its own, which is encrypted."""
        return HostFiles(evolve(self.settings, encrypt=True))

    def close(self) -> None:
        """Log off, and close all pipes; a later call connects again."""
        self._pipes.close()
        self._disconnect()

    def _disconnect(self) -> None:
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.close()

    @contextmanager
    def _connected(self, operation: str, target: str, *, changes: bool = False) -> Iterator[SmbSession]:
        with self._lock:
            if self._session is None or not self._session.is_connected:
                self._session = SmbSession(self.settings)
            try:
                with smb_errors(self.settings.server, operation, target):
                    yield self._session
            except (TransportError, DeadlineError, ProtocolError) as error:
                error.outcome_unknown = changes
                self._disconnect()
                raise

    @contextmanager
    def _opened(self, path: WindowsPath, purpose: Purpose, operation: str) -> Iterator[RemoteFile]:
        changes = purpose not in (Purpose.STATUS, Purpose.READ, Purpose.LIST)
        with (
            self._connected(operation, str(path), changes=changes) as session,
            RemoteFile.open(session, path.share, path.relative, purpose) as file,
        ):
            yield file

    def check(self) -> None:
        """Connect and log on, and nothing else."""
        with self._connected("check files", self.settings.server):
            pass

    def status(self, path: WindowsPath) -> FileStatus:
        """What is at the path.

        :raises NotFoundError: nothing
        """
        with self._opened(path, Purpose.STATUS, "look at file") as file:
            return FileStatus(
                path.name, file.size_bytes, file.is_folder, file.is_link, file.handle.last_write_time
            )

    def exists(self, path: WindowsPath) -> bool:
        """True if there is a file, folder or link at the path."""
        try:
            self.status(path)
        except NotFoundError:
            return False
        return True

    def list(self, folder: WindowsPath) -> list[FileStatus]:
        """What is in the folder, by name.

        :raises NotFoundError: there is no such folder
        :raises ConflictError: it is no folder
        """
        with self._opened(folder, Purpose.LIST, "list folder") as file:
            return sorted((_status(entry) for entry in file.entries()), key=lambda status: status.name)

    def read(self, path: WindowsPath, *, offset: int = 0, limit_bytes: int) -> bytes:
        """Up to ``limit_bytes`` from ``offset`` on; fewer where the file ends before.

        :raises NotFoundError: there is no such file
        """
        parts: list[bytes] = []
        with self._opened(path, Purpose.READ, "read file") as file:
            while limit_bytes > 0 and (part := file.read(offset, min(limit_bytes, _READ_STEP_BYTES))):
                parts.append(part)
                offset += len(part)
                limit_bytes -= len(part)
        return b"".join(parts)

    def make_folder(self, folder: WindowsPath) -> None:
        """Make the folder and those above it, as far as they do not exist; the folder first, as most often
        only that is missing.

        :raises ConflictError: something else than a folder is in the way
        """
        try:
            self._make_one(folder)
        except NotFoundError:
            if len(folder.parts) <= 1:
                raise
            self.make_folder(WindowsPath(folder.drive, folder.parts[:-1]))
            self._make_one(folder)

    def _make_one(self, folder: WindowsPath) -> None:
        try:
            with self._opened(folder, Purpose.MAKE_FOLDER, "make folder"):
                return
        except ConflictError:
            if not self.status(folder).is_folder:
                raise

    def rename(self, old: WindowsPath, new: WindowsPath, *, replace: bool = False) -> None:
        """Move a file or folder within its drive.

        :raises NotFoundError: there is no ``old``, or no folder for ``new``
        :raises ConflictError: there is a ``new`` already, or ``old`` is in use
        :raises InvalidInputError: the two are on different drives
        """
        if old.drive != new.drive:
            raise InvalidInputError(f"{new} is on another drive.", target=str(old), operation="rename file")
        with self._opened(old, Purpose.DELETE, "rename file") as file:
            file.rename(new.relative, replace=replace)

    def copy(self, source: WindowsPath, target: WindowsPath) -> Iterator[int]:
        """Have the host copy a file to where none is; yields how many bytes are there by now.

        Over a connection of its own: others do not have to wait.

        :raises NotFoundError: there is no ``source``, or no folder for ``target``
        :raises ConflictError: there is a ``target`` already, or somebody writes to ``source``
        :raises QuotaError: the host's disk is full
        """
        with (
            SmbSession(self.settings) as session,
            smb_errors(self.settings.server, "copy file", str(target)),
            RemoteFile.open(session, source.share, source.relative, Purpose.READ) as old,
            RemoteFile.open(session, target.share, target.relative, Purpose.CREATE) as new,
        ):
            yield from copy_open_file(old, new)
            new.flush()

    def remove(self, path: WindowsPath) -> None:
        """Remove a file, an empty folder, or a link itself; nothing happens where there is none.

        :raises ConflictError: it is in use, or a folder that is not empty
        """
        with suppress(NotFoundError), self._opened(path, Purpose.DELETE, "remove file") as file:
            file.delete()

    def remove_tree(self, folder: WindowsPath) -> None:
        """Remove a folder with everything in it, and links themselves instead of what they lead to.

        :raises ConflictError: something in it is in use
        :raises InvalidInputError: the folder is the root of a drive
        """
        if not folder.parts:
            raise InvalidInputError("The root of a drive is not removed.", target=str(folder))
        with suppress(NotFoundError):
            status = self.status(folder)
            if status.is_folder and not status.is_link:
                for each in self.list(folder):
                    self._remove_any(folder / each.name, each)
            self.remove(folder)

    def _remove_any(self, path: WindowsPath, status: FileStatus) -> None:
        if status.is_folder and not status.is_link:
            self.remove_tree(path)
        else:
            self.remove(path)

    @contextmanager
    def locked(self, path: WindowsPath) -> Iterator[None]:
        """Hold a lock file while the block runs, in a folder that is made where it does not exist.

        The host removes it afterwards, and also when this process or the connection dies.

        :raises ConflictError: somebody else holds it
        """
        file = self._lock_file(path)
        try:
            yield
        finally:
            with self._lock, suppress(HyperVError), smb_errors(self.settings.server, "unlock", str(path)):
                file.close()

    def _lock_file(self, path: WindowsPath) -> RemoteFile:
        try:
            return self._take(path)
        except NotFoundError:
            self.make_folder(path.parent)
            return self._take(path)

    def _take(self, path: WindowsPath) -> RemoteFile:
        with self._connected("lock", str(path)) as session:
            return RemoteFile.open(session, path.share, path.relative, Purpose.LOCK)

    def free_bytes(self, folder: WindowsPath) -> int:
        """What the account may still write to the volume of that folder.

        :raises NotFoundError: there is no such folder
        """
        with self._opened(folder, Purpose.LIST, "measure free space") as file:
            return file.free_bytes()

    def open_pipe(self, name: str) -> Pipe:
        r"""Open a named pipe, such as a machine's serial port; pipes share connections with each other only.

        ``name`` is with or without the ``\\.\pipe\`` that Hyper-V writes before it.

        :raises NotFoundError: there is no such pipe: the machine is off, or has none of that name
        :raises ConflictError: somebody else has it open
        """
        return self._pipes.open(name)


def _status(entry: Any) -> FileStatus:
    attributes = entry["file_attributes"].get_value()
    return FileStatus(
        name=entry["file_name"].get_value().decode("utf-16-le", "surrogatepass"),
        size_bytes=entry["end_of_file"].get_value(),
        is_folder=bool(attributes & _DIRECTORY),
        is_link=bool(attributes & _REPARSE_POINT),
        changed_at=entry["last_write_time"].get_value(),
    )
