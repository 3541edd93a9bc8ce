"""VHD and VHDX files at rest: make, inspect, convert, resize, merge, compact; and under running guests.

Every function works on local files and raises :class:`DiskError` with the code that Hyper-V's job would
report, nothing else. Parents are found through ``resolve``, which maps ``C:\\...`` to local files.
"""

from openhyperv.emulator.disks.adopting import set_disk_id, set_parent, set_physical_sector
from openhyperv.emulator.disks.compacting import compact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.inspecting import inspect, minimum_size, validate_chain
from openhyperv.emulator.disks.kinds import DiskFormat, DiskInfo, DiskSpec, DiskType
from openhyperv.emulator.disks.making import convert, create
from openhyperv.emulator.disks.merging import merge
from openhyperv.emulator.disks.paths import Resolve
from openhyperv.emulator.disks.resizing import resize
from openhyperv.emulator.disks.running import RunningDisk, recover

__all__ = [
    "DiskCode",
    "DiskError",
    "DiskFormat",
    "DiskInfo",
    "DiskSpec",
    "DiskType",
    "Resolve",
    "RunningDisk",
    "compact",
    "convert",
    "create",
    "inspect",
    "merge",
    "minimum_size",
    "recover",
    "resize",
    "set_disk_id",
    "set_parent",
    "set_physical_sector",
    "validate_chain",
]
