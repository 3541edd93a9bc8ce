"""An instance's block devices as drives of its machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from nova import exception
from nova.virt import driver

from openhyperv.files.images.info import ImageFormat
from openhyperv.machine.drives import BlankDisk, Bus, DiskFormat, FromImage
from openhyperv.machine.request import DiskRequest, DriveRequest, DvdRequest
from openhyperv.nova.images.image_cache import CachedImage

ROOT = "root"
BlockDeviceInfo: TypeAlias = dict[str, Any]
"""What Nova passes as ``block_device_info``."""

_MIB = 1024**2
_GIB = 1024**3
_SMALLEST_DISK_BYTES = 3 * _MIB  # UNVERIFIED: Hyper-V makes no smaller VHDX; a flavor may have 1 MB of swap


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
        size_bytes = device["size"] * _GIB
        yield DiskRequest(f"eph{number}", BlankDisk(), bus=_bus(device), size_bytes=size_bytes)


def _bus(device: BlockDeviceInfo) -> Bus | None:
    wanted = (device.get("disk_bus") or "").lower()
    if wanted and wanted not in tuple(Bus):
        buses = ", ".join(Bus)
        raise exception.InvalidInput(reason=f"A disk's bus is one of {buses}; {wanted!r} is asked for.")
    return Bus(wanted) if wanted else None


def _swap(block_device_info: BlockDeviceInfo | None) -> Iterator[DiskRequest]:
    swap = driver.block_device_info_get_swap(block_device_info)
    if driver.swap_is_usable(swap):
        size_bytes = max(swap["swap_size"] * _MIB, _SMALLEST_DISK_BYTES)
        yield DiskRequest("swap", BlankDisk(), size_bytes=size_bytes)


def drive_names_of(block_device_info: BlockDeviceInfo | None) -> dict[str, str]:
    """The device names that Nova gave the disks of :func:`blank_disks_of`, by the disks' names."""
    ephemerals = driver.block_device_info_get_ephemerals(block_device_info)
    names = {f"eph{number}": device["device_name"] for number, device in enumerate(ephemerals)}
    swap = driver.block_device_info_get_swap(block_device_info)
    return {**names, "swap": swap["device_name"]} if driver.swap_is_usable(swap) else names


def refuse_volumes(block_device_info: BlockDeviceInfo | None) -> None:
    """
    :raises InvalidInput: there are volumes among the block devices, which this driver does not attach yet
    """
    if driver.block_device_info_get_mapping(block_device_info):
        raise exception.InvalidInput(reason="This driver does not attach volumes yet.")
