"""Disk images on a host: what is there, and how an image of this machine comes to it.

A pushed image is named after its file and its content, ``debian-3f2a9c1b7e4d.vhdx``, so that pushing it again
sends nothing. Images are never written again; machines get differencing disks on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.files.images.conversion import convert_image
from openhyperv.files.images.info import ImageFormat, ImageInfo
from openhyperv.files.images.inspection import inspect_image
from openhyperv.files.local_file import open_local
from openhyperv.files.progress import Progress, no_progress
from openhyperv.files.push import push_file
from openhyperv.files.share import FileStatus, HostFiles
from openhyperv.files.windows_path import WindowsPath

_USABLE = {f".{each.value}": each for each in (ImageFormat.VHD, ImageFormat.VHDX, ImageFormat.ISO)}
_DIGEST_DIGITS = 12
_DIGEST_AND_ENDING = re.compile(rf"-[0-9a-f]{{{_DIGEST_DIGITS}}}\.\w+$")
_NOT_IN_NAMES = re.compile("[^A-Za-z0-9._-]+")


@frozen
class HostImage:
    """An image on a host."""

    name: str
    path: WindowsPath
    format: ImageFormat
    size_bytes: int
    changed_at: datetime

    @property
    def stem(self) -> str:
        """The name without digest and ending: what the image was called where it came from."""
        return _DIGEST_AND_ENDING.sub("", self.name)


@frozen
class PushPlan:
    """How an image of this machine will come to a host; ``is_there`` where it has come before."""

    source: Path
    info: ImageInfo
    target: WindowsPath
    target_format: ImageFormat
    is_there: bool

    @property
    def converts(self) -> bool:
        """True where the host cannot use it as it is."""
        return self.info.format is not self.target_format


class Images:
    """The images in one folder of a host."""

    def __init__(self, files: HostFiles, folder: WindowsPath) -> None:
        self._files = files
        self.folder = folder

    def list(self) -> list[HostImage]:
        """Every image, by name; none where nothing was pushed yet."""
        try:
            found = self._files.list(self.folder)
        except NotFoundError:
            return []
        return [image for status in found if (image := self._image(status)) is not None]

    def _image(self, status: FileStatus) -> HostImage | None:
        known = _USABLE.get(Path(status.name).suffix.lower())
        if known is None or status.is_folder or status.is_link:
            return None
        path = self.folder / status.name
        return HostImage(status.name, path, known, status.size_bytes, status.changed_at)

    def find(self, name: str) -> HostImage:
        """An image by its name, by its name without the digest, or by a beginning that no other has.

        :raises NotFoundError: there is none
        :raises ConflictError: several begin so
        """
        wanted, images = name.lower(), self.list()
        found = [image for image in images if image.name.lower() == wanted]
        found = found or [image for image in images if image.stem.lower() == wanted]
        found = found or [image for image in images if image.name.lower().startswith(wanted)]
        host = self._files.settings.server
        if not found:
            raise NotFoundError("There is no such image.", host=host, target=str(self.folder / name))
        if len(found) > 1:
            names = ", ".join(image.name for image in found)
            raise ConflictError(f"Several images begin so: {names}.", host=host, target=name)
        return found[0]

    def plan(
        self,
        source: Path,
        *,
        declared: str | None = None,
        name: str | None = None,
        target_format: ImageFormat | None = None,
        progress: Progress = no_progress,
    ) -> PushPlan:
        """Inspect an image, read it once for its digest, and look whether the host has it.

        :raises ImageError: the image is refused
        :raises InvalidInputError: it cannot be read, or the name cannot be a file's
        """
        info = inspect_image(source, declared)
        with open_local(source) as local:
            digest = local.sha256(progress)[:_DIGEST_DIGITS]
        wanted = target_format or (info.format if f".{info.format}" in _USABLE else ImageFormat.VHDX)
        stem = _NOT_IN_NAMES.sub("-", name or source.stem).strip(".-") or "image"
        target = self.folder / f"{stem}-{digest}.{wanted.value}"
        return PushPlan(source, info, target, wanted, self._files.exists(target))

    def push(self, plan: PushPlan, progress: Progress = no_progress) -> HostImage:
        """Carry out a plan: convert where needed, send, verify. An image appears whole or not at all.

        :raises ImageError: it cannot be converted
        :raises QuotaError: the host's disk is full; nothing is left
        """
        if not plan.is_there:
            with _usable(plan, progress) as file:
                push_file(self._files, file, plan.target, progress=progress)
        return self.find(plan.target.name)


@contextmanager
def _usable(plan: PushPlan, progress: Progress) -> Iterator[Path]:
    """The file to send: the image itself, or what it was converted to."""
    if not plan.converts:
        yield plan.source
        return
    with TemporaryDirectory(prefix="openhyperv-") as folder:
        converted = Path(folder) / plan.target.name
        declared = plan.info.format.value
        convert_image(plan.source, converted, plan.target_format, declared=declared, progress=progress)
        yield converted
