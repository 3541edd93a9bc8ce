"""A host on which nothing changes: what would be done to it is told instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from attrs import frozen

from openhyperv.cim.rehearsal import Call, Rehearsal, RehearsalEndError
from openhyperv.files.share import FileStatus, HostFiles
from openhyperv.files.smb.settings import ShareSettings
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.creation.upload import Upload
from openhyperv.hyperv.host import Host, share_settings_of
from openhyperv.hyperv.layout import Layout
from openhyperv.transport.pool import Pool, Trace
from openhyperv.transport.target import Target


@frozen
class FileChange:
    """A change to the host's files, over SMB."""

    operation: str
    path: WindowsPath


Change: TypeAlias = Call | FileChange
Tell: TypeAlias = Callable[[Change], None]


class RehearsedFiles(HostFiles):
    """The files of a host, to be read only; folders made and removed are told, and files copied.

    :raises RehearsalEndError: from listing a folder after it would have changed
    """

    def __init__(self, settings: ShareSettings, tell: Tell) -> None:
        super().__init__(settings)
        self._tell = tell
        self._changed: list[WindowsPath] = []

    def list(self, folder: WindowsPath) -> list[FileStatus]:
        """As always, before a change."""
        if folder in self._changed:
            raise RehearsalEndError
        return super().list(folder)

    @contextmanager
    def locked(self, path: WindowsPath) -> Iterator[None]:  # noqa: ARG002 - nothing is locked
        """Hold nothing: nothing is changed either."""
        yield

    def encrypted(self) -> HostFiles:
        """Nothing: what needs these files writes secrets into them.

        :raises RehearsalEndError: always
        """
        raise RehearsalEndError

    def make_folder(self, folder: WindowsPath) -> None:
        """Tell it."""
        self._changed.append(folder)
        self._tell(FileChange("make folder", folder))

    def copy(self, source: WindowsPath, target: WindowsPath) -> Iterator[int]:  # noqa: ARG002 - told by target
        """Tell it."""
        self._tell(FileChange("copy file", target))
        yield from ()

    def remove(self, path: WindowsPath) -> None:
        """Tell it."""
        self._tell(FileChange("remove file", path))

    def remove_tree(self, folder: WindowsPath) -> None:
        """Tell it."""
        self._tell(FileChange("remove folder", folder))


class RehearsedHost(Host):
    """A host whose machines can be asked for anything; ``tell`` hears what would have been sent.

    Whatever has to look at an effect ends with :class:`~openhyperv.cim.rehearsal.RehearsalEndError`.
    """

    def __init__(
        self, target: Target, tell: Tell, layout: Layout | None = None, *, trace: Trace | None = None
    ) -> None:
        self._tell = tell
        files = RehearsedFiles(share_settings_of(target), tell)
        super().__init__(Rehearsal(Pool(target, trace=trace), tell), files, layout)

    def push(self, upload: Upload) -> None:
        """Tell it."""
        self._tell(FileChange("push file", upload.target))
