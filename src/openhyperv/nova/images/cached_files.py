"""The files of the image cache: what each is, by its name, and since when.

Images keep the time that they were written, since a differencing VHD remembers that of its parent. That one
is not used any more, and since when, is told by an empty folder beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from openhyperv.errors import NotFoundError
from openhyperv.files.share import FileStatus, HostFiles
from openhyperv.files.windows_path import WindowsPath


class CachedKind(StrEnum):
    """What a file of the cache is."""

    IMAGE = "image"
    PARTIAL = "partial"
    """What arrived of an image whose sending broke off."""
    UNUSED_MARK = "unused"


_NAME = re.compile(
    r"(?P<image_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"\.(?:(?P<image>vhdx|vhd|iso)|(?P<partial>(?:vhdx|vhd|iso)\.part)|(?P<unused>unused))",
    re.IGNORECASE | re.ASCII,
)


@frozen
class CachedFile:
    """A file of an image that Nova brought; others in the folder are none of Nova's business."""

    path: WindowsPath
    image_id: str
    kind: CachedKind
    since: datetime


def cached_files(share: HostFiles, folder: WindowsPath) -> list[CachedFile]:
    """What there is, in one look; none where no image was ever brought."""
    try:
        return list(_of_nova(share.list(folder), folder))
    except NotFoundError:
        return []


def _of_nova(found: list[FileStatus], folder: WindowsPath) -> Iterator[CachedFile]:
    for status in found:
        match = _NAME.fullmatch(status.name)
        if match is not None and match.lastgroup is not None:
            kind = CachedKind(match.lastgroup)
            yield CachedFile(folder / status.name, match["image_id"].lower(), kind, status.changed_at)


def unused_mark(folder: WindowsPath, image_id: str) -> WindowsPath:
    """The folder that says since when an image is not used."""
    return folder / f"{image_id}.{CachedKind.UNUSED_MARK}"
