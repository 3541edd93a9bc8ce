"""What is in a folder of the host, by name."""

from __future__ import annotations

from openhyperv.errors import NotFoundError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath


def names_in(share: HostFiles, folder: WindowsPath, *, folders: bool) -> list[str]:
    """Its folders, or else its files; links are neither, and nothing is in a folder that is not there."""
    try:
        return [each.name for each in share.list(folder) if each.is_folder is folders and not each.is_link]
    except NotFoundError:  # there never was one, or it has gone meanwhile
        return []
