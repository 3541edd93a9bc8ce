"""The host's drive C: as Windows tells of it; its room is that of the file system behind it.

What does not depend on the drive is as a Windows Server 2012 answered (recorded, github.com/fjames86/climbe).
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.windows.instances import cimv2_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_LOCAL_DISK = 3
"""Win32_LogicalDisk.DriveType."""
_FIXED_MEDIUM = 12
"""Win32_LogicalDisk.MediaType."""
_LONGEST_NAME = 255
_FIXED_FACTS: dict[str, Value] = {
    "Access": 0,
    "Compressed": False,
    "QuotasDisabled": True,
    "QuotasIncomplete": False,
    "QuotasRebuilding": False,
    "SupportsDiskQuotas": True,
    "SupportsFileBasedCompression": True,
    "VolumeDirty": False,
    "VolumeName": "",
}


class WindowsDriveProvider:
    """The only drive."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of("Win32_LogicalDisk")
    def drives(self) -> Iterator[Instance]:
        """C: alone."""
        usage = shutil.disk_usage(self._host.files.drive_c)
        values: dict[str, Value] = {
            "Name": "C:",
            "Caption": "C:",
            "Description": "Local Fixed Disk",
            "CreationClassName": "Win32_LogicalDisk",
            "SystemCreationClassName": "Win32_ComputerSystem",
            "SystemName": self._host.name,
            "DriveType": _LOCAL_DISK,
            "MediaType": _FIXED_MEDIUM,
            "FileSystem": "NTFS",
            "MaximumComponentLength": _LONGEST_NAME,
            **_FIXED_FACTS,
            "VolumeSerialNumber": f"{zlib.crc32(self._host.name.encode()):08X}",
            "Size": usage.total,
            "FreeSpace": usage.free,
        }
        yield cimv2_instance("Win32_LogicalDisk", {"DeviceID": "C:"}, values)

    @lookup("Win32_LogicalDisk")
    def drive(self, path: ObjectPath) -> Instance | None:
        """C:, if it is meant."""
        return next((drive for drive in self.drives() if drive.path == path), None)
