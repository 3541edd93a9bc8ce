"""Attaching virtual disks to the host itself: Msvm_MountedStorageImage and what makes and ends it."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, instances_of, lookup, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job
from openhyperv.emulator.host.storage.mounted_images import MountedImage
from openhyperv.emulator.providers.images.jobs import ImageJobs, Task
from openhyperv.emulator.providers.images.texts import local_path
from openhyperv.emulator.providers.services.services import IMAGE_MANAGEMENT
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_SERVICE = IMAGE_MANAGEMENT.class_name
_CLASS = "Msvm_MountedStorageImage"
_BY_PATH = 2
"""FindMountedStorageImageInstance.CriterionType."""
_OBJECT_NOT_FOUND = 32789
_READ_ONLY, _READ_WRITE = 1, 2
"""Msvm_MountedStorageImage.Access."""


class ImageMountingProvider:
    """An attached disk is seen among the host's disks as well; drive letters are not given to it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._jobs = ImageJobs(host)

    @method(_SERVICE, "AttachVirtualHardDisk")
    def attach(self, call: Call) -> Result:
        """The file becomes a disk of the host."""
        path = local_path(call["Path"], self._host.files)
        read_only = call["ReadOnly"] is True

        def work(_: Job) -> None:
            self._host.mounted.attach(path, read_only=read_only)

        return self._jobs.run(Task.ATTACH, path, work)

    @method(_SERVICE, "FindMountedStorageImageInstance")
    def find(self, call: Call) -> Result:
        """The attached image of a path."""
        if call["CriterionType"] != _BY_PATH:
            raise MethodFailure(Code.INVALID_PARAMETER, "An image is found by its path alone.")
        path = local_path(call["SelectionCriterion"], self._host.files)
        image = next((image for image in self._host.mounted if image.path == path), None)
        if image is None:
            raise MethodFailure(_OBJECT_NOT_FOUND, f"{path} is not attached.")
        return Result(Code.COMPLETED, {"Image": _path(image)})

    @instances_of(_CLASS)
    def images(self) -> Iterator[Instance]:
        """Every attached image."""
        return map(self._instance, self._host.mounted)

    @lookup(_CLASS)
    def image(self, path: ObjectPath) -> Instance | None:
        """One of them."""
        return next((image for image in self.images() if image.path == path), None)

    @method(_CLASS, "DetachVirtualHardDisk")
    def detach(self, call: Call) -> Result:
        """The disk goes, the file is free."""
        image = next(image for image in self._host.mounted if _path(image) == call.path)
        self._host.mounted.detach(image)
        return Result(Code.COMPLETED)

    def _instance(self, image: MountedImage) -> Instance:
        path = _path(image)
        values: dict[str, Value] = {
            **path.keys,
            "Caption": "Mounted Storage Image",
            "Description": "Information about a mounted storage image.",
            "ElementName": "Mounted Storage Image",
            "Name": self._host.files.windows(image.path),
            "Access": _READ_ONLY if image.is_read_only else _READ_WRITE,
            "Type": 0,
            "PnpDevicePath": image.disk.hardware.device_path,
            "HealthState": 5,
            "Status": "OK",
        }
        return Instance(_CLASS, values, path=path)


def _path(image: MountedImage) -> ObjectPath:
    """The keys; InstanceID is documented as a key that is always NULL."""
    address = {"Lun": image.disk.number, "PathId": 0, "PortNumber": 0, "TargetId": 0}
    return ObjectPath(_CLASS, {"InstanceID": "", **address})  # UNVERIFIED: the form of a key that is NULL
