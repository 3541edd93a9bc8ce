"""What an instance is rescued with: a disk in place of its root, or a device beside it (stable rescue)."""

from __future__ import annotations

from enum import Enum, auto

from nova import exception
from nova.objects.image_meta import ImageMeta
from nova.objects.instance import Instance

from openhyperv.files.images.info import ImageFormat
from openhyperv.machine.drives import Bus
from openhyperv.nova.images.image_cache import CachedImage

_GIB = 1024**3


class RescueDevice(Enum):
    """The guest's view of it."""

    IN_ROOTS_PLACE = auto()
    DISK = auto()
    CDROM = auto()


def rescue_device_of(instance: Instance, image_meta: ImageMeta, root_bus: Bus) -> RescueDevice:
    """What the rescue image asks for by ``hw_rescue_device`` and ``hw_rescue_bus``.

    An ISO is a CD-ROM without being asked for. Generation 1 boots from its first disk, or from its CD-ROM
    before that, so a disk beside the root is none that it could boot from.

    :raises InstanceNotRescuable: Hyper-V has no such device, or does not boot from it
    """
    device, bus = (image_meta.properties.get(f"hw_rescue_{name}") for name in ("device", "bus"))
    is_iso = image_meta.disk_format == ImageFormat.ISO
    if device not in (None, "cdrom" if is_iso else "disk"):
        raise _refusal(
            instance, f"It cannot boot from an image in {image_meta.disk_format} format as {device}."
        )
    if bus not in (None, root_bus):
        raise _refusal(instance, f"It boots from {root_bus}, not from {bus}.")
    if is_iso:
        return RescueDevice.CDROM
    if device is None and bus is None:
        return RescueDevice.IN_ROOTS_PLACE
    if root_bus is Bus.IDE:
        raise _refusal(instance, "Generation 1 boots from its first disk only; leave hw_rescue_device out.")
    return RescueDevice.DISK


def check_rescue_image(instance: Instance, image_meta: ImageMeta, root_bus: Bus, image: CachedImage) -> None:
    """Refuse what the instance would not boot from, and what is larger than its flavor has.

    :raises ImageUnacceptable: it is one
    """
    generation = 1 if root_bus is Bus.IDE else 2
    asked = image_meta.properties.get("hw_machine_type") or ""
    if asked and not asked.endswith(str(generation)):
        raise _unacceptable(image_meta, f"It is {asked}, the instance of generation {generation}.")
    if image.format is ImageFormat.VHD and generation != 1:
        raise _unacceptable(image_meta, "It is a VHD, and the instance of generation 2, which needs VHDX.")
    if image.virtual_size_bytes > instance.flavor.root_gb * _GIB > 0:
        size = f"{image.virtual_size_bytes} bytes"
        raise _unacceptable(image_meta, f"Its disk has {size}, the flavor's {instance.flavor.root_gb} GiB.")


def _refusal(instance: Instance, reason: str) -> exception.InstanceNotRescuable:
    return exception.InstanceNotRescuable(instance_id=instance.uuid, reason=reason)


def _unacceptable(image_meta: ImageMeta, reason: str) -> exception.ImageUnacceptable:
    return exception.ImageUnacceptable(image_id=image_meta.id, reason=reason)
