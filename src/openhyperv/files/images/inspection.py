"""Inspection of a disk image before any other program, here or on a host, opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from openhyperv.errors import ImageError, error_context
from openhyperv.files.images import iso, partitions, qcow2, vhd, vhdx, vmdk
from openhyperv.files.images.checks import check_disk_size
from openhyperv.files.images.detection import detect
from openhyperv.files.images.info import Firmware, ImageFormat, ImageInfo, Layout
from openhyperv.files.images.source import ImageSource, open_image

# Glance has one word for both of Microsoft's formats: the guide registers a .vhdx with --disk-format vhd.
_MEANT_BY: Mapping[str, frozenset[ImageFormat]] = {
    **{each.value: frozenset({each}) for each in ImageFormat},
    "vhd": frozenset({ImageFormat.VHD, ImageFormat.VHDX}),
}


def inspect_image(path: Path, declared: str | None = None) -> ImageInfo:
    """Tell what an image is, or refuse it, from a bounded part of the file and without any other program.

    ``declared`` is what somebody says it is, in Glance's words (``vhd`` covers VHDX too). Without it, a file
    without any signature is raw only if it begins with a boot sector.

    :raises ImageError: the file is damaged, cut off, hostile, of another format than declared, or needs
        another file to be read
    """
    with error_context(target=str(path), operation="inspect image"), open_image(path) as source:
        found = detect(source)
        _check_declared(found, declared)
        if found is ImageFormat.RAW and declared is None:
            _check_is_disk(source)
        return _READERS[found](source)


def _check_declared(found: ImageFormat, declared: str | None) -> None:
    if declared is None:
        return
    meant = _MEANT_BY.get(declared.lower())
    if meant is None:
        raise ImageError(
            f"{declared!r} is no image format; known are {', '.join(sorted(_MEANT_BY))}.",
            remedy="Declare the image's format as one of these.",
        )
    if found not in meant:
        raise ImageError(
            f"It is declared as {declared}, but it is {found}.",
            remedy=f"If you trust its source, declare it as {found}.",
        )


def _check_is_disk(source: ImageSource) -> None:
    if not partitions.has_partition_table(source.peek(0, partitions.START_BYTES)):
        raise ImageError(
            "It has the signature of no image format, and no boot sector either.",
            remedy="If it is a raw disk, declare it as raw.",
        )


def _bootable(source: ImageSource, first_block: int | None) -> frozenset[Firmware]:
    if first_block is None:
        return frozenset()
    return partitions.bootable_with(source.peek(first_block, partitions.START_BYTES))


def _inspect_vhd(source: ImageSource) -> ImageInfo:
    disk = vhd.read_vhd(source)
    bootable = _bootable(source, disk.first_block)
    return ImageInfo(ImageFormat.VHD, disk.layout, disk.size_bytes, source.size_bytes, bootable)


def _inspect_vhdx(source: ImageSource) -> ImageInfo:
    disk = vhdx.read_vhdx(source)
    bootable = _bootable(source, disk.first_block)
    return ImageInfo(ImageFormat.VHDX, disk.layout, disk.size_bytes, source.size_bytes, bootable)


def _inspect_qcow2(source: ImageSource) -> ImageInfo:
    disk = qcow2.read_qcow2(source)
    bootable = _bootable(source, disk.first_block)
    return ImageInfo(ImageFormat.QCOW2, Layout.DYNAMIC, disk.size_bytes, source.size_bytes, bootable)


def _inspect_vmdk(source: ImageSource) -> ImageInfo:
    return ImageInfo(ImageFormat.VMDK, Layout.DYNAMIC, vmdk.read_vmdk(source), source.size_bytes)


def _inspect_iso(source: ImageSource) -> ImageInfo:
    return ImageInfo(ImageFormat.ISO, Layout.FIXED, iso.read_iso(source), source.size_bytes)


def _inspect_raw(source: ImageSource) -> ImageInfo:
    size_bytes = check_disk_size(source.size_bytes)
    return ImageInfo(ImageFormat.RAW, Layout.FIXED, size_bytes, size_bytes, _bootable(source, 0))


_READERS: Mapping[ImageFormat, Callable[[ImageSource], ImageInfo]] = {
    ImageFormat.VHD: _inspect_vhd,
    ImageFormat.VHDX: _inspect_vhdx,
    ImageFormat.QCOW2: _inspect_qcow2,
    ImageFormat.VMDK: _inspect_vmdk,
    ImageFormat.ISO: _inspect_iso,
    ImageFormat.RAW: _inspect_raw,
}
