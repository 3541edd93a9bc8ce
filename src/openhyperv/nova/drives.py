"""An instance's block devices as drives of its machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from nova import exception
from nova.virt import driver

from openhyperv.files.images.info import ImageFormat
from openhyperv.machine.drives import BlankDisk, Bus, DiskFormat, FromImage
from openhyperv.machine.request import DiskRequest, DriveRequest, DvdRequest
from openhyperv.nova.image_cache import CachedImage

ROOT = "root"
BlockDeviceInfo: TypeAlias = dict[str, Any]
"""What Nova passes as ``block_device_info``."""

_MIB = 1024**2
_GIB = 1024**3


def root_of(image: CachedImage) -> DriveRequest:
    """The root: a disk on top of the image, or the image itself in a DVD drive where it is an ISO."""
    if image.format is ImageFormat.ISO:
        return DvdRequest(ROOT, str(image.path), boot_index=0)
    source = FromImage(str(image.path), DiskFormat(image.format.value), image.virtual_size_bytes)
    return DiskRequest(ROOT, source, boot_index=0)


def blank_disks_of(block_device_info: BlockDeviceInfo | None) -> tuple[DiskRequest, ...]:
    """Ephemeral disks, ``eph0`` and on, and the swap disk."""
    return (*_ephemerals(block_device_info), *_swap(block_device_info))


def _ephemerals(block_device_info: BlockDeviceInfo | None) -> Iterator[DiskRequest]:
    for number, device in enumerate(driver.block_device_info_get_ephemerals(block_device_info)):
        bus = Bus(device["disk_bus"].lower()) if device.get("disk_bus") else None
        yield DiskRequest(f"eph{number}", BlankDisk(), bus=bus, size_bytes=device["size"] * _GIB)


def _swap(block_device_info: BlockDeviceInfo | None) -> Iterator[DiskRequest]:
    swap = driver.block_device_info_get_swap(block_device_info)
    if driver.swap_is_usable(swap):
        yield DiskRequest("swap", BlankDisk(), size_bytes=swap["swap_size"] * _MIB)


def refuse_volumes(block_device_info: BlockDeviceInfo | None) -> None:
    """
    :raises InvalidInput: there are volumes among the block devices, which this driver does not attach yet
    """
    if driver.block_device_info_get_mapping(block_device_info):
        raise exception.InvalidInput(reason="This driver does not attach volumes yet.")
