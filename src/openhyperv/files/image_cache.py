"""Images on a host, each once: files named after their content."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from openhyperv.errors import InvalidInputError, NotFoundError
from openhyperv.files.images.info import ImageFormat, ImageInfo
from openhyperv.files.images.inspection import inspect_image
from openhyperv.files.local_file import open_local
from openhyperv.files.progress import Progress, no_progress
from openhyperv.files.push import push_open_file
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath

_READY_FORMATS = frozenset({ImageFormat.VHD, ImageFormat.VHDX, ImageFormat.ISO})


@frozen
class CachedImage:
    """An image in a host's cache. ``was_there`` is true where nothing had to be sent."""

    path: WindowsPath
    info: ImageInfo
    sha256: str
    was_there: bool
    sent_bytes: int


def cache_image(
    files: HostFiles,
    source: Path,
    folder: WindowsPath,
    *,
    declared: str | None = None,
    progress: Progress = no_progress,
) -> CachedImage:
    """Inspect an image that Hyper-V can use as it is, and have it in the cache of a host.

    :raises ImageError: the image is refused (see :func:`inspect_image`)
    :raises InvalidInputError: it must be converted first
    :raises QuotaError: the host's disk is full; nothing is left
    """
    info = inspect_image(source, declared)
    if info.format not in _READY_FORMATS:
        raise InvalidInputError(
            f"Hyper-V does not use {info.format} images.",
            target=str(source),
            remedy="Convert it to VHDX first.",
        )
    with open_local(source) as local:
        sha256 = local.sha256(progress)
        target = folder / f"{sha256}.{info.format}"
        if _is_there(files, target, local.size_bytes):
            return CachedImage(target, info, sha256, was_there=True, sent_bytes=0)
        pushed = push_open_file(files, local, target, sha256=sha256, replace=True, progress=progress)
        return CachedImage(target, info, sha256, was_there=False, sent_bytes=pushed.sent_bytes)


def _is_there(files: HostFiles, target: WindowsPath, size_bytes: int) -> bool:
    try:
        return files.status(target).size_bytes == size_bytes
    except NotFoundError:
        return False
