"""Glance's images in the cache of a host: each once, by its identifier, in a format that Hyper-V runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import monotonic, time
from typing import TypeAlias

from attrs import frozen
from nova.context import RequestContext
from nova.objects.image_meta import ImageMeta
from nova.objects.instance import Instance
from nova.objects.trusted_certs import TrustedCerts
from nova.virt import images
from oslo_concurrency import lockutils

from openhyperv.files.images.conversion import convert_image
from openhyperv.files.images.info import ImageFormat, ImageInfo
from openhyperv.files.images.inspection import inspect_image
from openhyperv.files.push import push_file
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.host import Host

_BUILDING_S = 3600.0
"""For how long whoever was given an image may take until a disk builds on it."""
_LONGEST_DOWNLOAD_S = 24 * 3600.0
_USABLE = (ImageFormat.VHDX, ImageFormat.VHD, ImageFormat.ISO)


@frozen
class WantedImage:
    """An image of Glance's, and the format that Glance says it has."""

    image_id: str
    disk_format: str
    trusted_certs: TrustedCerts | None = None


@frozen
class CachedImage:
    """An image on the host. ``virtual_size_bytes`` is how large the disk in it is."""

    path: WindowsPath
    format: ImageFormat
    virtual_size_bytes: int


def wanted_image_of(instance: Instance, image_meta: ImageMeta) -> WantedImage:
    """The image that an instance is made of, or rescued with."""
    return WantedImage(image_meta.id or instance.image_ref, image_meta.disk_format, instance.trusted_certs)


Check: TypeAlias = Callable[[CachedImage], object]


def _accept(_image: CachedImage) -> None:
    """For whoever takes any image."""


class ImageCache:
    """The cache of one host. Thread-safe: whoever wants an image that another thread fetches waits for it."""

    def __init__(self, host: Host, host_name: str, downloads: Path) -> None:
        """``downloads`` is the folder of this machine that images pass through."""
        self._host = host
        self._host_name = host_name
        self._downloads = downloads
        self._given_at_s: dict[str, float] = {}

    def expected(self, wanted: WantedImage) -> CachedImage:
        """What the image may well be on the host, as far as it is known before it is fetched.

        Glance's ``vhd`` may be a VHDX, and how large the disk in an image is shows only once it is there.
        """
        is_iso = wanted.disk_format == ImageFormat.ISO
        image_format = ImageFormat.ISO if is_iso else ImageFormat.VHDX
        return CachedImage(self._path(wanted.image_id, image_format), image_format, virtual_size_bytes=0)

    def get(self, context: RequestContext, wanted: WantedImage, check: Check = _accept) -> CachedImage:
        """Have the image on the host. ``check`` sees what it is before it is sent there, and may refuse it.

        :raises ImageError: it is damaged, hostile, or not of the format that Glance says
        :raises QuotaError: the host's disk is full; nothing is left
        """
        with self.alone(wanted.image_id):
            present = self._given(wanted.image_id)
            if present is not None:
                return present
            with _downloaded(context, wanted, self._downloads) as (file, info):
                target = self._path(wanted.image_id, info.format)
                image = CachedImage(target, info.format, info.virtual_size_bytes)
                check(image)
                push_file(self._host.share, file, target, replace=True)
        return image

    def fetch(self, context: RequestContext, wanted: WantedImage) -> bool:
        """Have the image on the host; True where it had to be sent."""
        if self._find(wanted.image_id) is not None:
            return False
        self.get(context, wanted)
        return True

    @contextmanager
    def alone(self, image_id: str) -> Iterator[None]:
        """Wait for whoever else brings or removes that image, and keep others waiting during the block."""
        with lockutils.lock(f"openhyperv-image-{self._host_name}-{image_id}"):
            yield

    def find(self, image_id: str) -> CachedImage | None:
        """The image, if it is on the host, which then stays there long enough to build on it."""
        with self.alone(image_id):
            return self._given(image_id)

    def _given(self, image_id: str) -> CachedImage | None:
        self._given_at_s[image_id] = monotonic()
        found = self._find(image_id)
        if found is None:
            return None
        image_format = ImageFormat(found.suffix[1:])
        if image_format is ImageFormat.ISO:
            return CachedImage(found, image_format, self._host.share.status(found).size_bytes)
        return CachedImage(found, image_format, self._host.disks.inspect(str(found)).size_bytes)

    def was_given(self, image_id: str) -> bool:
        """True where somebody got the image lately, who may be about to build on it."""
        given_at_s = self._given_at_s.get(image_id)
        return given_at_s is not None and monotonic() - given_at_s < _BUILDING_S

    def tidy_downloads(self) -> None:
        """Remove what a nova-compute that was killed has left of images on this machine."""
        oldest_s = time() - _LONGEST_DOWNLOAD_S
        for folder in self._downloads.glob("*"):
            if folder.stat().st_mtime < oldest_s:
                rmtree(folder)

    def _find(self, image_id: str) -> WindowsPath | None:
        paths = (self._path(image_id, image_format) for image_format in _USABLE)
        return next((path for path in paths if self._host.share.exists(path)), None)

    def _path(self, image_id: str, image_format: ImageFormat) -> WindowsPath:
        return self._host.layout.images / f"{image_id}.{image_format.value}"


@contextmanager
def _downloaded(
    context: RequestContext, wanted: WantedImage, downloads: Path
) -> Iterator[tuple[Path, ImageInfo]]:
    """The image as a file here that Hyper-V can use."""
    downloads.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=downloads) as folder:
        source = Path(folder) / "download"
        images.fetch(context, wanted.image_id, str(source), wanted.trusted_certs)
        info = inspect_image(source, wanted.disk_format)
        if info.format in _USABLE:
            yield source, info
            return
        converted = Path(folder) / "converted.vhdx"
        convert_image(source, converted, ImageFormat.VHDX, declared=info.format.value)
        yield converted, inspect_image(converted, ImageFormat.VHDX.value)
