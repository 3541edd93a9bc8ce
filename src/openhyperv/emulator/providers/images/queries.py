"""What is known of a virtual disk's file: queries of the image management service."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.disks.errors import DiskError
from openhyperv.emulator.disks.inspecting import inspect, minimum_size
from openhyperv.emulator.disks.kinds import DiskFormat, DiskInfo
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.images.jobs import code_of
from openhyperv.emulator.providers.images.texts import DISK_STATE, local_path, setting_text
from openhyperv.emulator.providers.services.services import IMAGE_MANAGEMENT
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_SERVICE = IMAGE_MANAGEMENT.class_name
_ALIGNMENT = {DiskFormat.VHD: 0, DiskFormat.VHDX: 1}  # UNVERIFIED: that VHD files never count as aligned
"""Msvm_VirtualHardDiskState.Alignment: 0 to 512 bytes, 1 to 4 KiB."""


class ImageQueryProvider:
    """Answers at once, as recorded."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(_SERVICE, "GetVirtualHardDiskSettingData")
    def setting_data(self, call: Call) -> Result:
        """What the disk is."""
        path = local_path(call["Path"], self._host.files)
        text = setting_text(_inspected(path), self._host.files.windows(path), self._host.schema)
        return Result(Code.COMPLETED, {"SettingData": text})

    @method(_SERVICE, "GetVirtualHardDiskState")
    def state(self, call: Call) -> Result:
        """How its file stands."""
        path = local_path(call["Path"], self._host.files)
        info = _inspected(path)
        in_use = self._host.disk_use.is_in_use(path)
        values: dict[str, Value] = {
            "InUse": in_use,
            "FileSize": info.file_size_bytes,
            "MinInternalSize": None if in_use else self._minimum_size(path),
            "Alignment": _ALIGNMENT[info.format],
            "PhysicalSectorSize": info.physical_sector_bytes,
            "Timestamp": datetime.fromtimestamp(path.stat().st_mtime, UTC),
        }
        return Result(
            Code.COMPLETED, {"State": instance_to_text(Instance(DISK_STATE, values), self._host.schema)}
        )

    def _minimum_size(self, path: Path) -> int | None:
        try:
            return minimum_size(path, self._host.files.local)
        except DiskError as error:
            raise MethodFailure(code_of(error), str(error)) from error


def _inspected(path: Path) -> DiskInfo:
    try:
        return inspect(path)
    except DiskError as error:
        raise MethodFailure(code_of(error), str(error)) from error
