"""Resizing virtual disks, at rest or under a running machine."""

from __future__ import annotations

from pathlib import Path

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.disks.inspecting import inspect
from openhyperv.emulator.disks.kinds import DiskFormat
from openhyperv.emulator.disks.resizing import resize
from openhyperv.emulator.guests.machine import Bus, GuestError
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.storage.disk_use import MachineDisk
from openhyperv.emulator.providers.images.jobs import ImageJobs, Task
from openhyperv.emulator.providers.images.texts import local_path
from openhyperv.emulator.providers.services.services import IMAGE_MANAGEMENT


class ImageResizingProvider:
    """Since 2012 R2 a VHDX on a SCSI controller grows while its machine runs."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._jobs = ImageJobs(host)

    @method(IMAGE_MANAGEMENT.class_name, "ResizeVirtualHardDisk")
    def resize(self, call: Call) -> Result:
        """Grow a disk, or shrink a VHDX down to what it holds."""
        path = local_path(call["Path"], self._host.files)
        size = call["MaxInternalSize"]
        if not isinstance(size, int) or size <= 0:
            raise MethodFailure(Code.INVALID_PARAMETER, "MaxInternalSize is missing.")
        disk = self._host.disk_use.machine_disk(path)
        if disk is not None and disk.drive.bus is Bus.SCSI:
            return self._jobs.run(Task.RESIZE, path, lambda _: self._grow(disk, path, size))
        return self._jobs.run(
            Task.RESIZE, path, lambda _: resize(path, size, self._host.files.local), write=[path]
        )

    def _grow(self, disk: MachineDisk, path: Path, size: int) -> None:
        """The guest grows the file if it has it open, and sees the new size; otherwise it is grown here."""
        info = inspect(path)
        if info.format is DiskFormat.VHD or size < info.size_bytes:
            # UNVERIFIED: the code for what cannot be done to a disk while its machine runs
            raise JobFailure(Code.INVALID_STATE, "Only a VHDX can grow while its machine runs.")
        guest = disk.system.session.guest if disk.system.session else None
        if guest is None:
            raise JobFailure(Code.INVALID_STATE, "The machine is on its way to another state.")
        try:
            guest.resize_drive(disk.drive.device_id, size)
        except GuestError as error:
            raise JobFailure(Code.FAILED, str(error)) from error
        if inspect(path).size_bytes < size:
            resize(path, size, self._host.files.local)
