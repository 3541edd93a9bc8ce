"""Copying files from one folder of a host to another, by the host itself."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath


@frozen
class Copied:
    """How far the copying of some files is."""

    done_bytes: int
    total_bytes: int

    @property
    def percent(self) -> int:
        """0 to 100."""
        return 100 * self.done_bytes // self.total_bytes if self.total_bytes else 100


def copy_tree(files: HostFiles, source: WindowsPath, target: WindowsPath) -> Iterator[Copied]:
    """Copy a folder with all that is in it, links excepted; yields how far it is.

    ``target`` is made; what is there already stays as it is.

    :raises NotFoundError: there is no ``source``
    :raises ConflictError: a file is there already, or somebody writes to one
    :raises QuotaError: the host's disk is full
    """
    wanted = list(_files(files, source, target))
    total_bytes = sum(size_bytes for _, _, size_bytes in wanted)
    done_bytes = 0
    for folder in dict.fromkeys([target, *(new.parent for _, new, _ in wanted)]):
        files.make_folder(folder)
    for old, new, size_bytes in wanted:
        for copied_bytes in files.copy(old, new):
            yield Copied(done_bytes + copied_bytes, total_bytes)
        done_bytes += size_bytes


def _files(
    files: HostFiles, source: WindowsPath, target: WindowsPath
) -> Iterator[tuple[WindowsPath, WindowsPath, int]]:
    """Every file in a folder, where it is to be, and its size in bytes."""
    for each in files.list(source):
        old, new = source / each.name, target / each.name
        if each.is_folder and not each.is_link:
            yield from _files(files, old, new)
        elif not each.is_link:
            yield old, new, each.size_bytes
