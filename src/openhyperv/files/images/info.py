"""What is known of a disk image after inspection."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

LARGEST_DISK_BYTES = 64 * 1024**4
"""The largest disk Hyper-V has (VHDX); a larger one is a mistake or an attack."""


class ImageFormat(StrEnum):
    """The formats that can be told apart, and trusted after inspection."""

    VHD = "vhd"
    VHDX = "vhdx"
    QCOW2 = "qcow2"
    VMDK = "vmdk"
    RAW = "raw"
    ISO = "iso"


class Layout(StrEnum):
    """How the file holds the disk."""

    FIXED = "fixed"
    DYNAMIC = "dynamic"


class Firmware(StrEnum):
    """A firmware that the disk looks bootable with."""

    BIOS = "bios"
    UEFI = "uefi"


@frozen
class ImageInfo:
    """A disk image that passed inspection.

    ``bootable_with`` is what the partition table suggests; empty where it says nothing. It is a hint, not a
    promise.
    """

    format: ImageFormat
    layout: Layout
    virtual_size_bytes: int
    file_size_bytes: int
    bootable_with: frozenset[Firmware] = frozenset()
