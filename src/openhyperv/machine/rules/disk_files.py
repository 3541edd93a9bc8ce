"""The files behind disks: their formats and sizes."""

from __future__ import annotations

from openhyperv.machine.disk_capacity import (
    DIFFERENCING_VHDX,
    DYNAMIC_VHD,
    DYNAMIC_VHDX,
    DiskLayout,
    capacity_bytes,
)
from openhyperv.machine.drives import BlankDisk, DiskFormat, ExistingDisk, FromImage
from openhyperv.machine.limits import DISK_MAX_BYTES, DISK_SIZE_STEP_BYTES, GIB
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule


def check_format(disk: DiskRequest, generation: Generation) -> None:
    """Generation 2 runs from VHDX only.

    :raises BrokenRuleError: a VHD in a machine of generation 2
    """
    if generation is Generation.TWO and disk.source.format is not DiskFormat.VHDX:
        raise BrokenRuleError(
            Rule.DISK_FORMAT,
            disk.name,
            "Generation 2 needs disks in VHDX format; this one is VHD.",
            remedy="Convert the image to VHDX. It must also have been made for UEFI: an image made for "
            "generation 1 does not boot in generation 2.",
        )


def size_of(disk: DiskRequest, root_gb: int) -> int | None:
    """The size the disk shall have in bytes, or None where the source's own size stays.

    ``root_gb`` is how large the file of a root disk that comes from an image or is new may become (usage
    guide: such files outgrow what they hold); 0 means any size.

    :raises BrokenRuleError: no size for a new disk, a new size for an existing one, smaller than the image,
        larger than the format holds, or not a whole number of sectors
    """
    size_bytes = disk.size_bytes
    if isinstance(disk.source, ExistingDisk):
        if size_bytes is not None:
            raise _violation(disk, "An existing disk keeps its size when a machine is made of it.")
        return None
    if size_bytes is None and root_gb:
        size_bytes = _size_within(disk, disk.source, root_gb)
    return _checked(disk, disk.source, size_bytes)


def _size_within(disk: DiskRequest, source: FromImage | BlankDisk, root_gb: int) -> int:
    """The largest disk whose file stays within the flavor's size."""
    size_bytes = capacity_bytes(root_gb * GIB, _layout(source))
    if isinstance(source, FromImage) and size_bytes < source.virtual_size_bytes:
        image_bytes = source.virtual_size_bytes
        message = f"The image's disk has {image_bytes} bytes; a file of {root_gb} GiB holds {size_bytes}."
        remedy = "Take a flavor whose disk is a little larger than the image's."
        raise BrokenRuleError(Rule.DISK_SIZE, disk.name, message, remedy=remedy)
    return size_bytes


def _layout(source: FromImage | BlankDisk) -> DiskLayout:
    """How Hyper-V lays the file out: an image's VHD is copied when its size changes, a VHDX built on."""
    if source.format is DiskFormat.VHD:
        return DYNAMIC_VHD
    return DIFFERENCING_VHDX if isinstance(source, FromImage) else DYNAMIC_VHDX


def _checked(disk: DiskRequest, source: FromImage | BlankDisk, size_bytes: int | None) -> int | None:
    if size_bytes is None:
        if isinstance(source, BlankDisk):
            raise _violation(disk, "A new disk needs a size.")
        return None
    least = source.virtual_size_bytes if isinstance(source, FromImage) else 1
    most = DISK_MAX_BYTES[source.format]
    if not least <= size_bytes <= most:
        raise _violation(disk, f"{size_bytes} bytes; this disk can have {least} to {most} bytes.")
    step = DISK_SIZE_STEP_BYTES[source.format]
    if size_bytes % step:
        raise _violation(disk, f"{size_bytes} bytes is not a multiple of {step} bytes.")
    return size_bytes


def _violation(disk: DiskRequest, message: str) -> BrokenRuleError:
    return BrokenRuleError(Rule.DISK_SIZE, disk.name, message)
