"""Carrying a file from one host to another, through this machine, which keeps nothing of it.

Two hosts know no common account, or cannot reach each other, more often than not; we reach both. The file
arrives as one that is pushed: sent by several connections, verified, and resumed where it broke off.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from openhyperv.files.local_file import STEP_BYTES, changed
from openhyperv.files.progress import Progress, no_progress
from openhyperv.files.push import Pushed, push_open_file
from openhyperv.files.share import FileStatus, HostFiles
from openhyperv.files.smb.errors import smb_errors
from openhyperv.files.smb.remote_file import Purpose, RemoteFile
from openhyperv.files.smb.session import SmbSession
from openhyperv.files.windows_path import WindowsPath


@frozen
class CarriedFile:
    """A file of a host, open to be read there."""

    files: HostFiles
    path: WindowsPath
    remote: RemoteFile
    before: FileStatus

    @property
    def name(self) -> str:
        return f"{self.files.settings.server}: {self.path}"

    @property
    def size_bytes(self) -> int:
        return self.before.size_bytes

    def has_changed(self) -> bool:
        return self.files.status(self.path) != self.before

    def read(self, offset: int) -> bytes:
        wanted = min(STEP_BYTES, self.size_bytes - offset)
        with smb_errors(self.files.settings.server, "carry file", str(self.path)):
            data = self.remote.read_exactly(offset, wanted)
        if len(data) < wanted:
            raise changed(self.name)
        return data

    def steps(self, end: int) -> Iterator[tuple[int, bytes]]:
        for offset in range(0, end, STEP_BYTES):
            yield offset, self.read(offset)


def carry_file(
    source: HostFiles,
    path: WindowsPath,
    target: HostFiles,
    target_path: WindowsPath,
    *,
    replace: bool = False,
    progress: Progress = no_progress,
) -> Pushed:
    """Bring a file of ``source`` to ``target``; its folder is made there. It is read over one connection.

    :raises NotFoundError: there is no such file at the source
    :raises ConflictError, QuotaError, InvalidInputError, ProtocolError: as for
        :func:`openhyperv.files.push.push_file`
    """
    before = source.status(path)
    with (
        SmbSession(source.settings) as session,
        smb_errors(source.settings.server, "carry file", str(path)),
        RemoteFile.open(session, path.share, path.relative, Purpose.READ) as remote,
    ):
        carried = CarriedFile(source, path, remote, before)
        return push_open_file(target, carried, target_path, replace=replace, progress=progress)
